// Package cluster_test runs three plikd behind nginx, as testing/nginx has it, on PostgreSQL and S3.
//
// It needs the servers that testing/backends starts, and nginx; without PLIK_TEST_BACKENDS=1 it does
// nothing. PLIKD is the program to test, which is built when there is none.
package cluster_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var plikd = os.Getenv("PLIKD")

func wanted() bool { return os.Getenv("PLIK_TEST_BACKENDS") == "1" }

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if !wanted() || plikd != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "plikd")
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	plikd = filepath.Join(dir, "plikd")
	build := exec.Command("go", "build", "-o", plikd, "github.com/root-gg/plik/cmd/plikd")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Printf("build plikd: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// needed returns a variable that testing/backends sets.
func needed(t *testing.T, variable string) string {
	t.Helper()
	value := os.Getenv(variable)
	require.NotEmpty(t, value, "%s is not set, see testing/backends", variable)
	return value
}

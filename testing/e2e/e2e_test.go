// Package e2e_test runs the real plik against the real daemon, as the scripts in testdata say: each has its own
// server, home directory and work directory.
package e2e_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// root is the directory of the module.
var root string

// program is the directory that the plik under test was built into.
var program string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "plik-e2e-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	key, err := newSigner()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	flags := "-X github.com/root-gg/plik/server/buildinfo.version=1.4.0 -X github.com/root-gg/plik/cmd/plik/internal/update.publicKey=" + key
	build := exec.Command("go", "build", "-ldflags", flags, "-o", filepath.Join(dir, "plik"))
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if raced {
		build.Args, build.Env = append(build.Args, "-race"), os.Environ()
	}
	build.Args = append(build.Args, "github.com/root-gg/plik/cmd/plik")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "unable to build plik: %v\n%s", err, out)
		return 1
	}
	program = dir
	if root, err = filepath.Abs("../.."); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// params is how scripts in a directory are run.
func params(dir string) testscript.Params {
	return testscript.Params{
		Dir: dir, Setup: setup, RequireExplicitExec: true, RequireUniqueNames: true,
		Condition: func(cond string) (bool, error) { return cond == "ci" && os.Getenv("CI") != "", nil },
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": serverCmd, "stop": stopCmd, "user": userCmd, "upload": uploadCmd, "paste": pasteCmd, "big": bigCmd,
			"code": codeCmd, "waitfor": waitCmd, "samedir": sameCmd, "offer": offerCmd, "capture": captureCmd,
			"state": stateCmd,
		},
	}
}

func TestScripts(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("the scripts use sh and tools of Unix")
	}
	testscript.Run(t, params("testdata"))
}

// setup gives a script its own home, configuration and server.
func setup(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("PATH", program+string(os.PathListSeparator)+env.Getenv("PATH"))
	env.Setenv("ROOT", root)
	env.Setenv("TZ", "UTC")
	env.Setenv("TERM", "xterm")
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"} {
		env.Setenv(name, "")
	}
	d := &daemon{dir: filepath.Join(env.WorkDir, ".server")}
	env.Values[daemonKey{}] = d
	env.Defer(func() { d.close(env.T()) })
	text, err := os.ReadFile(filepath.Join(env.WorkDir, "plikd.cfg"))
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if strings.Contains(string(text), "# later") {
		return nil // the script starts it
	}
	if err := d.start(string(text), 0); err != nil {
		return err
	}
	env.Setenv("SERVER", d.url())
	if _, err := os.Stat(filepath.Join(home, ".plikrc")); os.IsNotExist(err) {
		return os.WriteFile(filepath.Join(home, ".plikrc"), fmt.Appendf(nil, "URL = %q\n", d.url()), 0o600)
	}
	return nil
}

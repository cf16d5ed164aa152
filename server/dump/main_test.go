package dump_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// TestMain is also what runs as another program, with types of its own under the names that gob
// lets a process register only once: see old_test.go.
func TestMain(m *testing.M) {
	switch os.Getenv(oldMode) {
	case "write":
		os.Exit(exitCode(writeOld(os.Stdout)))
	case "read":
		os.Exit(exitCode(readOld(os.Stdin, os.Stdout)))
	}
	goleak.VerifyTestMain(m)
}

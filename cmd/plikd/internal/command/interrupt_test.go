package command_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plikd/internal/command"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// TestMain lets this program be plikd, for the tests that need a process of its own.
func TestMain(m *testing.M) {
	if os.Getenv("TEST_IS_PLIKD") == "yes" {
		os.Exit(command.Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// hook calls do before what contains text is written.
type hook struct {
	bytes.Buffer
	text string
	do   func()
}

func (h *hook) Write(p []byte) (int, error) {
	if strings.Contains(string(p), h.text) {
		h.do()
	}
	return h.Buffer.Write(p)
}

// TestInterruptedExport ends an export after its first row.
func TestInterruptedExport(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	p.store(func(m *metadata.Store) { // of which export remarks that import will not take it
		u := &core.User{ID: "ovh:x", Provider: "ovh", Login: "x", Name: strings.Repeat("x", 10_000), CreatedAt: created.AddDate(-1, 0, 0)}
		require.NoError(t, m.CreateUser(t.Context(), u))
	})
	for _, name := range []string{"x.bin", "x.jsonl", "x.jsonl.gz"} {
		require.NoError(t, os.WriteFile(p.path(name), []byte("the export of yesterday"), 0o600))
		ctx, cancel := context.WithCancel(t.Context())
		var out bytes.Buffer
		errs := &hook{text: "import will refuse it", do: cancel}
		code := command.RunContext(ctx, []string{"export", p.path(name), "--config", p.config}, strings.NewReader(""), &out, errs)
		require.Equal(t, 1, code)
		require.Contains(t, errs.String(), "plikd: interrupted: exporting users: ")
		text, err := os.ReadFile(p.path(name))
		require.NoError(t, err)
		require.Equal(t, "the export of yesterday", string(text))
		require.NotContains(t, out.String(), "exported")
	}
	left, err := filepath.Glob(p.path(".plik-export-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

// TestInterruptedImport ends an import after its first rows.
func TestInterruptedImport(t *testing.T) {
	t.Parallel()
	from, to := fixture(t), install(t, "")
	to.ok("user", "create", "--login", "1234", "--provider", "google")
	before := to.count()
	for _, name := range []string{"x.bin", "x.jsonl", "x.jsonl.gz"} {
		from.ok("export", from.path(name))
		ctx, cancel := context.WithCancel(t.Context())
		var out bytes.Buffer
		errs := &hook{text: "exists already", do: cancel}
		code := command.RunContext(ctx, []string{"import", from.path(name), "--ignore-errors", "--config", to.config}, strings.NewReader(""), &out, errs)
		require.Equal(t, 1, code)
		require.Contains(t, errs.String(), "plikd: interrupted: nothing was imported: ")
		require.NotContains(t, out.String(), "imported")
		require.Equal(t, before, to.count())
	}
}

// TestSignal ends a process that waits for an answer.
func TestSignal(t *testing.T) {
	t.Parallel()
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			p := fixture(t)
			cmd := exec.CommandContext(t.Context(), os.Args[0], "user", "delete", "--login", "alice", "--config", p.config)
			cmd.Env = append(os.Environ(), "TEST_IS_PLIKD=yes")
			in, err := cmd.StdinPipe() // nothing comes, and no end
			require.NoError(t, err)
			defer in.Close()
			stderr, err := cmd.StderrPipe()
			require.NoError(t, err)
			require.NoError(t, cmd.Start())
			read := bufio.NewReader(stderr)
			line, err := read.ReadString('\n')
			require.NoError(t, err)
			require.Equal(t, "Do you really want to delete this user local:alice and all its uploads ? [y/N]\n", line)
			require.NoError(t, cmd.Process.Signal(sig))
			rest, err := io.ReadAll(read)
			require.NoError(t, err)
			require.Equal(t, "plikd: Unable to ask for confirmation : interrupted\n", string(rest))
			require.Error(t, cmd.Wait())
			require.Equal(t, 1, cmd.ProcessState.ExitCode())
			require.Equal(t, "Alice A", p.user("local:alice").Name)
		})
	}
}

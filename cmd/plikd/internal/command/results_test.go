package command_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plikd/internal/command"
)

// closedPipe is where nobody reads any more.
func closedPipe(t *testing.T) *os.File {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, r.Close())
	t.Cleanup(func() { w.Close() })
	return w
}

// TestLostResults is what commands say when their results do not get to anybody.
func TestLostResults(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	for _, args := range []string{
		"user list", "user list --json", "user show --login alice", "token list", "token create --login alice", "file list", "file show --file aaFileOfAlice001",
		"upload list", "upload list --json", "upload show --upload uploadOfAlice001", "stats", "clean", "version", "export " + p.path("x"),
		"user create --login robot", "user passwd --login alice --generate", "--help", "config print", "config check",
	} {
		var errs bytes.Buffer
		code := command.Run(append(strings.Split(args, " "), "--config", p.config), strings.NewReader(""), closedPipe(t), &errs)
		require.Equal(t, 1, code, args)
		require.Contains(t, errs.String(), "broken pipe", args)
	}
}

func TestAuditLog(t *testing.T) {
	t.Parallel()
	log := filepath.Join(t.TempDir(), "audit.log")
	p := install(t, "AuditLog = \""+log+"\"")
	p.ok("user", "create", "--login", "x", "--provider", "ovh", "--admin")
	p.ok("user", "update", "--login", "x", "--provider", "ovh", "--name", "X")
	p.ok("user", "update", "--login", "x", "--provider", "ovh") // changes nothing
	secret := strings.TrimSpace(strings.TrimPrefix(p.ok("token", "create", "--login", "x", "--provider", "ovh"), "Token created : "))
	p.ok("token", "delete", "--token", secret)
	p.ok("user", "create", "--login", "alice", "--password", "hunter2hunter2")
	p.ok("user", "update", "--login", "alice", "--password", "hunter3hunter3")
	p.ok("export", p.path("dump.jsonl"))
	p.ok("import", "--ignore-errors", p.path("dump.jsonl"))
	p.ok("user", "delete", "--login", "alice", "--yes")
	p.ok("file", "delete", "--upload", "nope", "--yes") // deletes nothing
	p.ok("file", "delete", "--yes")

	text, err := os.ReadFile(log)
	require.NoError(t, err)
	require.NotContains(t, string(text), secret)
	require.NotContains(t, string(text), "hunter")
	var got []string
	for line := range strings.Lines(string(text)) {
		var e struct{ Action, Actor, Target, Result string }
		require.NoError(t, json.Unmarshal([]byte(line), &e))
		require.Equal(t, "console", e.Actor)
		require.Equal(t, "ok", e.Result)
		got = append(got, e.Action+" "+e.Target)
	}
	require.Equal(t, []string{
		"user_create ovh:x", "user_update ovh:x", "token_create ovh:x", "token_delete ovh:x", "user_create local:alice", "password_changed local:alice",
		"export " + p.path("dump.jsonl"), "import " + p.path("dump.jsonl"), "user_delete local:alice", "uploads_delete all",
	}, got)

	stdout := install(t, `AuditLog = "stdout"`)
	code, out, errs := stdout.answer("", "user", "create", "--login", "x", "--provider", "ovh", "--json")
	require.Equal(t, 0, code)
	require.True(t, json.Valid([]byte(out)), out)
	require.Contains(t, errs, `"user_create"`)
}

// TestEraseFirst is that only a daemon starts from nothing, if it has to.
func TestEraseFirst(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	f, err := os.OpenFile(p.config, os.O_APPEND|os.O_WRONLY, 0)
	require.NoError(t, err)
	_, err = f.WriteString("EraseFirst = true\n")
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, args := range []string{"user list", "file list", "clean", "fsck", "stats"} {
		p.ok(strings.Split(args, " ")...)
	}
	require.Equal(t, 3, p.count().users)
}

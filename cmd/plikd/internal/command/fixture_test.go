package command_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plikd/internal/command"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// created is when everything of a fixture was.
var created = time.Date(2026, 3, 29, 1, 59, 59, 0, time.UTC)

// plik is an installation that commands work on.
type plik struct {
	t           *testing.T
	config, dir string
}

func install(t *testing.T, extra string) *plik {
	t.Helper()
	config, dir := write(t, "FeatureAuthentication = \"enabled\"\n"+extra)
	return &plik{t, config, dir}
}

// fixture is an installation with an administrator, Alice with a token and two uploads, and
// somebody from elsewhere with names that command terminals.
func fixture(t *testing.T) *plik {
	t.Helper()
	p := install(t, "")
	p.store(func(m *metadata.Store) {
		for i, u := range []*core.User{
			{ID: "local:root", Provider: "local", Login: "root", Admin: true},
			{ID: "local:alice", Provider: "local", Login: "alice", Name: "Alice A", Email: "alice@x.org",
				Limits: core.Limits{MaxFileSize: 1e8, MaxUserSize: 1e9, MaxTTL: 864000}},
			{ID: "google:1234", Provider: "google", Login: "1234", Name: "\x1b[2J\u009b31m\nroot \u202egnp.exe"},
		} {
			u.CreatedAt = created.Add(time.Duration(i) * time.Second)
			require.NoError(t, m.CreateUser(t.Context(), u))
		}
		require.NoError(t, m.CreateToken(t.Context(), &core.Token{
			Token: "token-of-alice", UserID: "local:alice", Comment: "her laptop", Scope: core.ScopeUpload, CreatedAt: created,
		}))
		require.NoError(t, m.CreateUpload(t.Context(), &core.Upload{
			ID: "uploadOfAlice001", User: "local:alice", UploadToken: "secret1", RemoteIP: "192.0.2.1", TTL: 60, Comments: "holidays",
			CreatedAt: created, ExpireAt: created.AddDate(1000, 0, 0),
			Files: []*core.File{
				{ID: "aaFileOfAlice001", Name: "FILE1", Status: core.Uploaded, Size: 12, Type: "text/plain; charset=utf-8", CreatedAt: created},
				{ID: "bbFileOfAlice001", Name: "BIG", Status: core.Deleted, CreatedAt: created},
			},
		}))
		require.NoError(t, m.CreateUpload(t.Context(), &core.Upload{
			ID: "uploadAnonymous1", CreatedAt: created.Add(time.Second), ProtectedByPassword: true, Login: "u", Password: "secret2",
			Files: []*core.File{{ID: "ccFileAnonymous1", Name: "a b\x1b]0;x\a.txt", Status: core.Uploaded, Size: 5_000_000, Type: "text/x", CreatedAt: created}},
		}))
	})
	for id, size := range map[string]int64{"aaFileOfAlice001": 12, "ccFileAnonymous1": 5_000_000} {
		require.NoError(t, os.MkdirAll(filepath.Dir(p.bytesOf(id)), 0o700))
		require.NoError(t, os.WriteFile(p.bytesOf(id), nil, 0o600))
		require.NoError(t, os.Truncate(p.bytesOf(id), size))
	}
	return p
}

// bytesOf is where the bytes of a file are.
func (p *plik) bytesOf(id string) string { return filepath.Join(p.dir, "files", id[:2], id) }

// path is a file in the directory of the installation.
func (p *plik) path(name string) string { return filepath.Join(p.dir, name) }

// store opens the database for do.
func (p *plik) store(do func(*metadata.Store)) {
	p.t.Helper()
	m, err := metadata.Open(p.t.Context(), metadata.Options{ConnectionString: p.path("plik.db")})
	require.NoError(p.t, err)
	defer func() { require.NoError(p.t, m.Close()) }()
	do(m)
}

// count tells how many users, tokens, uploads (deleted ones too), files and settings there are.
func (p *plik) count() (n struct{ users, tokens, uploads, files, settings int }) {
	p.t.Helper()
	ctx := p.t.Context()
	p.store(func(m *metadata.Store) {
		for _, err := range m.EachUser(ctx) {
			require.NoError(p.t, err)
			n.users++
		}
		for _, err := range m.EachToken(ctx) {
			require.NoError(p.t, err)
			n.tokens++
		}
		for _, err := range m.EachUpload(ctx) {
			require.NoError(p.t, err)
			n.uploads++
		}
		for _, err := range m.EachFile(ctx) {
			require.NoError(p.t, err)
			n.files++
		}
		for _, err := range m.EachSetting(ctx) {
			require.NoError(p.t, err)
			n.settings++
		}
	})
	return n
}

// answer runs a command with something to read.
func (p *plik) answer(in string, args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = command.Run(append(args, "--config", p.config), strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

// ok runs a command that must succeed and returns its results.
func (p *plik) ok(args ...string) string {
	p.t.Helper()
	code, out, errs := p.answer("", args...)
	require.Equal(p.t, 0, code, "%v: %s", args, errs)
	return out
}

// json runs a command that must print JSON and nothing else.
func (p *plik) json(into any, args ...string) {
	p.t.Helper()
	out := p.ok(args...)
	require.NoError(p.t, json.Unmarshal([]byte(out), into), out)
}

// refused is a command that fails, with what it says.
type refused struct {
	args string // separated by spaces
	code int
	errs string // without "plikd: " and the hint after wrong usage
}

// refuse runs commands and wants to hear just what is wrong with them.
func (p *plik) refuse(all ...refused) {
	p.t.Helper()
	for _, r := range all {
		code, out, errs := p.answer("", strings.Split(r.args, " ")...)
		want := fmt.Sprintf("plikd: %s\n", r.errs)
		if r.code == 2 {
			want = fmt.Sprintf("plikd: %s, see plikd --help\n", r.errs)
		}
		require.Equal(p.t, want, errs, r.args)
		require.Equal(p.t, r.code, code, r.args)
		require.Empty(p.t, out, r.args)
	}
}

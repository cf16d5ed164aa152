package command_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// moved is an installation to move to: another directory, encrypted, and another database.
func (p *plik) moved(name string) *plik {
	p.t.Helper()
	dir := p.path(name)
	require.NoError(p.t, os.Mkdir(dir, 0o700))
	q := &plik{p.t, filepath.Join(dir, "plikd.cfg"), dir}
	require.NoError(p.t, os.WriteFile(q.config, []byte(`FeatureAuthentication = "enabled"
DataBackend = "file"
[DataBackendConfig]
Directory = "`+q.path("files")+`"
EncryptionKey = "`+strings.Repeat("ab", 32)+`"
[MetadataBackendConfig]
Driver = "sqlite3"
ConnectionString = "`+q.path("plik.db")+`"
`), 0o600))
	return q
}

func (p *plik) migrate(to *plik, more ...string) (int, string, string) {
	return p.answer("", append([]string{"migrate", "--to-data", to.config, "--to-metadata", to.config, "--journal", p.path("journal")}, more...)...)
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	to := p.moved("new")
	now := time.Now()
	p.store(func(m *metadata.Store) {
		require.NoError(t, m.Heartbeat(t.Context(), core.Instance{ID: "live", Host: "here", PID: 7, SeenAt: now}))
		_, err := m.SetSettingIfAbsent(t.Context(), "authentication_signature_key", "sessions")
		require.NoError(t, err)
		_, err = m.SetSettingIfAbsent(t.Context(), "other", "kept")
		require.NoError(t, err)
	})

	code, out, errs := p.migrate(to)
	require.Equal(t, 0, code, errs)
	require.Equal(t, "2 files, 2 copied and verified now (5.0 MB), 0 failed\nStop plikd and run this again with --finish.\n", out)
	info, err := os.Stat(p.path("journal"))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

	// Again: nothing is left to do, and a torn line does not matter.
	journal, err := os.ReadFile(p.path("journal"))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(p.path("journal"), journal[:len(journal)-1], 0o600))
	_, out, _ = p.migrate(to)
	require.Contains(t, out, "2 files, 1 copied")

	code, _, errs = p.migrate(to, "--finish")
	require.Equal(t, 1, code)
	require.Equal(t, "plikd: plikd is running as process 7, on this machine or another: stop it first (one that crashed counts as running for 1m30s)\n", errs)

	code, out, errs = p.answer("", "file", "delete", "--file", "aaFileOfAlice001", "--yes")
	require.Equal(t, 0, code, out+errs)
	p.store(func(m *metadata.Store) {
		require.NoError(t, m.ForgetInstance(t.Context(), "live"))
		half := &core.File{ID: "ddFileHalf000001", Name: "half", CreatedAt: created}
		require.NoError(t, m.CreateUpload(t.Context(), &core.Upload{ID: "uploadHalf000001", CreatedAt: created, Files: []*core.File{half}}))
		require.NoError(t, m.MoveFile(t.Context(), half, core.Uploading, func(f *core.File) { f.Instance = "live" }))
	})
	code, out, errs = p.migrate(to, "--finish")
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "1 files that were removed meanwhile were removed from the new store\n")
	require.Contains(t, out, "3 users, 1 tokens, 3 uploads, 4 files and 1 settings copied\n1 of the files were half sent")

	to.store(func(m *metadata.Store) {
		f, err := m.File(t.Context(), "ccFileAnonymous1")
		require.NoError(t, err)
		require.Equal(t, `{"sealed":1}`, f.BackendDetails)
		f, err = m.File(t.Context(), "ddFileHalf000001")
		require.NoError(t, err)
		require.Equal(t, core.Missing, f.Status)
		require.Empty(t, f.Instance)
	})
	stored, err := os.ReadFile(to.bytesOf("ccFileAnonymous1"))
	require.NoError(t, err)
	require.Greater(t, len(stored), 5_000_000)
	require.NoFileExists(t, to.bytesOf("aaFileOfAlice001"))
	code, out, errs = to.answer("", "fsck", "--min-age", "1ns")
	require.Equal(t, 0, code, out+errs)
	code, out, _ = to.answer("", "user", "list")
	require.Equal(t, 0, code)
	require.Contains(t, out, "alice")

	code, _, errs = p.migrate(to, "--finish")
	require.Equal(t, 1, code)
	require.Equal(t, "plikd: the new database is not empty: name another one, or empty it\n", errs)
}

// TestMigrateData leaves the metadata where it is.
func TestMigrateData(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	to := p.moved("new")
	code, out, errs := p.answer("", "migrate", "--to-data", to.config, "--finish", "--journal", p.path("journal"))
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "2 files have other details in the database\nDone.")
	p.store(func(m *metadata.Store) {
		f, err := m.File(t.Context(), "aaFileOfAlice001")
		require.NoError(t, err)
		require.Equal(t, `{"sealed":1}`, f.BackendDetails)
	})
}

func TestMigrateRefuses(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	to := p.moved("new")
	for _, c := range []struct {
		args []string
		code int
		errs string
	}{
		{nil, 2, "plikd: missing --to-data or --to-metadata, see plikd --help\n"},
		{[]string{"--to-metadata", to.config}, 2, "plikd: metadata is copied with --finish, while plikd is stopped, see plikd --help\n"},
		{[]string{"--to-data", to.config, "--workers", "0"}, 2, "plikd: --workers is 1 or more, see plikd --help\n"},
		{[]string{"--to-data", p.config}, 1, "plikd: the new store is the one that is in use\n"},
	} {
		code, _, errs := p.answer("", append([]string{"migrate", "--journal", p.path("j")}, c.args...)...)
		require.Equal(t, c.code, code)
		require.Equal(t, c.errs, errs)
	}
	require.FileExists(t, p.bytesOf("aaFileOfAlice001"))

	// One file is damaged: the others are copied, and nothing is switched over.
	require.NoError(t, os.Truncate(p.bytesOf("aaFileOfAlice001"), 11))
	code, out, errs := p.migrate(to, "--finish")
	require.Equal(t, 1, code)
	require.Contains(t, out, "2 files, 1 copied and verified now (5.0 MB), 1 failed\n")
	require.Contains(t, errs, "plikd: file aaFileOfAlice001 of upload uploadOfAlice001 was not copied: the old store has 11 bytes, the database says 12\n")
	require.Contains(t, errs, "nothing was switched over")
	require.NoFileExists(t, to.bytesOf("aaFileOfAlice001"))
	require.NoFileExists(t, to.path("plik.db"))

	other := p.moved("other")
	_, _, errs = p.migrate(other)
	require.Contains(t, errs, "give another --journal")
}

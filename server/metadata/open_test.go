package metadata_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/metadata/metadatatest"
)

// TestConnectionStrings opens the database by the strings that Plik 1.3 took.
func TestConnectionStrings(t *testing.T) {
	t.Parallel()
	for name, connection := range map[string]func(path string) string{
		"path":                 func(p string) string { return p },
		"path with parameters": func(p string) string { return p + "?_journal_mode=DELETE&_foreign_keys=0" },
		"uri": func(p string) string {
			return "file:" + p + "?cache=shared&mode=rwc&_journal_mode=WAL&_fk=1&_busy_timeout=1&_txlock=deferred"
		},
		"uri with authority":  func(p string) string { return "file://" + p },
		"uri with local host": func(p string) string { return "file://localhost" + p },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "plik.db")
			s := open(t, metadata.Options{Driver: "sqlite3", ConnectionString: connection(path)})
			u := &core.Upload{ID: core.NewUploadID()}
			require.NoError(t, s.CreateUpload(t.Context(), u))

			again := open(t, metadata.Options{ConnectionString: path})
			_, err := again.Upload(t.Context(), u.ID)
			require.NoError(t, err)
		})
	}
}

func TestOddPath(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"a b", "a#b", "a%41b", "é🎉", "a&b=c"} {
		path := filepath.Join(t.TempDir(), name)
		s := open(t, metadata.Options{ConnectionString: path})
		require.NoError(t, s.Ping(t.Context()))
		require.FileExists(t, path)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage")
	require.NoError(t, os.WriteFile(garbage, bytes.Repeat([]byte("garbage "), 1000), 0o600))
	for name, c := range map[string]struct {
		options metadata.Options
		text    string
	}{
		"memory":            {metadata.Options{ConnectionString: ":memory:"}, "cannot be in memory"},
		"memory uri":        {metadata.Options{ConnectionString: "file::memory:?cache=shared"}, "cannot be in memory"},
		"memory mode":       {metadata.Options{ConnectionString: "file:x?mode=memory"}, "cannot be in memory"},
		"bad escape":        {metadata.Options{ConnectionString: "file:%zz"}, "connection string"},
		"missing directory": {metadata.Options{ConnectionString: filepath.Join(dir, "absent", "plik.db")}, "does not exist"},
		"a directory":       {metadata.Options{ConnectionString: dir}, "is a directory"},
		"not a database":    {metadata.Options{ConnectionString: garbage}, "not a database"},
		"unknown driver":    {metadata.Options{Driver: "oracle"}, "unknown metadata driver"},
		"negative":          {metadata.Options{MaxOpenConns: -1}, "negative"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := metadata.Open(t.Context(), c.options)
			require.ErrorContains(t, err, c.text)
		})
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := metadata.Open(ctx, metadata.Options{ConnectionString: filepath.Join(dir, "plik.db")})
	require.ErrorIs(t, err, context.Canceled)
}

func TestEraseFirst(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	u := &core.Upload{ID: core.NewUploadID()}
	require.NoError(t, s.CreateUpload(t.Context(), u))
	require.NoError(t, s.Close())

	s = open(t, metadata.Options{ConnectionString: path, EraseFirst: true})
	_, err := s.Upload(t.Context(), u.ID)
	require.Equal(t, core.KindNotFound, core.KindOf(err))
}

func TestNewFileIsPrivate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	require.NoError(t, s.CreateUpload(t.Context(), &core.Upload{ID: core.NewUploadID()}))
	for _, suffix := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + suffix)
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm(), suffix)
	}
}

func TestClose(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	u := &core.Upload{ID: core.NewUploadID()}
	require.NoError(t, s.CreateUpload(t.Context(), u))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	require.NoFileExists(t, path+"-wal")
	require.Error(t, s.Ping(t.Context()))
	require.Error(t, s.RemoveUpload(t.Context(), u.ID, u.CreatedAt))
	_, err := s.SetSettingIfAbsent(t.Context(), "k", "v")
	require.Error(t, err)
}

func TestPools(t *testing.T) {
	t.Parallel()
	s := open(t, metadata.Options{MaxOpenConns: 3, MaxIdleConns: 2})
	stats := s.DBStats()
	require.Len(t, stats, 2)
	require.Equal(t, 1, stats[0].MaxOpenConnections)
	require.Equal(t, 3, stats[1].MaxOpenConnections)
}

// TestLogsNoSecrets looks for values in the log of everything.
func TestLogsNoSecrets(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	l := logrus.New()
	l.SetOutput(&out)
	l.SetLevel(logrus.TraceLevel)
	s := open(t, metadata.Options{Debug: true, SlowQueryThreshold: 1, Log: logrus.NewEntry(l)})
	u := &core.Upload{ID: core.NewUploadID(), UploadToken: "secret-1", Password: "secret-2"}
	u.Files = []*core.File{{ID: core.NewFileID(), Name: "x", BackendDetails: "secret-3"}}
	require.NoError(t, s.CreateUpload(t.Context(), u))
	require.Error(t, s.CreateUpload(t.Context(), u))
	_, err := s.SetSettingIfAbsent(t.Context(), "key", "secret-4")
	require.NoError(t, err)
	_, err = s.UploadWithFiles(t.Context(), u.ID)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	require.Contains(t, out.String(), "slow metadata operation")
	require.Contains(t, out.String(), "create upload")
	require.Contains(t, out.String(), "settings")
	require.NotContains(t, out.String(), "secret-")
}

func TestFill(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	const n = 250
	require.NoError(t, metadatatest.Fill(t.Context(), path, n))
	s := open(t, metadata.Options{ConnectionString: path})
	for i := range n {
		u, f, err := s.UploadAndFile(t.Context(), metadatatest.UploadID(i), metadatatest.FileID(i))
		require.NoError(t, err)
		require.NotNil(t, f)
		require.False(t, u.ExpireAt.IsZero())
	}
	stats, err := s.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, n, stats.Uploads)
	require.Equal(t, n, stats.Files)
	require.Equal(t, n/2, stats.AnonymousUploads)
}

package metadata_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// TestTimesOfOldRows reads times in any form that may be found.
func TestTimesOfOldRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	db := rawDB(t, path)
	at := func(nano int) time.Time { return time.Date(2026, 11, 23, 21, 0, 47, nano, time.UTC) }
	for text, want := range map[string]time.Time{
		"2026-11-23 21:00:47.956699538+00:00":       at(956699538),
		"2026-11-23 21:00:47.95+00:00":              at(950000000),
		"2026-11-23 21:00:47+00:00":                 at(0),
		"2026-11-23 23:00:47.5+02:00":               at(500000000),
		"2026-11-23 15:30:47-05:30":                 at(0),
		"2026-11-23 21:00:47.5":                     at(500000000),
		"2026-11-23 21:00:47":                       at(0),
		"2026-11-23T21:00:47.5Z":                    at(500000000),
		"2026-11-23T22:00:47+01:00":                 at(0),
		"2026-11-23 22:00:47.5 +0100 CET":           at(500000000),
		"2026-11-23 21:00:47.5 +0000 UTC m=+12.345": at(500000000),
		"2026-11-23":                                time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
		"":                                          {},
	} {
		id := core.NewUploadID()
		execAll(t, db, fmt.Sprintf(`INSERT INTO uploads (id, created_at, expire_at) VALUES ('%s', '%s', '%s')`, id, text, text))
		u, err := s.Upload(t.Context(), id)
		require.NoError(t, err, text)
		require.Equal(t, want, u.CreatedAt, text)
		require.Equal(t, want, u.ExpireAt, text)
	}
	execAll(t, db, `INSERT INTO uploads (id, expire_at) VALUES ('bad', 'tomorrow')`)
	_, err := s.Upload(t.Context(), "bad")
	require.ErrorContains(t, err, `"tomorrow" is not a time`)
}

// TestTimesAreWrittenInUTC looks at the text, which a server of Plik 1.3 has to understand.
func TestTimesAreWrittenInUTC(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	at := time.Date(2026, 11, 23, 22, 0, 47, 956699000, time.FixedZone("", 3600))
	u := &core.Upload{ID: core.NewUploadID(), CreatedAt: at, ExpireAt: at.Add(time.Hour)}
	require.NoError(t, s.CreateUpload(t.Context(), u))
	require.NoError(t, s.RemoveUpload(t.Context(), u.ID, at))
	db := rawDB(t, path)
	require.Equal(t, []string{"2026-11-23 21:00:47.956699000+00:00 2026-11-23 22:00:47.956699000+00:00 2026-11-23 21:00:47.956699000+00:00"},
		texts(t, db, `SELECT created_at || ' ' || expire_at || ' ' || deleted_at FROM uploads`))
}

// TestExpiryOfOldRows has rows whose text does not sort like their time.
func TestExpiryOfOldRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	db := rawDB(t, path)
	now := time.Date(2026, 11, 23, 21, 0, 47, 500000000, time.UTC)
	expired := map[string]bool{
		"2026-11-23 21:00:47.5+00:00":         false, // this very moment
		"2026-11-23 21:00:47.49+00:00":        true,
		"2026-11-23 21:00:47+00:00":           true,
		"2026-11-23 21:00:47.51+00:00":        false,
		"2026-11-24 11:00:47.4+14:00":         true,
		"2026-11-24 11:00:47.6+14:00":         false,
		"2026-11-23 09:00:47.4-12:00":         true,
		"2026-11-23 09:00:47.6-12:00":         false,
		"2026-11-23 22:00:47.499999999+01:00": true,
		"2026-11-23 22:00:47.500000001+01:00": false,
		"2026-11-23T21:00:47Z":                true,
		"2026-11-23T21:00:48Z":                false,
		"0000-00-00 no time at all":           false,
	}
	want := 0
	for text, gone := range expired {
		execAll(t, db, fmt.Sprintf(`INSERT INTO uploads (id, expire_at) VALUES ('%s', '%[1]s')`, text))
		if gone {
			want++
		}
	}
	n, err := s.ExpireUploads(t.Context(), now, 100)
	require.NoError(t, err)
	require.Equal(t, want, n)
	for text, gone := range expired {
		deleted := texts(t, db, fmt.Sprintf(`SELECT deleted_at IS NOT NULL FROM uploads WHERE id = '%s'`, text))
		require.Equal(t, []string{map[bool]string{true: "1", false: "0"}[gone]}, deleted, text)
	}
}

// TestEmptyStatus takes a file that has none as Missing.
func TestEmptyStatus(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	db := rawDB(t, path)
	for _, status := range []string{"''", "NULL", "'missing'"} {
		id := core.NewUploadID()
		execAll(t, db, `INSERT INTO uploads (id) VALUES ('`+string(id)+`')`,
			`INSERT INTO files (id, upload_id, status) VALUES ('1`+string(id)+`', '`+string(id)+`', `+status+`),
			('2`+string(id)+`', '`+string(id)+`', `+status+`)`)
		f, err := s.File(t.Context(), core.FileID("1"+id))
		require.NoError(t, err)
		require.Equal(t, core.Missing, f.Status)
		stale := *f
		stale.Status = core.Uploaded
		require.EqualError(t, s.MoveFile(t.Context(), &stale, core.Removed, nil), "invalid file status missing, expected uploaded")
		require.NoError(t, s.MoveFile(t.Context(), f, core.Uploading, nil))
		require.NoError(t, s.MoveFile(t.Context(), f, core.Uploaded, nil))

		added := &core.File{ID: core.NewFileID(), UploadID: id, Name: "x"}
		require.Equal(t, core.KindTooLarge, core.KindOf(s.AddFile(t.Context(), added, 2)))
		require.NoError(t, s.AddFile(t.Context(), added, 3))
		u, err := s.UploadWithFiles(t.Context(), id)
		require.NoError(t, err)
		require.Len(t, u.Files, 3)

		require.NoError(t, s.RemoveUpload(t.Context(), id, time.Now()))
		f, err = s.File(t.Context(), core.FileID("2"+id))
		require.NoError(t, err)
		require.Equal(t, core.Deleted, f.Status)
	}
}

// TestOrphans has rows that a server which did not enforce foreign keys left.
func TestOrphans(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	execAll(t, rawDB(t, path), `INSERT INTO uploads (id) VALUES ('u')`, `INSERT INTO users (id) VALUES ('local:a')`,
		`INSERT INTO files (id, upload_id) VALUES ('mine', 'u'), ('orphan', 'gone'), ('nobody', NULL), ('empty', '')`,
		`INSERT INTO tokens (token, user_id) VALUES ('a', 'local:a'), ('b', 'local:gone'), ('c', NULL), ('d', '')`)
	files, tokens, err := s.PurgeOrphans(t.Context())
	require.NoError(t, err)
	require.Equal(t, 3, files)
	require.Equal(t, 3, tokens)
	left, err := s.Files(t.Context(), "", 10)
	require.NoError(t, err)
	require.Len(t, left, 1)
	stats, err := s.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, core.Stats{Users: 1, Uploads: 1, AnonymousUploads: 1}, stats)
}

// TestEmptyFileOfOldServer: Plik 1.3 saved the declared size of a file that came empty.
func TestEmptyFileOfOldServer(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	execAll(t, rawDB(t, path),
		`INSERT INTO uploads (id) VALUES ('u')`,
		`INSERT INTO files (id, upload_id, name, status, size, md5) VALUES
			('e', 'u', 'empty', 'uploaded', 100, 'd41d8cd98f00b204e9800998ecf8427e'), ('f', 'u', 'full', 'uploaded', 100, 'x')`)
	for id, size := range map[core.FileID]int64{"e": 0, "f": 100} {
		f, err := s.File(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, size, f.Size)
	}
}

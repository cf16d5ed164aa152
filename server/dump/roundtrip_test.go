package dump_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/dump"
)

func zipped(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	_, err := z.Write(data)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return out.Bytes()
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		format dump.Format
		rows   rows
	}{
		{dump.JSONLines, sample()},
		{dump.JSONLines, full()},
		{dump.JSONLines, rows{}},
		{dump.Gob, sample()},
	} {
		for _, zip := range []bool{false, true} {
			t.Run(fmt.Sprint(c.format, c.rows.counts(), zip), func(t *testing.T) {
				t.Parallel()
				data := c.rows.export(t, c.format, dump.ExportOptions{})
				if zip {
					data = zipped(t, data)
				}
				format, err := dump.Detect(data[:min(len(data), dump.DetectSize)])
				require.NoError(t, err)
				require.Equal(t, c.format, format)

				db := newDatabase()
				r, err := db.load(t, data, dump.ImportOptions{})
				require.NoError(t, err)
				require.Equal(t, dump.Result{Format: c.format, Read: c.rows.counts(), Imported: c.rows.counts()}, r)
				require.Equal(t, c.rows.want(), db)
			})
		}
	}
}

// TestManyRows has more than one block of Snappy, and looks at the order of the rows.
func TestManyRows(t *testing.T) {
	t.Parallel()
	r := rows{uploads: []*core.Upload{{ID: "u"}}, settings: []dump.Setting{{Key: "k", Value: "v"}}}
	for i := range 3500 {
		r.files = append(r.files, &core.File{ID: core.FileID(fmt.Sprintf("f%d", i)), UploadID: "u", Name: core.RandomText(50), Status: core.Uploaded})
	}
	for _, format := range []dump.Format{dump.JSONLines, dump.Gob} {
		var told []string
		tell := func(kind string, n int) { told = append(told, fmt.Sprint(kind, n)) }
		data := r.export(t, format, dump.ExportOptions{Progress: tell})
		s := &ordered{database: newDatabase()}
		_, err := dump.Import(t.Context(), bytes.NewReader(data), s, dump.ImportOptions{Progress: tell})
		require.NoError(t, err)
		require.Equal(t, []string{"file1000", "file2000", "file3000", "file1000", "file2000", "file3000"}, told)
		require.Equal(t, r.want(), s.database)
		require.Equal(t, r.files[3499].ID, s.files[3499])
		for i, id := range s.files {
			require.Equal(t, r.files[i].ID, id)
		}
	}
}

type ordered struct {
	*database
	files []core.FileID
}

func (o *ordered) File(f *core.File) error {
	o.files = append(o.files, f.ID)
	return o.database.File(f)
}

func TestLinesAreDocumented(t *testing.T) {
	t.Parallel()
	r := full()
	r.users, r.tokens, r.uploads, r.files, r.settings = r.users[:1], r.tokens[1:2], r.uploads[1:2], r.files[:1], r.settings[:1]
	r.files[0].UploadID = r.uploads[0].ID
	data := r.export(t, dump.JSONLines, dump.ExportOptions{Now: func() time.Time { return later }})
	require.Equal(t, `{"format":"plik-metadata","version":1,"createdAt":"2026-05-09T17:59:59.123456789Z"}
{"type":"user","data":{"id":"local:admin","provider":"local","login":"admin","password":"`+secretBcrypt+`","name":"Ad Min 😀","email":"a@x.org","admin":true,"maxFileSize":-1,"maxUserSize":1152921504606846976,"maxTTL":-1,"createdAt":"2026-03-29T01:59:59.123456789Z"}}
{"type":"token","data":{"token":"tok-read","user":"local:admin","scope":"read","lastUsedAt":"2026-05-09T17:59:59.123456789Z"}}
{"type":"upload","data":{"id":"deleted-_1","ttl":-1,"stream":true,"createdAt":"2026-03-29T01:59:59.123456789Z","deletedAt":"2026-05-09T17:59:59.123456789Z"}}
{"type":"file","data":{"id":"R6eKDIdzcxvO68a7","upload":"deleted-_1","name":"été 日本 😀.txt","status":"uploaded","size":1125899906842624,"md5":"2a608cab57d18ff62b624dc35d7454ba","crc32":4294967295,"type":"text/plain; charset=utf-8","reference":"0","backendDetails":"{\"SSEKey\":\"SECRETsseSECRETsseSECRETsseSECR\"}","createdAt":"2026-03-29T01:59:59.123456789Z"}}
{"type":"setting","data":{"key":"authentication_signature_key","value":"`+secretKey+`"}}
{"type":"end","counts":{"users":1,"tokens":1,"uploads":1,"files":1,"settings":1}}
`, string(data))
}

func TestLossesOfOldFormat(t *testing.T) {
	t.Parallel()
	r := full()
	var texts []string
	var out bytes.Buffer
	n, err := dump.Export(t.Context(), &out, dump.Gob, r.source(), dump.ExportOptions{Report: func(s string) { texts = append(texts, s) }})
	require.NoError(t, err)
	require.Equal(t, dump.Counts{Users: 3, Tokens: 2, Uploads: 3, Files: 5, Settings: 2}, n)
	report := strings.Join(texts, "\n")
	for _, want := range []string{"CRC-32", "2 tokens are left out", "1 tokens of full scope", "1 users have passwords", "1 users log in with providers",
		"1 users had all their sessions ended", "1 uploads have passwords"} {
		require.Contains(t, report, want)
	}
	requireNoSecret(t, report)

	db := newDatabase()
	_, err = db.load(t, out.Bytes(), dump.ImportOptions{})
	require.NoError(t, err)
	require.Len(t, db.tokens, 2, "one that reads or expires must not come to upload for ever")
	require.Equal(t, core.ScopeUpload, db.tokens["tok-full"].Scope)
	require.Contains(t, db.tokens, secretToken)
	require.Equal(t, secretArgon, db.uploads["x"].Password)
}

func TestExportReportsOddRows(t *testing.T) {
	t.Parallel()
	r := rows{
		uploads: []*core.Upload{{ID: "u", Password: "SECRET\xff"}, {ID: "../u\n", ExpireAt: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)}},
		files:   []*core.File{{ID: "f", UploadID: "u", Status: core.Missing, Size: -1}},
	}
	for _, format := range []dump.Format{dump.JSONLines, dump.Gob} {
		var texts []string
		data := r.export(t, format, dump.ExportOptions{Report: func(s string) { texts = append(texts, s) }})
		report := strings.Join(texts, "\n")
		require.Contains(t, report, "upload u : its password is not valid UTF-8")
		require.Contains(t, report, "upload of an invalid id : its id is invalid")
		require.Contains(t, report, "file f : its size is negative")
		require.NotContains(t, report, "../u")
		requireNoSecret(t, report)
		_, err := newDatabase().load(t, data, dump.ImportOptions{})
		require.Equal(t, core.KindInvalid, core.KindOf(err))
	}
}

func TestExportLeavesOrphansOut(t *testing.T) {
	t.Parallel()
	for _, format := range []dump.Format{dump.JSONLines, dump.Gob} {
		r := sample()
		r.files = append(r.files, &core.File{ID: "new", UploadID: "made-meanwhile", Name: "n", Status: core.Missing})
		r.tokens = append(r.tokens, &core.Token{Token: "t", UserID: "local:new", Scope: core.ScopeUpload}, &core.Token{Token: "u", UserID: "x", Scope: core.ScopeUpload})
		var texts []string
		db := newDatabase()
		_, err := db.load(t, r.export(t, format, dump.ExportOptions{Report: func(s string) { texts = append(texts, s) }}), dump.ImportOptions{})
		require.NoError(t, err)
		require.Equal(t, sample().want(), db)
		require.Contains(t, texts[0], "3 files and tokens are left out")
	}
}

func TestExportFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	fails := iter.Seq2[*core.File, error](func(yield func(*core.File, error) bool) {
		_ = yield(&core.File{ID: "f", UploadID: "x"}, nil) && yield(nil, broken)
	})
	cancelled, cancel := context.WithCancelCause(t.Context())
	cancel(broken)
	for _, format := range []dump.Format{dump.JSONLines, dump.Gob} {
		src := sample().source()
		src.Files = fails
		_, err := dump.Export(t.Context(), &bytes.Buffer{}, format, src, dump.ExportOptions{})
		require.ErrorIs(t, err, broken)

		_, err = dump.Export(cancelled, &bytes.Buffer{}, format, sample().source(), dump.ExportOptions{})
		require.ErrorIs(t, err, broken)

		_, err = dump.Export(t.Context(), failingWriter{broken}, format, sample().source(), dump.ExportOptions{})
		require.ErrorIs(t, err, broken)

		src = sample().source()
		src.Settings = nil
		_, err = dump.Export(t.Context(), &bytes.Buffer{}, format, src, dump.ExportOptions{})
		require.ErrorContains(t, err, "source of rows is missing")
	}
	_, err := dump.Export(t.Context(), &bytes.Buffer{}, 7, sample().source(), dump.ExportOptions{})
	require.ErrorContains(t, err, "unknown format")
}

type failingWriter struct{ err error }

func (f failingWriter) Write([]byte) (int, error) { return 0, f.err }

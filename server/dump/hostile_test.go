package dump_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/dump"
)

func requireNoSecret(t *testing.T, text string) {
	t.Helper()
	require.NotContains(t, text, "SECRET")
	require.NotContains(t, text, "5ec7e7")
}

func TestCutAnywhere(t *testing.T) {
	t.Parallel()
	r := sample()
	r.files = r.files[:2]
	lines, old := r.export(t, dump.JSONLines, dump.ExportOptions{}), r.export(t, dump.Gob, dump.ExportOptions{})
	for _, data := range [][]byte{lines, old, zipped(t, lines), zipped(t, old)} {
		for n := range data {
			db := newDatabase()
			_, err := db.load(t, data[:n], dump.ImportOptions{IgnoreErrors: true})
			require.Equal(t, core.KindInvalid, core.KindOf(err), "cut to %d of %d bytes: %v", n, len(data), err)
			require.Equal(t, newDatabase(), db)
			requireNoSecret(t, err.Error())
		}
		_, err := newDatabase().load(t, append(bytes.Clone(data), "x\n"...), dump.ImportOptions{})
		require.Equal(t, core.KindInvalid, core.KindOf(err), "with something after the end")
	}
}

// TestFlippedBits changes each byte of a dump. JSON Lines have no checksum: there it may become
// another dump. In gzip it may even put a secret where there was an id, before the checksum tells.
func TestFlippedBits(t *testing.T) {
	t.Parallel()
	lines, old := sample().export(t, dump.JSONLines, dump.ExportOptions{}), sample().export(t, dump.Gob, dump.ExportOptions{})
	for _, data := range [][]byte{lines, old, zipped(t, lines)} {
		for i := range data {
			bad := bytes.Clone(data)
			bad[i] ^= 0x15
			gz := data[0] == 0x1f
			var texts strings.Builder
			_, err := newDatabase().load(t, bad, dump.ImportOptions{IgnoreErrors: true, Report: func(s string) { texts.WriteString(s) }})
			if err != nil {
				require.Equal(t, core.KindInvalid, core.KindOf(err), "byte %d: %v", i, err)
				texts.WriteString(err.Error())
			} else {
				require.False(t, gz && i >= 10, "byte %d of gzip data", i)
			}
			if !gz {
				requireNoSecret(t, texts.String())
			}
		}
	}
}

const (
	header = `{"format":"plik-metadata","version":1}` + "\n"
	noRows = `{"type":"end","counts":{"users":0,"tokens":0,"uploads":0,"files":0,"settings":0}}` + "\n"
)

// TestDamagedLines is about what ends an import whatever the options.
func TestDamagedLines(t *testing.T) {
	t.Parallel()
	_, err := newDatabase().load(t, []byte(header+noRows), dump.ImportOptions{})
	require.NoError(t, err)
	upload := `{"type":"upload","data":{"id":"u"}}` + "\n"
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "empty"},
		{"something else", "PK\x03\x04", "not a metadata export"},
		{"other JSON", "{}\n", "line 1 does not say so"},
		{"no JSON", "{\n", "line 1 does not say so"},
		{"other version", `{"format":"plik-metadata","version":2}` + "\n", "version 2"},
		{"no rows", header, "cut short after line 1 : it has no end line"},
		{"no end", header + upload, "cut short after line 2 : it has no end line"},
		{"wrong counts", header + upload + noRows, "counts of line 3"},
		{"no counts", header + `{"type":"end"}` + "\n", "counts of line 2"},
		{"after the end", header + noRows + upload, "after the end line, line 2"},
		{"cut line after the end", header + noRows + "{", "cut short or damaged in line 3"},
		{"unknown type", header + `{"type":"SECRET","data":{}}` + "\n", "line 2 is of an unknown type"},
		{"no type", header + "{}\n", "line 2 is of an unknown type"},
		{"empty line", header + "\n" + noRows, "line 2 is not one JSON object"},
		{"array", header + "[]\n" + noRows, "line 2 is not one JSON object"},
		{"unknown field", header + `{"type":"upload","data":{"id":"u"},"SECRET":1}` + "\n", "line 2 is not one JSON object"},
		{"two objects", header + strings.TrimSpace(upload) + upload, "line 2 is not one JSON object"},
		{"invalid UTF-8", header + "{\"type\":\"upload\",\"data\":{\"id\":\"u\",\"comments\":\"\xff\"}}\n", "line 2 is not valid UTF-8"},
		{"zero bytes", header + strings.Repeat("\x00", 1000) + "\n", "line 2 is not one JSON object"},
		{"deep", header + strings.Repeat(`[`, 1<<20) + "\n", "line 2 is not one JSON object"},
		{"deep data", header + `{"type":"upload","data":` + strings.Repeat(`{"a":`, 1<<20) + "\n", "line 2 is not one JSON object"},
		{"long", header + strings.Repeat("x", 16<<20) + "\n" + noRows, "line 2 is longer than 16 MiB"},
		{"long and cut", header + strings.Repeat("x", 17<<20), "line 2 is longer than 16 MiB"},
		{"out of order", header + upload + `{"type":"user","data":{"id":"local:bob","provider":"local","login":"bob"}}` + "\n", "line 3 is a user, these come before each upload"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, data := range [][]byte{[]byte(c.text), zipped(t, []byte(c.text))} {
				db := newDatabase()
				_, err := db.load(t, data, dump.ImportOptions{IgnoreErrors: true})
				require.Equal(t, core.KindInvalid, core.KindOf(err))
				require.ErrorContains(t, err, c.want)
				requireNoSecret(t, err.Error())
				require.Equal(t, newDatabase(), db)
			}
		})
	}
}

// TestInvalidRows is about what concerns one row only.
func TestInvalidRows(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 2000)
	for _, c := range []struct{ kind, data, want string }{
		{"user", `{}`, "its id is not provider:login"},
		{"user", `null`, "its id is not provider:login"},
		{"user", `{"id":"bob","provider":"local"}`, "its id is not provider:login"},
		{"user", `{"id":"local:` + long + `","provider":"local"}`, "its id is not provider:login"},
		{"user", `{"id":"local:\u001b[2J","provider":"local"}`, "its id is not provider:login"},
		{"user", `{"id":"local:bob","provider":"google"}`, "its provider is not that of its id"},
		{"user", `{"id":"local:bob","provider":"local","login":"b\u0000"}`, "its login contains a zero byte"},
		{"user", `{"id":"local:bob","provider":"local","login":"b\u202e"}`, "its login has characters that cannot be printed"},
		{"user", `{"id":"local:bob","provider":"local","password":"SECRET` + long + `"}`, "its password is longer than 1024 bytes"},
		{"user", `{"id":"local:bob","provider":"local","generation":-1}`, "its generation is negative"},
		{"user", `{"id":"local:bob","provider":"local","maxTTL":"SECRET"}`, "its maxTTL is of the wrong type"},
		{"user", `{"id":"local:bob","provider":"local","maxUserSize":5070000000000000000000}`, "its maxUserSize is of the wrong type or too large"},
		{"user", `{"id":"local:bob","provider":"local","password":57707}`, "its password is of the wrong type"},
		{"user", `{"id":"local:bob","provider":"local","SECRET":true}`, "its data are not those of such a row"},
		{"user", `"SECRET"`, "its data are not those of such a row"},
		{"user", `{"id":"local:bob","provider":"local","createdAt":"10000-01-01T00:00:00Z"}`, "its data are not those of such a row"},
		{"user", `{"id":"local:bob","provider":"local","createdAt":"0000-01-01T00:00:00Z"}`, "its createdAt is not a time of the years"},
		{"user", `{"id":"local:bob","provider":"local","createdAt":"SECRET"}`, "its data are not those of such a row"},
		{"token", `{"token":"","user":"local:a","scope":"upload"}`, "it is empty, too long, or"},
		{"token", `{"token":"SECRET é","user":"local:a","scope":"upload"}`, "it is empty, too long, or"},
		{"token", `{"token":"SECRET","user":"a","scope":"upload"}`, "its user is not provider:login"},
		{"token", `{"token":"SECRET","user":"local:a","scope":"admin"}`, "its scope is unknown"},
		{"token", `{"token":"SECRET","user":"local:a"}`, "its scope is unknown"},
		{"token", `{"token":"SECRET","user":"local:nobody","scope":"read"}`, "token of user local:nobody : what it belongs to is missing"},
		{"upload", `{"id":""}`, "its id is invalid"},
		{"upload", `{"id":"../../etc"}`, "its id is invalid"},
		{"upload", `{"id":"a\\b"}`, "its id is invalid"},
		{"upload", `{"id":"é"}`, "its id is invalid"},
		{"upload", `{"id":"` + long + `"}`, "its id is invalid"},
		{"upload", `{"id":"u","user":"bob"}`, "its user is not provider:login"},
		{"upload", `{"id":"u","token":"a\nSECRET"}`, "its token is invalid"},
		{"upload", `{"id":"u","comments":"` + strings.Repeat("x", 1<<20+1) + `"}`, "its comments is longer than 1048576 bytes"},
		{"upload", `{"id":"u","deletedAt":"-001-01-01T00:00:00Z"}`, "its data are not those of such a row"},
		{"file", `{"id":"f"}`, "its upload's id is invalid"},
		{"file", `{"id":"f/..","upload":"u","status":"missing"}`, "its id is invalid"},
		{"file", `{"id":"f","upload":"u","status":"uploaded","size":-1}`, "its size is negative"},
		{"file", `{"id":"f","upload":"u","status":"SECRET"}`, "its status is unknown"},
		{"file", `{"id":"f","upload":"u","name":"a\u0000b"}`, "its name contains a zero byte"},
		{"file", `{"id":"f","upload":"u","name":"` + long + `"}`, "its name is longer than 1024 bytes"},
		{"file", `{"id":"f","upload":"u","md5":"x\r\nSet-Cookie: SECRET=1"}`, "its md5 is not"},
		{"file", `{"id":"f","upload":"u","crc32":4294967296}`, "its crc32 is of the wrong type or too large"},
		{"file", `{"id":"f","upload":"u"}`, "file f : what it belongs to is missing"},
		{"setting", `{"value":"SECRET"}`, "it has no key"},
	} {
		t.Run(c.kind+" "+c.want, func(t *testing.T) {
			t.Parallel()
			end := strings.Replace(noRows, `"settings":0`, `"settings":1`, 1)
			good := `{"type":"setting","data":{"key":"after","value":"it"}}` + "\n"
			if c.kind == "setting" {
				end = strings.Replace(noRows, `"settings":0`, `"settings":2`, 1)
			} else {
				end = strings.Replace(end, `"`+c.kind+`s":0`, `"`+c.kind+`s":1`, 1)
			}
			data := []byte(header + `{"type":"` + c.kind + `","data":` + c.data + "}\n" + good + end)

			db := newDatabase()
			_, err := db.load(t, data, dump.ImportOptions{})
			require.Equal(t, core.KindInvalid, core.KindOf(err))
			require.ErrorContains(t, err, "line 2, "+c.kind)
			require.ErrorContains(t, err, c.want)
			requireNoSecret(t, err.Error())
			require.NotContains(t, err.Error(), "57707")
			require.Equal(t, newDatabase(), db)

			var texts []string
			r, err := db.load(t, data, dump.ImportOptions{IgnoreErrors: true, Report: func(s string) { texts = append(texts, s) }})
			require.NoError(t, err)
			require.Equal(t, dump.Counts{Settings: 1}, r.Imported)
			require.Equal(t, "it", db.settings["after"])
			require.Len(t, texts, 1)
			require.Contains(t, texts[0], c.want)
			requireNoSecret(t, texts[0])
		})
	}
}

func TestConflicts(t *testing.T) {
	t.Parallel()
	for _, format := range []dump.Format{dump.JSONLines, dump.Gob} {
		db := newDatabase()
		data := sample().export(t, format, dump.ExportOptions{})
		_, err := db.load(t, data, dump.ImportOptions{})
		require.NoError(t, err)
		before := *db

		_, err = db.load(t, data, dump.ImportOptions{})
		require.Equal(t, core.KindConflict, core.KindOf(err))
		require.ErrorContains(t, err, "user local:admin : it exists already")

		var texts []string
		r, err := db.load(t, data, dump.ImportOptions{IgnoreErrors: true, Report: func(s string) { texts = append(texts, s) }})
		require.NoError(t, err)
		require.Equal(t, dump.Result{Format: format, Read: sample().counts()}, r)
		require.Len(t, texts, 13)
		require.Contains(t, texts[2], "token of user local:admin : it exists already")
		requireNoSecret(t, strings.Join(texts, "\n"))
		require.Equal(t, before, *db)
	}
}

type failingSink struct {
	*database
	err error
}

func (f failingSink) File(*core.File) error { return f.err }

func TestImportFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for _, format := range []dump.Format{dump.JSONLines, dump.Gob} {
		data := sample().export(t, format, dump.ExportOptions{})
		for _, cause := range []error{broken, core.E(core.KindInternal, "x", "x").Because(broken), core.E(core.KindNoSpace, "x", "x").Because(broken)} {
			r, err := dump.Import(t.Context(), bytes.NewReader(data), failingSink{newDatabase(), cause}, dump.ImportOptions{IgnoreErrors: true})
			require.ErrorIs(t, err, broken, "such an error ends it")
			require.Equal(t, core.KindOf(cause), core.KindOf(err))
			require.Equal(t, 3, r.Imported.Uploads)
			require.Zero(t, r.Imported.Files)
		}
		for n := range data {
			in := io.MultiReader(bytes.NewReader(data[:n]), iotest.ErrReader(broken))
			_, err := dump.Import(t.Context(), in, newDatabase(), dump.ImportOptions{IgnoreErrors: true})
			require.ErrorIs(t, err, broken, "reading failed after %d bytes", n)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(broken)
		_, err := dump.Import(ctx, bytes.NewReader(data), newDatabase(), dump.ImportOptions{})
		require.ErrorIs(t, err, broken)
	}
}

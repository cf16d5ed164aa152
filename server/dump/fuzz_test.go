package dump_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/dump"
)

// fuzzed imports data and checks what holds for any: errors are of the right kind, and what was
// taken can be exported and imported again, the same.
func fuzzed(t *testing.T, data []byte, format dump.Format) {
	for _, ignore := range []bool{false, true} {
		s := &keeper{database: newDatabase()}
		reports := 0
		r, err := dump.Import(t.Context(), bytes.NewReader(data), s, dump.ImportOptions{IgnoreErrors: ignore, Report: func(string) { reports++ }})
		if err != nil {
			require.Contains(t, []core.Kind{core.KindInvalid, core.KindConflict}, core.KindOf(err), "%v", err)
		}
		require.Equal(t, s.rows.counts(), r.Imported)
		if !ignore && err == nil {
			require.Equal(t, r.Read, r.Imported)
		}
		if err != nil || format == dump.Gob && s.rows.counts() == (dump.Counts{}) {
			continue
		}
		again := newDatabase()
		_, err = again.load(t, s.rows.export(t, format, dump.ExportOptions{Report: func(text string) {
			require.NotContains(t, text, "import will refuse it")
		}}), dump.ImportOptions{})
		require.NoError(t, err)
		require.Equal(t, s.database, again)
	}
}

// keeper keeps rows in their order, too.
type keeper struct {
	*database
	rows rows
}

func keep[T any](list *[]T, v T, err error) error {
	if err == nil {
		*list = append(*list, v)
	}
	return err
}

func (k *keeper) User(u *core.User) error     { return keep(&k.rows.users, u, k.database.User(u)) }
func (k *keeper) Token(t *core.Token) error   { return keep(&k.rows.tokens, t, k.database.Token(t)) }
func (k *keeper) Upload(u *core.Upload) error { return keep(&k.rows.uploads, u, k.database.Upload(u)) }
func (k *keeper) File(f *core.File) error     { return keep(&k.rows.files, f, k.database.File(f)) }
func (k *keeper) Setting(key, value string) error {
	return keep(&k.rows.settings, dump.Setting{Key: key, Value: value}, k.database.Setting(key, value))
}

func export(f *testing.F, r rows, format dump.Format) []byte {
	var out bytes.Buffer
	if _, err := dump.Export(f.Context(), &out, format, r.source(), dump.ExportOptions{}); err != nil {
		f.Fatal(err)
	}
	return out.Bytes()
}

func FuzzLines(f *testing.F) {
	for _, r := range []rows{{}, sample(), full()} {
		f.Add(export(f, r, dump.JSONLines))
	}
	f.Add([]byte(header + `{"type":"user","data":{"id":"local:a","provider":"local","Login":"\ud800","createdAt":"2026-01-01T00:00:00+23:59"}}` + "\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		fuzzed(t, append([]byte("{"), bytes.TrimPrefix(data, []byte("{"))...), dump.JSONLines)
	})
}

// FuzzGob gets past the checksums of Snappy.
func FuzzGob(f *testing.F) {
	plain, err := io.ReadAll(s2.NewReader(bytes.NewReader(export(f, sample(), dump.Gob))))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(plain)
	f.Add(append(gobUint(1<<30-1), 1, 2, 3))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzed(t, snappy(t, data), dump.Gob) })
}

// FuzzImport is about what is around the formats: detection, gzip, the framing of Snappy.
func FuzzImport(f *testing.F) {
	f.Add(export(f, sample(), dump.JSONLines))
	f.Add(export(f, sample(), dump.Gob))
	f.Add([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"))
	f.Add([]byte(snappyIdentifier + "\x01\x05\x00\x00abcdx" + "\xfe\x00\x00\x00" + snappyIdentifier))
	f.Fuzz(func(t *testing.T, data []byte) {
		format, err := dump.Detect(data[:min(len(data), dump.DetectSize)])
		if err != nil {
			require.Equal(t, core.KindInvalid, core.KindOf(err))
			_, again := dump.Import(t.Context(), bytes.NewReader(data), newDatabase(), dump.ImportOptions{})
			require.Equal(t, err, again)
			return
		}
		fuzzed(t, data, format)
	})
}

const snappyIdentifier = "\xff\x06\x00\x00sNaPpY"

package dump_test

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/dump"
)

func records(t *testing.T, list ...any) []byte {
	t.Helper()
	dump.RegisterGob()
	var out bytes.Buffer
	enc := gob.NewEncoder(&out)
	for _, r := range list {
		require.NoError(t, enc.Encode(r))
	}
	return out.Bytes()
}

// TestNonsenseNanoseconds: package time takes any from gob.
func TestNonsenseNanoseconds(t *testing.T) {
	t.Parallel()
	type record struct {
		Type   int
		Object any
	}
	data := records(t, record{0, &dump.GobUpload{ID: "u", CreatedAt: created}})
	nanoseconds := binary.BigEndian.AppendUint32(nil, uint32(created.Nanosecond()))
	require.Equal(t, 1, bytes.Count(data, nanoseconds))
	for _, n := range []uint32{1e9, 1<<30 - 1, 1 << 30, 1<<31 - 1, 1<<32 - 1} {
		bad := bytes.ReplaceAll(data, nanoseconds, binary.BigEndian.AppendUint32(nil, n))
		_, err := newDatabase().load(t, snappy(t, bad), dump.ImportOptions{})
		require.ErrorContains(t, err, "row 1, upload u : its createdAt is not a time of the years 1 to 9999", "%d", n)
	}
}

func TestUnknownRecords(t *testing.T) {
	t.Parallel()
	type record struct {
		Type   int
		Object any
	}
	type bare struct{ Type int }
	good := record{0, &dump.GobUpload{ID: "u"}}
	for name, c := range map[string]struct {
		bad  any
		want string
	}{
		"type of another kind": {record{3, &dump.GobUpload{ID: "SECRET"}}, "row 2 is of an unknown type"},
		"type out of range":    {record{99, &dump.GobUpload{ID: "SECRET"}}, "row 2 is of an unknown type"},
		"a text":               {record{2, "SECRET"}, "row 2 is of an unknown type"},
		"bytes":                {record{2, []byte("SECRET")}, "row 2 is of an unknown type"},
		"nothing":              {bare{2}, "row 2 is of an unknown type"},
		"no record":            {"SECRET", "at row 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase()
			_, err := db.load(t, snappy(t, records(t, good, c.bad)), dump.ImportOptions{IgnoreErrors: true})
			require.Equal(t, core.KindInvalid, core.KindOf(err))
			require.ErrorContains(t, err, c.want)
			requireNoSecret(t, err.Error())
			require.Equal(t, newDatabase(), db)
		})
	}

	t.Run("invalid rows", func(t *testing.T) {
		t.Parallel()
		var texts []string
		data := snappy(t, records(t, record{0, &dump.GobUpload{ID: "../SECRET"}}, good,
			record{0, &dump.GobUpload{ID: "v", CreatedAt: time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC)}},
			record{0, &dump.GobUpload{ID: "w", ExpireAt: new(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))}},
			record{0, &dump.GobUpload{ID: "x", Comments: "SECRET\xff"}},
			record{0, &dump.GobUpload{ID: "y", DeletedAt: dump.GobDeletedAt{Valid: true}}}))
		_, err := newDatabase().load(t, data, dump.ImportOptions{})
		require.ErrorContains(t, err, "row 1, upload of an invalid id : its id is invalid")
		db := newDatabase()
		r, err := db.load(t, data, dump.ImportOptions{IgnoreErrors: true, Report: func(s string) { texts = append(texts, s) }})
		require.NoError(t, err)
		require.Equal(t, dump.Counts{Uploads: 2}, r.Imported)
		require.False(t, db.uploads["y"].DeletedAt.IsZero(), "what is deleted stays so")
		require.Equal(t, []string{
			"row 1, upload of an invalid id : its id is invalid",
			"row 3, upload v : its createdAt is not a time of the years 1 to 9999",
			"row 4, upload w : its expireAt is not a time of the years 1 to 9999",
			"row 5, upload x : its comments is not valid UTF-8",
		}, texts[:4])
	})
}

// TestEndWithinMessage: gob says io.EOF, as at the end of the stream, also when a message is
// shorter than what it begins to say.
func TestEndWithinMessage(t *testing.T) {
	t.Parallel()
	type record struct {
		Type   int
		Object any
	}
	whole := records(t, record{0, &dump.GobUpload{ID: "u"}})
	both := records(t, record{0, &dump.GobUpload{ID: "u"}}, record{0, &dump.GobUpload{ID: "v"}})
	second := both[len(whole):]
	eofs := 0
	for n := range len(second) - 1 {
		short := append(bytes.Clone(whole), byte(n)) // its length, then a part of it
		short = append(short, second[1:][:n]...)
		dec := gob.NewDecoder(bytes.NewReader(short))
		var rec record
		require.NoError(t, dec.Decode(&rec))
		rec = record{}
		err := dec.Decode(&rec)
		if u, ok := rec.Object.(*dump.GobUpload); err == nil && ok && u.ID == "v" {
			continue // gob does without the marks at the end
		}
		if errors.Is(err, io.EOF) {
			eofs++
		}
		_, err = newDatabase().load(t, snappy(t, short), dump.ImportOptions{})
		require.Equal(t, core.KindInvalid, core.KindOf(err), "%d bytes", n)
		require.ErrorContains(t, err, "row 2")
	}
	require.NotZero(t, eofs, "else this test is about nothing")
}

// snappy returns data as Plik 1.3 compresses them.
func snappy(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w := s2.NewWriter(&out, s2.WriterSnappyCompat(), s2.WriterConcurrency(1))
	_, err := w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.Bytes()
}

// gobUint is an unsigned number as gob writes one of more than a byte.
func gobUint(n uint64) []byte {
	b := bytes.TrimLeft(binary.BigEndian.AppendUint64(nil, n), "\x00")
	return append([]byte{byte(-len(b))}, b...)
}

func TestDamagedGob(t *testing.T) {
	t.Parallel()
	plain, err := io.ReadAll(s2.NewReader(bytes.NewReader(sample().export(t, dump.Gob, dump.ExportOptions{}))))
	require.NoError(t, err)
	for name, data := range map[string][]byte{
		"no gob":           []byte("SECRET is not gob"),
		"huge message":     append(gobUint(1<<30-1), 1),
		"absurd message":   append(gobUint(1<<62), 1),
		"long message":     append(gobUint(1<<30-1), make([]byte, 70<<20)...),
		"empty messages":   make([]byte, 65<<20),
		"end in a message": {3, 0xff, 0x80, 0xf8},
		"the middle":       plain[100:],
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDatabase()
			_, err := db.load(t, snappy(t, data), dump.ImportOptions{IgnoreErrors: true})
			require.Equal(t, core.KindInvalid, core.KindOf(err))
			require.ErrorContains(t, err, "row 1")
			requireNoSecret(t, err.Error())
			require.Equal(t, newDatabase(), db)
		})
	}
	t.Run("garbage after the magic", func(t *testing.T) {
		t.Parallel()
		_, err := newDatabase().load(t, []byte("\xff\x06\x00\x00sNaPpY\x00\xff\xff\xffSECRET"), dump.ImportOptions{})
		require.Equal(t, core.KindInvalid, core.KindOf(err))
	})
	t.Run("each byte within", func(t *testing.T) {
		t.Parallel()
		for i := range plain {
			for _, mask := range []byte{0x01, 0x80, 0xff} {
				bad := bytes.Clone(plain)
				bad[i] ^= mask
				var texts strings.Builder
				_, err := newDatabase().load(t, snappy(t, bad), dump.ImportOptions{IgnoreErrors: true, Report: func(s string) { texts.WriteString(s) }})
				if err != nil {
					require.Equal(t, core.KindInvalid, core.KindOf(err), "byte %d: %v", i, err)
					texts.WriteString(err.Error())
				}
				requireNoSecret(t, texts.String())
			}
		}
	})
}

// TestCutBetweenRows: the old format has no end mark, so this is all that can be noticed.
func TestCutBetweenRows(t *testing.T) {
	t.Parallel()
	r := sample()
	r.settings = nil
	var texts []string
	_, err := newDatabase().load(t, r.export(t, dump.Gob, dump.ExportOptions{}), dump.ImportOptions{Report: func(s string) { texts = append(texts, s) }})
	require.NoError(t, err)
	require.Len(t, texts, 1)
	require.Contains(t, texts[0], "may have been cut")
}

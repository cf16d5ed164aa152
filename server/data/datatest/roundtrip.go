package datatest

import (
	"bytes"
	"io"
	"math"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

func roundTrip(t *testing.T, b data.Backend) {
	const mib = 1 << 20
	same := func(n int) int64 { return int64(n) }
	for name, c := range map[string]struct {
		length int
		hint   func(int) int64
		reader func([]byte) io.Reader
	}{
		"empty":                 {0, same, plain},
		"empty of unknown size": {0, func(int) int64 { return -1 }, plain},
		"empty, said to be 10":  {0, func(int) int64 { return 10 }, plain},
		"one byte":              {1, same, plain},
		"one buffer":            {256 << 10, same, plain},
		"one buffer and a byte": {256<<10 + 1, same, plain},
		"20 MiB":                {20 * mib, same, plain},
		"unknown size":          {6 * mib, func(int) int64 { return -1 }, plain},
		"longer than said":      {300_000, func(n int) int64 { return int64(n - 1) }, plain},
		"shorter than said":     {300_000, func(n int) int64 { return int64(n + 1) }, plain},
		"one byte per read":     {1000, same, func(b []byte) io.Reader { return iotest.OneByteReader(plain(b)) }},
		"end with the data":     {300_000, same, func(b []byte) io.Reader { return iotest.DataErrReader(plain(b)) }},
		"writes itself":         {mib + 1, same, func(b []byte) io.Reader { return &writingSource{source{b: b, err: io.EOF}} }},
		"writes itself at once": {6 * mib, func(int) int64 { return -1 }, func(b []byte) io.Reader { return bytes.NewReader(b) }},
		"writes itself, empty":  {0, same, func(b []byte) io.Reader { return &writingSource{source{b: b, err: io.EOF}} }},
	} {
		t.Run(name, func(t *testing.T) {
			want := content(1, c.length)
			key := newKey()
			stored, err := b.Put(t.Context(), key, c.reader(want), c.hint(c.length))
			require.NoError(t, err)
			require.EqualValues(t, c.length, stored.Size)
			key.Details = stored.Details
			deleteLater(t, b, key)
			requireBytes(t, want, get(t, b, key, data.Range{}))
		})
	}
}

func ranges(t *testing.T, b data.Backend) {
	whole := content(2, 300_000)
	key := put(t, b, newKey(), whole)
	for name, c := range map[string]struct {
		rng  data.Range
		want []byte
	}{
		"the whole":            {data.Range{}, whole},
		"the first byte":       {data.Range{Length: 1}, whole[:1]},
		"a start":              {data.Range{Length: 270_000}, whole[:270_000]},
		"a middle":             {data.Range{Offset: 1000, Length: 280_000}, whole[1000:281_000]},
		"the rest":             {data.Range{Offset: 299_000}, whole[299_000:]},
		"the last byte":        {data.Range{Offset: 299_999, Length: 1}, whole[299_999:]},
		"past the end":         {data.Range{Offset: 299_990, Length: 20}, whole[299_990:]},
		"all and more":         {data.Range{Length: 1 << 40}, whole},
		"from the end on":      {data.Range{Offset: 300_000}, nil},
		"a byte after the end": {data.Range{Offset: 300_000, Length: 1}, nil},
		"far after the end":    {data.Range{Offset: 1 << 40, Length: 5}, nil},
		"overflowing":          {data.Range{Offset: 299_990, Length: math.MaxInt64}, whole[299_990:]},
	} {
		t.Run(name, func(t *testing.T) {
			requireBytes(t, c.want, get(t, b, key, c.rng))
		})
	}
	empty := put(t, b, newKey(), nil)
	require.Empty(t, get(t, b, empty, data.Range{Length: 1}))
	for _, rng := range []data.Range{{Offset: -1}, {Length: -1}} {
		_, err := b.Open(t.Context(), key, rng)
		require.Equal(t, core.KindInvalid, core.KindOf(err), "%+v: %v", rng, err)
	}
}

// seek matters to backends whose readers can; the others have nothing to show.
func seek(t *testing.T, b data.Backend) {
	whole := content(3, 300_000)
	key := put(t, b, newKey(), whole)
	r, err := b.Open(t.Context(), key, data.Range{})
	require.NoError(t, err)
	defer r.Close()
	s, ok := r.(io.Seeker)
	if !ok {
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		requireBytes(t, whole, got)
		return
	}
	size, err := s.Seek(0, io.SeekEnd)
	require.NoError(t, err)
	require.EqualValues(t, len(whole), size)
	for _, at := range []int64{0, 299_000, 1} {
		_, err = s.Seek(at, io.SeekStart)
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.NoError(t, err)
		requireBytes(t, whole[at:], got)
	}
}

func list(t *testing.T, b data.Backend) {
	one, two := put(t, b, newKey(), content(4, 1000)), put(t, b, newKey(), nil)
	if _, ok := data.As[data.Lister](b); !ok {
		requireBytes(t, content(4, 1000), get(t, b, one, data.Range{}))
		return
	}
	for key, size := range map[data.Key]int64{one: 1000, two: 0} {
		found := listed(t, b, key.File)
		require.Len(t, found, 1)
		e := found[0]
		require.False(t, e.Modified.IsZero())
		require.Contains(t, []core.UploadID{"", key.Upload}, e.Key.Upload)
		e.Modified, e.Key.Upload, e.Key.Details = time.Time{}, "", ""
		requireDiff(t, data.Entry{Key: data.Key{File: key.File}, Size: size}, e)
	}
	// What is listed is enough to delete it, and a list may be left early.
	require.NoError(t, b.Delete(t.Context(), listed(t, b, one.File)[0].Key))
	requireNothing(t, b, one)
	l, _ := data.As[data.Lister](b)
	for _, err := range l.List(t.Context()) {
		require.NoError(t, err)
		break
	}
}

func check(t *testing.T, b data.Backend) {
	if c, ok := data.As[data.Checker](b); ok {
		require.NoError(t, c.Check(t.Context()))
	}
	requireNothing(t, b, newKey())
}

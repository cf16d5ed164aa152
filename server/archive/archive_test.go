package archive_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/archive"
)

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	contents := map[string]string{"a.txt": "hello", "empty": "", "été.bin": string(make([]byte, 100_000))}
	a := newArchive(t, entry("a.txt", contents["a.txt"]), entry("empty", ""), entry("été.bin", contents["été.bin"]))

	r := a.NewReader(t.Context())
	raw, err := io.ReadAll(iotest.OneByteReader(r))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.Equal(t, a.Size(), int64(len(raw)))

	z, err := zip.NewReader(bytes.NewReader(raw), a.Size())
	require.NoError(t, err)
	require.Len(t, z.File, len(contents))
	for _, f := range z.File {
		require.Equal(t, zip.Store, f.Method)
		require.False(t, f.NonUTF8)
		require.Equal(t, os.FileMode(0644), f.Mode())
		require.True(t, modified.Truncate(time.Second).Equal(f.Modified), f.Modified)
		require.EqualValues(t, 20, f.ReaderVersion)
		content, err := f.Open()
		require.NoError(t, err)
		got, err := io.ReadAll(content) // checks the CRC
		require.NoError(t, err)
		require.Equal(t, contents[f.Name], string(got))
	}
}

func TestEmptyArchive(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	raw, err := io.ReadAll(a.NewReader(t.Context()))
	require.NoError(t, err)
	require.Len(t, raw, 22)
	z, err := zip.NewReader(bytes.NewReader(raw), 22)
	require.NoError(t, err)
	require.Empty(t, z.File)
}

func TestNewMakesNamesSafe(t *testing.T) {
	t.Parallel()
	a := newArchive(t, entry("../x", "1"), entry(`..\X`, "2"), entry("/etc/CON", "3"))
	z, err := zip.NewReader(readerAt{a.NewReader(t.Context())}, a.Size())
	require.NoError(t, err)
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
	}
	require.Equal(t, []string{"x", "X (1)", "etc/_CON"}, names)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	noCRC, noOpen := entry("a", ""), entry("a", "")
	noCRC.CRC32 = nil
	noOpen.Open = nil
	for name, entries := range map[string][]archive.Entry{
		"negative size": {zeros("a", -1)},
		"no CRC32":      {noCRC},
		"no Open":       {noOpen},
		"too large":     {zeros("a", math.MaxInt64-10)},
		"too large sum": {zeros("a", math.MaxInt64/2), zeros("b", math.MaxInt64/2), zeros("c", math.MaxInt64/2)},
	} {
		_, err := archive.New(entries)
		require.Error(t, err, name)
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	for in, want := range map[time.Time]time.Time{
		{}: time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC),
		time.Date(1975, 5, 6, 7, 8, 9, 0, time.UTC):   time.Date(1975, 5, 6, 7, 8, 9, 0, time.UTC),
		time.Date(2039, 5, 6, 7, 8, 9, 0, time.UTC):   time.Date(2039, 5, 6, 7, 8, 8, 0, time.UTC),
		time.Date(3000, 1, 1, 0, 0, 0, 0, time.UTC):   time.Date(2107, 12, 31, 23, 59, 58, 0, time.UTC),
		time.Date(2026, 1, 1, 0, 0, 1, 0, time.Local): time.Date(2026, 1, 1, 0, 0, 1, 0, time.Local),
	} {
		e := entry("a", "x")
		e.Modified = in
		a := newArchive(t, e)
		z, err := zip.NewReader(readerAt{a.NewReader(t.Context())}, a.Size())
		require.NoError(t, err)
		require.True(t, want.Equal(z.File[0].Modified), "%v: %v", in, z.File[0].Modified)
	}
}

// A file has no ZIP64 structure below the limits, and has it from them on.
func TestZIP64OnlyWhereNeeded(t *testing.T) {
	t.Parallel()
	const header = 30 + 1 + 9 // of an entry named by one letter
	for name, c := range map[string]struct {
		sizes      []int64
		local, end bool
	}{
		"small":                 {[]int64{1}, false, false},
		"size below":            {[]int64{math.MaxUint32 - 1}, false, true}, // the directory is beyond
		"size at":               {[]int64{math.MaxUint32}, true, true},
		"directory just within": {[]int64{math.MaxUint32 - 1 - header}, false, false},
		"directory at":          {[]int64{math.MaxUint32 - header}, false, true},
	} {
		var entries []archive.Entry
		for i, size := range c.sizes {
			entries = append(entries, zeros(string(rune('a'+i)), size))
		}
		a := newArchive(t, entries...)
		r := a.NewReader(t.Context())
		local := make([]byte, 64)
		_, _ = io.ReadFull(r, local)
		require.Equal(t, c.local, binary.LittleEndian.Uint16(local[4:]) == 45, name)
		require.Equal(t, c.local, binary.LittleEndian.Uint16(local[28:]) == 9+20, name)

		tail := make([]byte, 22+20)
		_, err := r.Seek(-42, io.SeekEnd)
		require.NoError(t, err)
		_, err = io.ReadFull(r, tail)
		require.NoError(t, err)
		require.Equal(t, c.end, binary.LittleEndian.Uint32(tail) == 0x07064b50, name)
	}
}

func TestSparseTerabytes(t *testing.T) {
	t.Parallel()
	const size = 1 << 40
	a := newArchive(t, zeros("a", size), zeros("b", size), zeros("c", size), zeros("d", 5))
	const (
		locals   = 4*(30+1+9) + 3*20              // sizes of a, b and c
		centrals = 4*(46+1+9) + 20 + 28 + 28 + 12 // and offsets of b, c and d
		ends     = 56 + 20 + 22
	)
	require.EqualValues(t, 3*size+5+locals+centrals+ends, a.Size())

	r := a.NewReader(t.Context())
	z, err := zip.NewReader(readerAt{r}, a.Size())
	require.NoError(t, err)
	require.Len(t, z.File, 4)
	for i, f := range z.File {
		off, err := f.DataOffset() // reads and checks the local header
		require.NoError(t, err)
		require.GreaterOrEqual(t, off, int64(i)*size)
		require.EqualValues(t, 0x1234abcd, f.CRC32)
		if i < 3 {
			require.EqualValues(t, size, f.UncompressedSize64)
			require.EqualValues(t, size, f.CompressedSize64)
		}
		_, err = r.Seek(off+int64(f.UncompressedSize64), io.SeekStart)
		require.NoError(t, err)
		var sig [4]byte
		_, err = io.ReadFull(r, sig[:])
		require.NoError(t, err)
		require.Equal(t, "PK", string(sig[:2]), "what follows %s", f.Name)
	}
}

func TestManyEntries(t *testing.T) {
	t.Parallel()
	const count = 70_000
	entries := make([]archive.Entry, count)
	for i := range entries {
		entries[i] = entry(fmt.Sprintf("file %d.txt", i), fmt.Sprint(i))
	}
	a := newArchive(t, entries...)
	var raw bytes.Buffer
	n, err := a.NewReader(t.Context()).WriteN(&raw, a.Size())
	require.NoError(t, err)
	require.Equal(t, a.Size(), n)

	z, err := zip.NewReader(bytes.NewReader(raw.Bytes()), a.Size())
	require.NoError(t, err)
	require.Len(t, z.File, count)
	for _, i := range []int{0, 1, 65_534, 65_535, 65_536, count - 1} {
		f, err := z.File[i].Open()
		require.NoError(t, err)
		content, err := io.ReadAll(f)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(i), string(content))
		require.Equal(t, fmt.Sprintf("file %d.txt", i), z.File[i].Name)
	}
}

func TestFingerprint(t *testing.T) {
	t.Parallel()
	base := entry("a", "hello")
	want := newArchive(t, base, entry("b", "")).Fingerprint()
	require.Regexp(t, "^[0-9a-f]{32}$", want)

	otherCRC := entry("a", "HELLO")
	otherCRC.CRC32 = func(context.Context) (uint32, error) { panic("a fingerprint needs no checksum") }
	require.Equal(t, want, newArchive(t, otherCRC, entry("b", "")).Fingerprint())
	zone := base
	zone.Modified = modified.In(time.FixedZone("", 3600))
	require.Equal(t, want, newArchive(t, zone, entry("b", "")).Fingerprint())

	later := base
	later.Modified = modified.Add(1)
	for name, entries := range map[string][]archive.Entry{
		"size":    {entry("a", "hello!"), entry("b", "")},
		"name":    {entry("A", "hello"), entry("b", "")},
		"time":    {later, entry("b", "")},
		"count":   {base},
		"order":   {entry("b", ""), base},
		"borders": {entry("ab", "hello"), entry("", "")},
	} {
		require.NotEqual(t, want, newArchive(t, entries...).Fingerprint(), name)
	}
}

package uploads_test

import (
	"hash/crc32"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/uploads"
)

func TestCombineCRC32(t *testing.T) {
	t.Parallel()
	content := noise(1 << 20)
	for seed := range uint64(50) {
		sum, at := uint32(0), 0
		for _, n := range pieces(len(content), seed) {
			part := content[at : at+n]
			sum, at = uploads.CombineCRC32(sum, crc32.ChecksumIEEE(part), int64(n)), at+n
		}
		require.Equal(t, crc32.ChecksumIEEE(content), sum, "seed %d", seed)
	}
	// Zeros of a terabyte: as by doubling.
	const doublings = 40
	sum, n := crc32.ChecksumIEEE([]byte{0}), int64(1)
	for range doublings {
		sum, n = uploads.CombineCRC32(sum, sum, n), 2*n
	}
	half := crc32.ChecksumIEEE(make([]byte, 1<<20))
	for n := int64(1 << 20); n < 1<<doublings; n *= 2 {
		half = uploads.CombineCRC32(half, half, n)
	}
	require.Equal(t, half, sum)
}

func FuzzCombineCRC32(f *testing.F) {
	f.Add([]byte(""), []byte(""))
	f.Add([]byte("a"), []byte(""))
	f.Add([]byte(""), []byte("b"))
	f.Add([]byte("hello "), []byte("world"))
	f.Fuzz(func(t *testing.T, a, b []byte) {
		got := uploads.CombineCRC32(crc32.ChecksumIEEE(a), crc32.ChecksumIEEE(b), int64(len(b)))
		if want := crc32.Update(crc32.ChecksumIEEE(a), crc32.IEEETable, b); got != want {
			t.Fatalf("%08x, want %08x", got, want)
		}
	})
}

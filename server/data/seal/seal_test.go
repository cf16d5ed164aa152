package seal_test

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	mathrand "math/rand/v2"
	"strconv"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/seal"
)

const name = "the file"

// sizes are around the borders of records and batches.
var sizes = []int{0, 1, 1000, seal.RecordSize - 1, seal.RecordSize, seal.RecordSize + 1, 4*seal.RecordSize - 1,
	4 * seal.RecordSize, 9*seal.RecordSize + 77}

func newKey(t testing.TB) seal.Key {
	t.Helper()
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	k, err := seal.ParseKey(hex.EncodeToString(secret))
	require.NoError(t, err)
	return k
}

func content(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = mathrand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

// sealed returns the file of plain.
func sealed(t testing.TB, k seal.Key, name string, plain []byte) []byte {
	t.Helper()
	f, err := seal.New(k)
	require.NoError(t, err)
	var out bytes.Buffer
	w := seal.NewWriter(f, &out)
	defer w.Release()
	n, err := w.Write(plain)
	require.NoError(t, err)
	require.Equal(t, len(plain), n)
	require.NoError(t, w.Finish(name))
	return out.Bytes()
}

func opened(t testing.TB, file []byte, keys ...seal.Key) *seal.Reader {
	t.Helper()
	r, err := seal.Open(bytes.NewReader(file), int64(len(file)), name, keys)
	require.NoError(t, err)
	t.Cleanup(r.Release)
	return r
}

func TestSizes(t *testing.T) {
	t.Parallel()
	valid := map[int64]bool{}
	for n := range int64(3*seal.RecordSize + 2) {
		size, ok := seal.PlainSize(seal.SealedSize(n))
		require.True(t, ok && size == n, "%d: %d", n, size)
		valid[seal.SealedSize(n)] = true
	}
	for n := range seal.SealedSize(3 * seal.RecordSize) {
		_, ok := seal.PlainSize(n)
		require.Equal(t, valid[n], ok, "%d", n)
	}
	size, ok := seal.PlainSize(seal.SealedSize(1 << 50))
	require.True(t, ok && size == 1<<50)
}

func TestRoundTrip(t *testing.T) {
	t.Parallel()
	k := newKey(t)
	for _, size := range sizes {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			t.Parallel()
			want := content(1, size)
			file := sealed(t, k, name, want)
			require.EqualValues(t, seal.SealedSize(int64(size)), len(file))
			if size > 100 {
				require.False(t, bytes.Contains(file, want[:50]))
			}
			r := opened(t, file, newKey(t), k)
			require.EqualValues(t, size, r.Size())
			if size <= 1000 { // it reads byte by byte, which opens a record each time
				require.NoError(t, iotest.TestReader(r, want))
			}
			_, err := r.Seek(0, io.SeekStart)
			require.NoError(t, err)
			got, err := io.ReadAll(iotest.HalfReader(r))
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got))
			_, err = r.Seek(0, io.SeekStart)
			require.NoError(t, err)
			var out bytes.Buffer
			n, err := r.WriteTo(&out)
			require.NoError(t, err)
			require.EqualValues(t, size, n)
			require.True(t, bytes.Equal(want, out.Bytes()))
		})
	}
}

// TestPieces writes in pieces, into Writers that go on where another one ended.
func TestPieces(t *testing.T) {
	t.Parallel()
	k, want := newKey(t), content(2, 7*seal.RecordSize+3)
	for _, piece := range []int{1000, 65535, 65536, 65537, 200_000} {
		t.Run(strconv.Itoa(piece), func(t *testing.T) {
			t.Parallel()
			f, err := seal.New(k)
			require.NoError(t, err)
			var out bytes.Buffer
			w := seal.NewWriter(f, &out)
			for at := 0; at < len(want); at += piece {
				_, err := w.Write(want[at:min(at+piece, len(want))])
				require.NoError(t, err)
				number, pending := w.Pending()
				require.EqualValues(t, min(at+piece, len(want)), w.Size())
				if out.Len() == 0 {
					continue // the header comes with the first record
				}
				require.EqualValues(t, seal.Offset(number), out.Len())
				next := seal.Resume(f, &out, number, pending)
				w.Release()
				w = next
			}
			require.NoError(t, w.Finish(name))
			w.Release()
			got, err := io.ReadAll(opened(t, out.Bytes(), k))
			require.NoError(t, err)
			require.True(t, bytes.Equal(want, got))
		})
	}
}

func TestSeeks(t *testing.T) {
	t.Parallel()
	k, want := newKey(t), content(3, 9*seal.RecordSize+100)
	r := opened(t, sealed(t, k, name, want), k)
	random := mathrand.New(mathrand.NewPCG(1, 2))
	for range 300 {
		at := random.IntN(len(want) + 10)
		n := random.IntN(3 * seal.RecordSize)
		_, err := r.Seek(int64(at), io.SeekStart)
		require.NoError(t, err)
		got, err := io.ReadAll(io.LimitReader(r, int64(n)))
		require.NoError(t, err)
		at = min(at, len(want))
		require.True(t, bytes.Equal(want[at:min(at+n, len(want))], got), "%d bytes from %d on", n, at)
	}
	_, err := r.Seek(-1, io.SeekStart)
	require.Error(t, err)
	_, err = r.Seek(0, 7)
	require.Error(t, err)
	_, err = r.ReadAt(nil, -1)
	require.Error(t, err)
}

func TestManyReaders(t *testing.T) {
	t.Parallel()
	k, want := newKey(t), content(4, 9*seal.RecordSize+100)
	r := opened(t, sealed(t, k, name, want), k)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			got := make([]byte, 100_000)
			for at := i * 1000; at+len(got) < len(want); at += 70_001 {
				n, err := r.ReadAt(got, int64(at))
				assert.NoError(t, err)
				assert.True(t, bytes.Equal(want[at:at+n], got[:n]))
			}
		})
	}
	wg.Wait()
	n, err := r.ReadAt(make([]byte, 10), int64(len(want)-4))
	require.Equal(t, io.EOF, err)
	require.Equal(t, 4, n)
}

// TestNoncesDiffer is what AES-GCM rests on: the same bytes in the same place, sealed twice.
func TestNoncesDiffer(t *testing.T) {
	t.Parallel()
	f, err := seal.New(newKey(t))
	require.NoError(t, err)
	seen := map[string]bool{}
	for range 10_000 {
		for _, b := range [][]byte{f.SealRecord(nil, 1, []byte("x")), f.SealFooter(nil, 1, name)} {
			require.False(t, seen[string(b[:12])])
			seen[string(b[:12])] = true
		}
	}
}

func TestWriterFails(t *testing.T) {
	t.Parallel()
	f, err := seal.New(newKey(t))
	require.NoError(t, err)
	broken := errors.New("the disk is broken")
	w := seal.NewWriter(f, failing{broken})
	defer w.Release()
	for range 2 {
		n, err := w.Write(make([]byte, 10*seal.RecordSize))
		require.ErrorIs(t, err, broken)
		require.Zero(t, n)
	}
	require.ErrorIs(t, w.Finish(name), broken)
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func (f failing) ReadAt([]byte, int64) (int, error) { return 0, f.err }

func TestSourceFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("the disk is broken")
	_, err := seal.Open(failing{broken}, 1000, name, nil)
	require.ErrorIs(t, err, broken)
	require.NotErrorIs(t, err, seal.ErrDamaged)
}

func TestNoKey(t *testing.T) {
	t.Parallel()
	_, err := seal.New(seal.Key{})
	require.ErrorContains(t, err, "no key")
}

package seal_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/seal"
)

// requireRefused checks that a file is not read to its end, and that what is read of it is want.
func requireRefused(t *testing.T, file, want []byte, keys []seal.Key, what any) {
	t.Helper()
	r, err := seal.Open(bytes.NewReader(file), int64(len(file)), name, keys)
	if err != nil {
		return
	}
	defer r.Release()
	got, err := io.ReadAll(r)
	require.ErrorIs(t, err, seal.ErrDamaged, "%v", what)
	require.True(t, bytes.HasPrefix(want, got), "%v", what)

	// From the end back, so that what is intact behind the damage is read as well.
	for at := int64(len(want)) - seal.RecordSize; at >= 0; at -= seal.RecordSize {
		got := make([]byte, seal.RecordSize)
		n, err := r.ReadAt(got, at)
		require.True(t, err == nil || n == 0 || bytes.Equal(want[at:at+int64(n)], got[:n]), "%v", what)
		require.True(t, err != nil || bytes.Equal(want[at:at+seal.RecordSize], got), "%v", what)
	}
}

func TestFlips(t *testing.T) {
	t.Parallel()
	keys, want := []seal.Key{newKey(t)}, content(5, 3*seal.RecordSize+500)
	file := sealed(t, keys[0], name, want)
	flip := func(at int, bit byte) {
		file[at] ^= bit
		requireRefused(t, file, want, keys, at)
		file[at] ^= bit
	}
	for at := range seal.HeaderSize {
		for bit := range 8 {
			flip(at, 1<<bit)
		}
	}
	for number := range int64(4) {
		start := int(seal.Offset(number))
		end := min(int(seal.Offset(number+1)), len(file)-seal.FooterSize)
		for _, at := range []int{0, 11, 12, 13, 5000} { // nonce, ciphertext
			flip(start+min(at, end-start-1), 1)
			flip(end-1-min(at, end-start-1), 0x80) // tag, ciphertext
		}
	}
	for at := len(file) - seal.FooterSize; at < len(file); at++ {
		flip(at, 4)
	}
	got, err := io.ReadAll(opened(t, file, keys...))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, got), "the file itself is whole")
}

func TestCutsAndAdditions(t *testing.T) {
	t.Parallel()
	keys := []seal.Key{newKey(t)}
	for _, size := range []int{0, 10, seal.RecordSize, 3*seal.RecordSize + 500} {
		want := content(6, size)
		file := sealed(t, keys[0], name, want)
		for _, n := range []int{1, 15, 16, 28, 29, 48, 500, 527, 528, 529, seal.RecordSize, seal.SealedRecord, 2 * seal.SealedRecord} {
			if n < len(file) {
				requireRefused(t, file[:len(file)-n], want, keys, n)
				requireRefused(t, file[n:], want, keys, n)
				// The end is where it was, so that only the middle is missing.
				requireRefused(t, slices.Concat(file[:seal.HeaderSize], file[min(seal.HeaderSize+n, len(file)):]), want, keys, n)
			}
			requireRefused(t, append(slices.Clone(file), make([]byte, n)...), want, keys, n)
			requireRefused(t, slices.Concat(file[:seal.HeaderSize], make([]byte, n), file[seal.HeaderSize:]), want, keys, n)
		}
		requireRefused(t, nil, want, keys, "nothing")
		requireRefused(t, file[:seal.HeaderSize], want, keys, "a header")
	}
}

func TestExchanges(t *testing.T) {
	t.Parallel()
	keys, want, other := []seal.Key{newKey(t)}, content(7, 4*seal.RecordSize), content(8, 4*seal.RecordSize)
	file, another := sealed(t, keys[0], name, want), sealed(t, keys[0], name, other)
	record := func(file []byte, n int64) []byte { return file[seal.Offset(n):seal.Offset(n+1)] }
	for a := range int64(4) {
		for b := range a {
			swapped := slices.Clone(file)
			copy(record(swapped, a), record(file, b))
			copy(record(swapped, b), record(file, a))
			requireRefused(t, swapped, want, keys, "swapped "+strconv.Itoa(int(a)))
			copy(record(swapped, b), record(file, b))
			requireRefused(t, swapped, want, keys, "doubled "+strconv.Itoa(int(b)))
		}
		foreign := slices.Clone(file)
		copy(record(foreign, a), record(another, a))
		requireRefused(t, foreign, want, keys, "of another file")
	}
	requireRefused(t, slices.Concat(another[:seal.HeaderSize], file[seal.HeaderSize:]), want, keys, "header of another file")
	end := len(file) - seal.FooterSize
	requireRefused(t, slices.Concat(file[:end], another[end:]), want, keys, "footer of another file")
	requireRefused(t, sealed(t, keys[0], "another file", want), want, keys, "under the name of another file")
	shorter := slices.Concat(file[:seal.Offset(3)], file[end:])
	requireRefused(t, shorter, want, keys, "a record less")
}

// TestTailIsNoRecord puts the start of a record, which is sealed with the same key, in its place.
func TestTailIsNoRecord(t *testing.T) {
	t.Parallel()
	keys, want := []seal.Key{newKey(t)}, content(9, 100)
	file := sealed(t, keys[0], name, want)
	f, err := seal.Parse(file[:seal.HeaderSize], keys)
	require.NoError(t, err)
	tail := f.SealTail(nil, seal.Tail{Sequence: 1, Plain: content(10, 100)})
	forged := slices.Concat(file[:seal.HeaderSize], tail[len(tail)-100-seal.Overhead:], file[len(file)-seal.FooterSize:])
	require.Len(t, forged, len(file))
	requireRefused(t, forged, want, keys, "a tail")
}

func TestTail(t *testing.T) {
	t.Parallel()
	f, err := seal.New(newKey(t))
	require.NoError(t, err)
	for _, n := range []int{1, 100, seal.RecordSize - 1} {
		want := seal.Tail{Sequence: 7, Number: 1 << 40, Plain: content(11, n)}
		b := f.SealTail(nil, want)
		require.LessOrEqual(t, len(b), seal.TailSize)
		got, ok := f.OpenTail(append(slices.Clone(b), "what an older one left"...))
		require.True(t, ok)
		require.Equal(t, want.Sequence, got.Sequence)
		require.Equal(t, want.Number, got.Number)
		require.True(t, bytes.Equal(want.Plain, got.Plain))
		for at := 0; at < len(b); at += max(1, len(b)/200) {
			flipped := slices.Clone(b)
			flipped[at] ^= 1
			_, ok := f.OpenTail(flipped)
			require.False(t, ok, "byte %d", at)
			_, ok = f.OpenTail(slices.Clone(b[:at]))
			require.False(t, ok, "%d bytes of it", at)
		}
	}
	for _, n := range []int{0, seal.RecordSize} {
		_, ok := f.OpenTail(f.SealTail(nil, seal.Tail{Sequence: 1, Plain: content(11, n)}))
		require.False(t, ok, "%d bytes are no start of a record", n)
	}
}

func TestMissingKey(t *testing.T) {
	t.Parallel()
	k := newKey(t)
	file := sealed(t, k, name, content(12, 10))
	for _, keys := range [][]seal.Key{nil, {newKey(t)}, {newKey(t), {}}} {
		_, err := seal.Open(bytes.NewReader(file), int64(len(file)), name, keys)
		require.ErrorAs(t, err, new(*seal.MissingKeyError))
		require.ErrorContains(t, err, "sealed with the key "+k.ID()+", which is not configured")
	}
	_, err := seal.Open(bytes.NewReader(make([]byte, 200)), 200, name, []seal.Key{k})
	require.ErrorIs(t, err, seal.ErrNotSealed)
	file[7] = 2
	_, err = seal.Open(bytes.NewReader(file), int64(len(file)), name, []seal.Key{k})
	require.ErrorContains(t, err, "version 2")
}

// golden is a file of version 1, which is to stay readable.
const golden = "93504c494b0d0a01aa192fe58dde49bc1d88130b465996fbbb736009c9a1e877dc8f5e4aea68cf4d8d104c8a653baa29" +
	"cdabeb39dff9ff10c005a97e6fffac1bc84ac42309a85ace25f341b48c95a0de923bf3afbe4acdb507402ab98532435c" +
	"d8590da042fe1d4ea2290aa9b79eeec1be75b25c"

func TestGolden(t *testing.T) {
	t.Parallel()
	k, err := seal.ParseKey(hex.EncodeToString(secret()))
	require.NoError(t, err)
	require.Equal(t, "aa192fe58dde49bc", k.ID())
	file, err := hex.DecodeString(golden)
	require.NoError(t, err)
	got, err := io.ReadAll(opened(t, file, k))
	require.NoError(t, err)
	require.Equal(t, "hello, world", string(got))
}

// FuzzOpen looks for files that open but were not sealed. Its processes seal each their own.
func FuzzOpen(f *testing.F) {
	k, err := seal.ParseKey(hex.EncodeToString(secret()))
	require.NoError(f, err)
	plains := map[int][]byte{}
	for _, size := range []int{0, 1, 300, seal.RecordSize, seal.RecordSize + 5} {
		plains[size] = content(13, size)
		f.Add(sealed(f, k, name, plains[size]))
	}
	known, err := hex.DecodeString(golden)
	require.NoError(f, err)
	f.Add(known)
	f.Add([]byte("\x93PLIK\r\n\x01"))
	f.Fuzz(func(t *testing.T, file []byte) {
		copied := bytes.Clone(file)
		r, err := seal.Open(bytes.NewReader(file), int64(len(file)), name, []seal.Key{k})
		if err != nil {
			return
		}
		defer r.Release()
		got, err := io.ReadAll(r)
		require.True(t, bytes.Equal(copied, file), "the source was written to")
		if err != nil {
			return
		}
		if string(got) == "hello, world" {
			require.True(t, bytes.Equal(known, file), "this was not sealed")
			return
		}
		want, ok := plains[len(got)]
		require.True(t, ok && bytes.Equal(want, got), "this was not sealed")
	})
}

// FuzzOpenTail looks for tails that open but were not sealed.
func FuzzOpenTail(f *testing.F) {
	k, err := seal.ParseKey(hex.EncodeToString(secret()))
	require.NoError(f, err)
	header, err := hex.DecodeString(golden)
	require.NoError(f, err)
	file, err := seal.Parse(header[:seal.HeaderSize], []seal.Key{k})
	require.NoError(f, err)
	f.Add(file.SealTail(nil, seal.Tail{Sequence: 1, Number: 2, Plain: []byte("hello")}))
	f.Add(make([]byte, seal.TailSize))
	f.Fuzz(func(t *testing.T, b []byte) {
		got, ok := file.OpenTail(b)
		if ok {
			require.Equal(t, seal.Tail{Sequence: 1, Number: 2, Plain: []byte("hello")}, got)
		}
	})
}

package datatest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

const mib = 1 << 20

// finish makes the unfinished object that of key, which has t delete it.
func finish(t *testing.T, b data.Backend, a data.Appender, key data.Key, size int64) data.Key {
	t.Helper()
	stored, err := a.Finish(t.Context(), key.File, key, size)
	require.NoError(t, err)
	require.Equal(t, size, stored.Size)
	key.Details = stored.Details
	deleteLater(t, b, key)
	return key
}

// appendLarge goes on at offsets that are in the middle of what a backend may have stored as a part.
func appendLarge(t *testing.T, b data.Backend) {
	a, key, want := appender(t, b), newKey(), content(20, 24*mib+77)
	write(t, a, key.File, 0, want[:17*mib+3])
	for _, at := range []int{17*mib + 3, 17*mib + 1, 12*mib - 1, 10 * mib, 5*mib + 1, 4*mib + 1, 1} {
		end := min(at+6*mib+1, len(want))
		write(t, a, key.File, int64(at), append(slices.Clone(want[at:end]), "too much"...))
		write(t, a, key.File, int64(end), nil)
	}
	piece, err := a.Append(t.Context(), key.File, 6*mib)
	require.NoError(t, err)
	_, err = piece.Write(want[6*mib : 20*mib])
	require.NoError(t, err)
	for _, size := range []int64{19 * mib, 11*mib + 5, 11 * mib} {
		require.NoError(t, piece.Truncate(size))
	}
	_, err = piece.Write(want[11*mib:])
	require.NoError(t, err)
	require.NoError(t, piece.Sync())
	require.NoError(t, piece.Close())
	_, err = b.Open(t.Context(), key, data.Range{})
	require.Equal(t, core.KindNotFound, core.KindOf(err), "it is not seen")
	require.Empty(t, listed(t, b, key.File))

	key = finish(t, b, a, key, int64(len(want)))
	requireBytes(t, want, get(t, b, key, data.Range{}))
	requireBytes(t, want[5*mib-1:10*mib+1], get(t, b, key, data.Range{Offset: 5*mib - 1, Length: 5*mib + 2}))
}

// appendUnsynced loses what was not synced, as when the process dies, and nothing else.
func appendUnsynced(t *testing.T, b data.Backend) {
	a, key, want := appender(t, b), newKey(), content(21, 20*mib)
	synced := 7*mib + 5
	write(t, a, key.File, 0, want[:synced])
	piece, err := a.Append(t.Context(), key.File, int64(synced))
	require.NoError(t, err)
	_, err = piece.Write(content(22, 12*mib)) // whole parts of it are sent
	require.NoError(t, err)
	require.NoError(t, piece.Close())
	write(t, a, key.File, int64(synced), want[synced:])
	key = finish(t, b, a, key, int64(len(want)))
	requireBytes(t, want, get(t, b, key, data.Range{}))
}

// joinLarge joins objects of several parts, which go on after that.
func joinLarge(t *testing.T, b data.Backend) {
	a, key := appender(t, b), newKey()
	var ids []core.FileID
	var want []byte
	for i, size := range []int{11*mib + 1, 3, 5 * mib, 2 * mib, 6*mib - 1} {
		id := core.NewFileID()
		write(t, a, id, 0, content(byte(30+i), size))
		ids, want = append(ids, id), append(want, content(byte(30+i), size)...)
	}
	for range 2 { // the second takes the place of the first
		require.NoError(t, a.Join(t.Context(), key.File, ids))
	}
	require.Subset(t, unfinished(t, a), append(slices.Clone(ids), key.File))
	require.Empty(t, listed(t, b, key.File))
	for _, id := range ids {
		require.Empty(t, listed(t, b, id), "it is no object for having been joined")
	}
	write(t, a, key.File, int64(len(want)), []byte("the end"))
	key = finish(t, b, a, key, int64(len(want)+7))
	requireBytes(t, append(slices.Clone(want), "the end"...), get(t, b, key, data.Range{}))

	one := data.Key{Upload: key.Upload, File: ids[0]}
	write(t, a, one.File, 7*mib, []byte("others"))
	one = finish(t, b, a, one, 7*mib+6)
	requireBytes(t, append(content(30, 11*mib+1)[:7*mib], "others"...), get(t, b, one, data.Range{}))
	for _, id := range ids[1:] {
		require.NoError(t, a.Drop(t.Context(), id))
		requireNothing(t, b, data.Key{File: id})
	}
	left := unfinished(t, a)
	for _, id := range append(ids, key.File) {
		require.NotContains(t, left, id)
	}
}

// appendAnew begins again at 0, in the place of something longer.
func appendAnew(t *testing.T, b data.Backend) {
	a, key := appender(t, b), newKey()
	write(t, a, key.File, 0, content(23, 6*mib))
	write(t, a, key.File, 0, nil)
	_, err := a.Append(t.Context(), key.File, 1)
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	key = finish(t, b, a, key, 0)
	require.Empty(t, get(t, b, key, data.Range{}))
	require.NoError(t, a.Drop(t.Context(), key.File), "it is finished")
	require.Empty(t, get(t, b, key, data.Range{}))
}

package datatest

import (
	"bytes"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// appender returns b as one; a backend that is none is not tested for it.
func appender(t *testing.T, b data.Backend) data.Appender {
	t.Helper()
	a, ok := data.As[data.Appender](b)
	if !ok {
		t.Skip("this backend takes objects as a whole only")
	}
	return a
}

// write opens an unfinished object and writes.
func write(t *testing.T, a data.Appender, id core.FileID, offset int64, p []byte) {
	t.Helper()
	piece, err := a.Append(t.Context(), id, offset)
	require.NoError(t, err)
	_, err = piece.Write(p)
	require.NoError(t, err)
	require.NoError(t, piece.Sync())
	require.NoError(t, piece.Close())
}

func unfinished(t *testing.T, a data.Appender) (ids []core.FileID) {
	t.Helper()
	for u, err := range a.Unfinished(t.Context()) {
		require.NoError(t, err)
		require.False(t, u.Modified.IsZero())
		ids = append(ids, u.ID)
	}
	return ids
}

func appending(t *testing.T, b data.Backend) {
	a, key, want := appender(t, b), newKey(), content(1, 300_000)
	write(t, a, key.File, 0, append(slices.Clone(want[:100_000]), "lost"...))
	_, err := b.Open(t.Context(), key, data.Range{})
	require.Equal(t, core.KindNotFound, core.KindOf(err), "it is not seen")
	require.Contains(t, unfinished(t, a), key.File)

	write(t, a, key.File, 100_000, want[100_000:200_000]) // from what counts, not from what is there
	piece, err := a.Append(t.Context(), key.File, 200_000)
	require.NoError(t, err)
	_, err = piece.Write([]byte("wrong"))
	require.NoError(t, err)
	require.NoError(t, piece.Truncate(200_000))
	_, err = piece.Write(want[200_000:])
	require.NoError(t, err)
	require.NoError(t, piece.Sync())
	require.NoError(t, piece.Close())

	_, err = a.Finish(t.Context(), key.File, key, 299_999)
	require.Error(t, err, "another size")
	for range 2 { // as after a crash
		stored, err := a.Finish(t.Context(), key.File, key, 300_000)
		require.NoError(t, err)
		require.EqualValues(t, 300_000, stored.Size)
		key.Details = stored.Details
	}
	deleteLater(t, b, key)
	require.True(t, bytes.Equal(want, get(t, b, key, data.Range{})))
	require.NotContains(t, unfinished(t, a), key.File)
}

func joining(t *testing.T, b data.Backend) {
	a, key := appender(t, b), newKey()
	one, two := core.NewFileID(), core.NewFileID()
	write(t, a, one, 0, content(1, 70_000))
	write(t, a, two, 0, content(2, 50_000))
	require.Equal(t, core.KindNotFound, core.KindOf(a.Join(t.Context(), key.File, []core.FileID{one, core.NewFileID()})))
	require.NotContains(t, unfinished(t, a), key.File)
	require.NoError(t, a.Join(t.Context(), key.File, []core.FileID{two, one, two}))
	require.Subset(t, unfinished(t, a), []core.FileID{one, two}, "they stay")
	stored, err := a.Finish(t.Context(), key.File, key, 170_000)
	require.NoError(t, err)
	key.Details = stored.Details
	deleteLater(t, b, key)
	want := slices.Concat(content(2, 50_000), content(1, 70_000), content(2, 50_000))
	require.True(t, bytes.Equal(want, get(t, b, key, data.Range{})))
	for range 2 {
		require.NoError(t, a.Drop(t.Context(), one))
		require.NoError(t, a.Drop(t.Context(), two))
	}
	left := unfinished(t, a)
	for _, id := range []core.FileID{one, two, key.File} {
		require.NotContains(t, left, id)
	}
}

func appendAbsent(t *testing.T, b data.Backend) {
	a, id := appender(t, b), core.NewFileID()
	_, err := a.Append(t.Context(), id, 1)
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	write(t, a, id, 0, []byte("short"))
	_, err = a.Append(t.Context(), id, 6)
	require.Equal(t, core.KindNotFound, core.KindOf(err), "bytes that were acknowledged are gone")
	require.NoError(t, a.Drop(t.Context(), id))
	_, err = a.Finish(t.Context(), id, newKey(), 5)
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	for _, bad := range []core.FileID{"", "../x", "a/b", ".."} {
		_, err := a.Append(t.Context(), bad, 0)
		require.Equal(t, core.KindInvalid, core.KindOf(err), "%q", bad)
		require.NoError(t, a.Drop(t.Context(), bad))
	}
}

package swift_test

import (
	"bytes"
	"context"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/swift"
)

// segmented returns a store of the real Swift with segments of 1 MiB.
func segmented(t *testing.T) (*swift.Store, swift.Options) {
	o := real(t)
	o.SegmentSize = 1 << 20
	return open(t, o), o
}

// requireEmpty checks that both containers are. What they list may be behind what was deleted, but not
// with one replica.
func requireEmpty(t *testing.T, s *swift.Store) {
	t.Helper()
	names, err := s.Names(t.Context())
	require.NoError(t, err)
	require.Empty(t, names)
}

func TestRealLargeObject(t *testing.T) {
	t.Parallel()
	s, _ := segmented(t)
	s.SetMaxEntries(3) // manifests of manifests
	key, want := newKey(), content(1, 10<<20+5)
	_, err := s.Put(t.Context(), key, bytes.NewReader(want), -1)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
	for _, rng := range []data.Range{{Offset: 1<<20 - 5, Length: 3 << 20}, {Offset: 10 << 20}, {Length: 1}, {Offset: 4 << 20, Length: 1}} {
		end := int64(len(want))
		if rng.Length > 0 {
			end = rng.Offset + rng.Length
		}
		require.True(t, bytes.Equal(want[rng.Offset:end], read(t, s, key, rng)), "%+v", rng)
	}
	require.Empty(t, read(t, s, key, data.Range{Offset: 11 << 20}))
	require.NoError(t, s.Delete(t.Context(), key))
	requireEmpty(t, s)
}

// TestRealCutPut ends before its end.
func TestRealCutPut(t *testing.T) {
	t.Parallel()
	s, _ := segmented(t)
	for _, said := range []int64{-1, 1 << 20, 100 << 20} {
		for _, size := range []int{0, 100, 1<<20 - 1, 3<<20 + 5} {
			body := bytes.NewReader(content(2, size))
			_, err := s.Put(t.Context(), newKey(), io.MultiReader(body, broken{}), said)
			require.ErrorIs(t, err, errBroken)
			ctx, leave := context.WithCancel(t.Context())
			_, err = s.Put(ctx, newKey(), io.MultiReader(bytes.NewReader(content(2, size)), hook(leave)), said)
			require.ErrorIs(t, err, context.Canceled)
		}
	}
	requireEmpty(t, s)
}

// TestRealPieces has Swift put small segments together, and copy those of a Join.
func TestRealPieces(t *testing.T) {
	t.Parallel()
	o := real(t)
	s, key, want := open(t, o), newKey(), content(3, 70*1000+7)
	add(t, s, key.File, 0, want[:40*1000], 1000)
	s = open(t, o) // another process
	add(t, s, key.File, 40*1000, want[40*1000:], 1000)
	names, err := s.Names(t.Context())
	require.NoError(t, err)
	require.Less(t, len(names), 33)
	joined := newKey()
	require.NoError(t, s.Join(t.Context(), joined.File, []core.FileID{key.File, key.File}))
	for k, all := range map[data.Key][]byte{key: want, joined: slices.Concat(want, want)} {
		_, err := s.Finish(t.Context(), k.File, k, int64(len(all)))
		require.NoError(t, err)
		require.True(t, bytes.Equal(all, read(t, s, k, data.Range{})))
		require.True(t, bytes.Equal(all[999:60_001], read(t, s, k, data.Range{Offset: 999, Length: 59_002})))
		require.NoError(t, s.Delete(t.Context(), k))
	}
	requireEmpty(t, s)
}

package gcs_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/gcs"
)

// add appends in pieces of n bytes, each synced.
func add(t *testing.T, s *gcs.Store, id core.FileID, offset int64, b []byte, n int) {
	t.Helper()
	piece, err := s.Append(t.Context(), id, offset)
	require.NoError(t, err)
	for chunk := range slices.Chunk(b, n) {
		_, err := piece.Write(chunk)
		require.NoError(t, err)
		require.NoError(t, piece.Sync())
	}
	require.NoError(t, piece.Close())
}

func unfinished(t *testing.T, s *gcs.Store) (ids []core.FileID) {
	t.Helper()
	for u, err := range s.Unfinished(t.Context()) {
		require.NoError(t, err)
		require.False(t, u.Modified.IsZero())
		ids = append(ids, u.ID)
	}
	return ids
}

// TestManySmallPieces are those of a slow sender: they do not add up.
func TestManySmallPieces(t *testing.T) {
	t.Parallel()
	o := emulator(t)
	s, key, want := open(t, o), newKey(), content(1, 200*1000+77)
	add(t, s, key.File, 0, want[:100*1000], 1000)
	s = open(t, o) // another process
	add(t, s, key.File, 100*1000, want[100*1000:], 1000)
	require.LessOrEqual(t, len(names(t, s)), 34)
	_, err := s.Finish(t.Context(), key.File, key, int64(len(want)))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
	require.True(t, bytes.Equal(want[999:2001], read(t, s, key, data.Range{Offset: 999, Length: 1002})))
	require.Len(t, names(t, s), 1)
}

// TestNotComposed is with a service that composed nothing for a while: 1100 pieces take three rounds.
func TestNotComposed(t *testing.T) {
	t.Parallel()
	s, direct, p := proxied(t)
	key, want := newKey(), content(2, 1100*10)
	p.set(refused(isCompose, http.StatusForbidden))
	add(t, s, key.File, 0, want, 10)
	require.Len(t, names(t, direct), 1101, "and the mark")
	_, err := s.Finish(t.Context(), key.File, key, int64(len(want)))
	require.ErrorContains(t, err, "403")
	p.set(nil)
	joined := newKey()
	require.NoError(t, s.Join(t.Context(), joined.File, []core.FileID{key.File, key.File}))
	for _, k := range []data.Key{key, joined} {
		all := want
		if k == joined {
			all = slices.Concat(want, want)
		}
		_, err = s.Finish(t.Context(), k.File, k, int64(len(all)))
		require.NoError(t, err)
		require.True(t, bytes.Equal(all, read(t, s, k, data.Range{})))
	}
	require.Len(t, names(t, direct), 2)
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	s := open(t, emulator(t))
	key, want := newKey(), content(3, 5000)
	piece, err := s.Append(t.Context(), key.File, 0)
	require.NoError(t, err)
	for _, chunk := range [][]byte{want[:1000], []byte("wrong, all of it"), want[990:1990]} {
		_, err = piece.Write(chunk)
		require.NoError(t, err)
		require.NoError(t, piece.Sync())
		if len(chunk) < 1000 {
			require.NoError(t, piece.Truncate(990))
		}
	}
	_, err = piece.Write([]byte(string(want[1990:2500]) + "too much"))
	require.NoError(t, err)
	require.NoError(t, piece.Truncate(2500), "of what was not synced some stays")
	require.Error(t, piece.Truncate(2501))
	require.Equal(t, core.KindInvalid, core.KindOf(piece.Truncate(-1)))
	_, err = piece.Write(want[2500:])
	require.NoError(t, err)
	require.NoError(t, piece.Sync())
	require.NoError(t, piece.Close())
	_, err = piece.Write([]byte("late"))
	require.Error(t, err)
	_, err = s.Finish(t.Context(), key.File, key, 5000)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
	require.Len(t, names(t, s), 1)
}

// TestLostPiece fails for good: what follows must not be taken for what is missing.
func TestLostPiece(t *testing.T) {
	t.Parallel()
	s, _, p := proxied(t)
	key := newKey()
	add(t, s, key.File, 0, []byte("hello"), 5)
	piece, err := s.Append(t.Context(), key.File, 5)
	require.NoError(t, err)
	_, err = piece.Write([]byte("lost"))
	require.NoError(t, err)
	p.set(refused(isUpload, http.StatusForbidden))
	require.Error(t, piece.Sync())
	p.set(nil)
	_, err = piece.Write([]byte("after it"))
	require.Error(t, err)
	require.Error(t, piece.Sync())
	require.Error(t, piece.Truncate(5))
	require.NoError(t, piece.Close())
	_, err = s.Append(t.Context(), key.File, 6)
	require.Equal(t, core.KindNotFound, core.KindOf(err))
	add(t, s, key.File, 5, []byte(" again"), 6)
	_, err = s.Finish(t.Context(), key.File, key, 11)
	require.NoError(t, err)
	require.Equal(t, "hello again", string(read(t, s, key, data.Range{})))
}

// dying makes the store fail from the n-th write on, as if its process had ended there. Every other time that
// write is done and not answered.
func (p *proxy) dying(n int) {
	var mu sync.Mutex
	left := n
	p.set(func(w http.ResponseWriter, r *http.Request, forward http.Handler) bool {
		if !isWrite(r) {
			return false
		}
		mu.Lock()
		left--
		now := left
		mu.Unlock()
		if now >= 0 {
			return false
		}
		if now == -1 && n%2 == 1 {
			forward.ServeHTTP(&discarding{}, r.WithContext(context.WithoutCancel(r.Context())))
		}
		refuse(w, r, http.StatusForbidden) // which is not tried again
		return true
	})
}

// discarding is an answer nobody gets.
type discarding struct{ h http.Header }

func (d *discarding) Header() http.Header {
	if d.h == nil {
		d.h = http.Header{}
	}
	return d.h
}
func (*discarding) Write(b []byte) (int, error) { return len(b), nil }
func (*discarding) WriteHeader(int)             {}

// TestDeath ends at each write of one who appends, also in the middle of pieces, composes and
// finishes. The next process goes on from what was acknowledged, and nothing is left in the end.
func TestDeath(t *testing.T) {
	t.Parallel()
	want := content(4, 40*100)
	for n := 0; ; n++ {
		s, next, p := proxied(t)
		key := newKey()
		add(t, next, key.File, 0, want[:3000], 100)
		p.dying(n)
		safe, finished := dies(t.Context(), s, key, want, 2950)

		if len(slices.DeleteFunc(names(t, next), func(n string) bool { return !strings.HasPrefix(n, "unfinished/") })) > 0 && safe < int64(len(want)) {
			add(t, next, key.File, safe, want[safe:], 500)
		}
		for range 2 {
			_, err := next.Finish(t.Context(), key.File, key, int64(len(want)))
			require.NoError(t, err, "write %d", n)
		}
		require.True(t, bytes.Equal(want, read(t, next, key, data.Range{})), "write %d", n)
		require.NoError(t, next.Drop(t.Context(), key.File))
		require.Empty(t, unfinished(t, next), "write %d", n)
		require.NoError(t, next.Delete(t.Context(), key))
		require.Empty(t, names(t, next), "write %d", n)
		if finished {
			require.Greater(t, n, 50)
			return
		}
	}
}

// dies appends what follows offset, finishes, and tells how far it came.
func dies(ctx context.Context, s *gcs.Store, key data.Key, want []byte, offset int64) (safe int64, all bool) {
	piece, err := s.Append(ctx, key.File, offset)
	if err != nil {
		return offset, false
	}
	defer piece.Close()
	for safe = offset; safe < int64(len(want)); {
		end := min(safe+100, int64(len(want)))
		if _, err := piece.Write(want[safe:end]); err != nil {
			return safe, false
		}
		if err := piece.Sync(); err != nil {
			return safe, false
		}
		safe = end
	}
	_, err = s.Finish(ctx, key.File, key, safe)
	return safe, err == nil
}

// TestJoinFails leaves nothing.
func TestJoinFails(t *testing.T) {
	t.Parallel()
	s, direct, p := proxied(t)
	one, key := core.NewFileID(), newKey()
	p.set(refused(isCompose, http.StatusForbidden))
	add(t, s, one, 0, content(5, 400), 10)
	before := names(t, direct)
	var composed int
	p.set(func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if isCompose(r) {
			composed++
		}
		if isCompose(r) && composed == 2 {
			refuse(w, r, http.StatusForbidden)
			return true
		}
		return false
	})
	require.ErrorContains(t, s.Join(t.Context(), key.File, []core.FileID{one}), "compose")
	require.Equal(t, before, names(t, direct))
	require.NoError(t, s.Join(t.Context(), key.File, []core.FileID{}))
	_, err := s.Finish(t.Context(), key.File, key, 0)
	require.NoError(t, err)
	require.Empty(t, read(t, s, key, data.Range{}))
	require.NoError(t, s.Drop(t.Context(), one))
	require.Empty(t, unfinished(t, s))
	require.Len(t, names(t, direct), 1)
}

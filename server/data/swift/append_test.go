package swift_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/swift"
)

// add appends in pieces of n bytes, each synced.
func add(t *testing.T, s *swift.Store, id core.FileID, offset int64, b []byte, n int) {
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

// sizes returns those of the segments of an unfinished object.
func sizes(t *testing.T, f *fake, s *swift.Store, id core.FileID) []int64 {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	all, err := swift.Parts(f.stored[s.Segments()]["unfinished/"+string(id)].bytes)
	require.NoError(t, err)
	return all
}

// TestManySmallPieces are those of a slow sender: they do not add up.
func TestManySmallPieces(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s, key, want := quick(t, f), newKey(), content(1, 200*1000+77)
	add(t, s, key.File, 0, want[:100*1000], 1000)
	s = quick(t, f) // another process
	add(t, s, key.File, 100*1000, want[100*1000:], 1000)
	require.Less(t, len(sizes(t, f, s, key.File)), 32, "segments of %v bytes", sizes(t, f, s, key.File))
	require.Less(t, len(f.names(s.Segments(), "data/")), 32)
	_, err := s.Finish(t.Context(), key.File, key, int64(len(want)))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
	require.Empty(t, f.names(s.Segments(), "unfinished/"))
	require.NoError(t, s.Delete(t.Context(), key))
	require.Empty(t, f.names(s.Segments(), "data/"))
}

func noCopies(r *http.Request) int {
	if r.Header.Get("X-Copy-From") != "" {
		return http.StatusForbidden
	}
	return 0
}

// TestFinishQuickens makes few segments of many small ones that were not put together, for Swift is slow to
// read those. The large ones stay.
func TestFinishQuickens(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	o := f.options()
	o.SegmentSize = 4 << 20
	s, key, want := open(t, o), newKey(), content(8, 4<<20+200_000)
	f.set(func(f *fake) { f.before = noCopies })
	add(t, s, key.File, 0, want[:100_000], 1000)
	add(t, s, key.File, 100_000, want[100_000:4<<20+100_000], 4<<20)
	add(t, s, key.File, 4<<20+100_000, want[4<<20+100_000:], 1000)
	require.Len(t, sizes(t, f, s, key.File), 201)
	f.alive()
	_, err := s.Finish(t.Context(), key.File, key, int64(len(want)))
	require.NoError(t, err)
	f.set(func(f *fake) { require.LessOrEqual(t, len(f.stored["plik"][name(key)].manifest), 10) })
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
	require.LessOrEqual(t, len(f.names(s.Segments(), "data/")), 11, "with what tells whose they are")
	require.NoError(t, s.Delete(t.Context(), key))
	require.Empty(t, f.names(s.Segments(), "data/"))
}

// TestNotPutTogether is with a Swift that copies nothing.
func TestNotPutTogether(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.before = noCopies
	s, key, want := quick(t, f), newKey(), content(2, 50_000)
	s.SetMaxEntries(4)
	add(t, s, key.File, 0, want, 1000)
	require.Len(t, sizes(t, f, s, key.File), 50)
	_, err := s.Finish(t.Context(), key.File, key, int64(len(want)))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
	require.True(t, bytes.Equal(want[999:2001], read(t, s, key, data.Range{Offset: 999, Length: 1002})))
	require.NoError(t, s.Delete(t.Context(), key))
	require.Empty(t, f.names(s.Segments(), "data/"))
}

func TestTruncate(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s, key, want := quick(t, f), newKey(), content(3, 5000)
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
}

// dying makes the store fail from the n-th write on, as if its process had ended there. Some writes are done
// and not answered.
func (f *fake) dying(n int) {
	var mu sync.Mutex
	left := n
	write := func(r *http.Request) bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }
	f.set(func(f *fake) {
		f.before = func(r *http.Request) int {
			mu.Lock()
			defer mu.Unlock()
			if write(r) {
				left--
			}
			if left < -1 || left == -1 && n%2 == 0 {
				return http.StatusForbidden // which is not tried again
			}
			return 0
		}
		f.after = func(r *http.Request) int {
			mu.Lock()
			defer mu.Unlock()
			if left == -1 && write(r) {
				return http.StatusForbidden
			}
			return 0
		}
	})
}

func (f *fake) alive() { f.set(func(f *fake) { f.before, f.after = nil, nil }) }

// TestDeath ends at each write. The next process goes on from what was acknowledged, and nothing is
// left in the end.
func TestDeath(t *testing.T) {
	t.Parallel()
	want := content(4, 40*1000)
	for n := 0; ; n++ {
		f := newFake(t)
		s, key := quick(t, f), newKey()
		require.NoError(t, s.Check(t.Context()))
		add(t, s, key.File, 0, want[:14*1000], 1000)
		f.dying(n)
		safe, finished := diesAppending(t.Context(), s, key, want, 14*1000)
		f.alive()

		next := quick(t, f)
		add(t, next, key.File, safe, want[safe:], 5000)
		for range 2 {
			_, err := next.Finish(t.Context(), key.File, key, int64(len(want)))
			require.NoError(t, err, "write %d", n)
		}
		require.True(t, bytes.Equal(want, read(t, next, key, data.Range{})), "write %d", n)
		require.NoError(t, next.Delete(t.Context(), key))
		f.age(3 * time.Hour)
		discard(t, next)
		require.Empty(t, f.names(s.Segments(), "data/"), "write %d", n)
		require.Empty(t, f.names(s.Segments(), "unfinished/"), "write %d", n)
		if finished {
			require.Greater(t, n, 10)
			return
		}
	}
}

// diesAppending appends what follows offset and tells how far it came.
func diesAppending(ctx context.Context, s *swift.Store, key data.Key, want []byte, offset int64) (safe int64, all bool) {
	piece, err := s.Append(ctx, key.File, offset)
	if err != nil {
		return offset, false
	}
	defer piece.Close()
	for safe = offset; safe < int64(len(want)); safe += 1000 {
		if _, err := piece.Write(want[safe : safe+1000]); err != nil {
			return safe, false
		}
		if err := piece.Sync(); err != nil {
			return safe, false
		}
	}
	return safe, true
}

func discard(t *testing.T, s *swift.Store) {
	t.Helper()
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		if e.Partial {
			gone, err := s.Discard(t.Context(), e)
			require.NoError(t, err)
			require.True(t, gone)
		}
	}
}

// TestDeathFinishing ends at each write of a Finish. Somebody finishes again, or drops.
func TestDeathFinishing(t *testing.T) {
	t.Parallel()
	want := content(5, 9000)
	for n := 0; ; n++ {
		for _, drops := range []bool{false, true} {
			f := newFake(t)
			s, key := quick(t, f), newKey()
			s.SetMaxEntries(3)
			f.set(func(f *fake) { f.before = noCopies })
			add(t, s, key.File, 0, want, 300)
			f.dying(n)
			_, err := s.Finish(t.Context(), key.File, key, 9000)
			f.alive()
			finished := err == nil

			s = quick(t, f)
			if drops {
				require.NoError(t, s.Drop(t.Context(), key.File))
				if len(f.names("plik", "")) > 0 { // it became the object, which stays whole
					require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})), "write %d", n)
				}
			} else {
				_, err = s.Finish(t.Context(), key.File, key, 9000)
				require.NoError(t, err, "write %d", n)
				require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
			}
			require.NoError(t, s.Delete(t.Context(), key))
			f.age(3 * time.Hour)
			discard(t, s)
			require.Empty(t, f.names(s.Segments(), "data/"), "write %d, drops %v", n, drops)
			require.Empty(t, f.names(s.Segments(), "unfinished/"))
			if finished && n > 12 {
				return
			}
		}
	}
}

func TestJoinCopies(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s, key := quick(t, f), newKey()
	s.SetMaxEntries(5)
	one, two := core.NewFileID(), core.NewFileID()
	a, b := content(6, 3<<20+5), content(7, 7000)
	add(t, s, one, 0, a, 700_000)
	add(t, s, two, 0, b, 1000)
	require.NoError(t, s.Join(t.Context(), key.File, []core.FileID{one, two, one}))
	for _, id := range []core.FileID{one, two} {
		require.NoError(t, s.Drop(t.Context(), id))
		require.Empty(t, f.names(s.Segments(), "data/"+string(id)))
	}
	want := slices.Concat(a, b, a)
	_, err := s.Finish(t.Context(), key.File, key, int64(len(want)))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))

	t.Run("fails", func(t *testing.T) {
		key := newKey()
		add(t, s, one, 0, a, 1<<20)
		copies := 0
		f.set(func(f *fake) {
			f.before = func(r *http.Request) int {
				f.mu.Lock()
				defer f.mu.Unlock()
				if r.Header.Get("X-Copy-From") == "" {
					return 0
				}
				if copies++; copies < 3 {
					return 0
				}
				return http.StatusForbidden
			}
		})
		require.ErrorContains(t, s.Join(t.Context(), key.File, []core.FileID{one}), "copy a segment")
		require.Empty(t, f.names(s.Segments(), "data/"+string(key.File)))
		require.Empty(t, f.names(s.Segments(), "unfinished/"+string(key.File)))
		f.alive()
	})
}

// TestLeftovers are found when they are old and nobody needs them, and not before.
func TestLeftovers(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s, key := quick(t, f), newKey()
	require.NoError(t, s.Check(t.Context()))
	stray := func(name string) {
		f.set(func(f *fake) {
			f.stored[s.Segments()][name] = &stored{bytes: []byte("1234"), modified: time.Now()}
		})
	}
	for i := range 12 {
		stray(fmt.Sprintf("put/%s/%d/00000000", name(key), i))
	}
	stray("put/" + name(key) + "/0/00000001")
	stray("data/" + string(key.File) + "/0000000000000000-x")
	running := core.NewFileID()
	add(t, s, running, 0, []byte("12345"), 5)
	stray("data/" + string(running) + "/0000000000000005-x")

	partials := func() (all []data.Entry) {
		for e, err := range s.List(t.Context()) {
			require.NoError(t, err)
			if e.Partial {
				require.Equal(t, key.File, e.Key.File)
				all = append(all, e)
			}
		}
		return all
	}
	require.Empty(t, partials(), "they are young")
	f.age(3 * time.Hour)
	stray("put/" + name(key) + "/1/00000001") // this one goes on
	all := partials()
	require.Len(t, all, 12)
	var total int64
	for _, e := range all {
		total += e.Size
	}
	require.EqualValues(t, 4*13, total)
	stray("put/" + name(key) + "/2/00000001") // and this, since it was found
	kept := 0
	for _, e := range all {
		gone, err := s.Discard(t.Context(), e)
		require.NoError(t, err)
		if !gone {
			kept++
			require.Equal(t, "put/"+name(key)+"/2/", e.Name)
		}
	}
	require.Equal(t, 1, kept)
	require.Len(t, f.names(s.Segments(), "put/"), 4)
	require.Empty(t, f.names(s.Segments(), "data/"+string(key.File)))
	require.Len(t, f.names(s.Segments(), "data/"+string(running)), 2)
	for _, bad := range []string{"", "data/", "unfinished/" + string(running), "data/../x/", "put/" + name(key) + "/"} {
		gone, err := s.Discard(t.Context(), data.Entry{Partial: true, Name: bad})
		require.NoError(t, err)
		require.False(t, gone, strings.TrimSpace(bad))
	}
}

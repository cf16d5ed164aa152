package swift_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/swift"
)

func newKey() data.Key { return data.Key{Upload: core.NewUploadID(), File: core.NewFileID()} }

func content(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

// quick returns a store on f that does not wait between attempts.
func quick(t *testing.T, f *fake) *swift.Store {
	s := open(t, f.options())
	s.Hurry()
	return s
}

func read(t *testing.T, s *swift.Store, key data.Key, rng data.Range) []byte {
	t.Helper()
	r, err := s.Open(t.Context(), key, rng)
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return b
}

func name(key data.Key) string { return swift.ObjectName(key) }

func TestLargeObjects(t *testing.T) {
	t.Parallel()
	const size = 5<<20 + 1234
	for title, said := range map[string]int64{"known size": size, "unknown size": -1} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			s, key, want := quick(t, f), newKey(), content(1, size)
			s.SetMaxEntries(2) // 6 segments take 3 manifests, and those 2 more
			stored, err := s.Put(t.Context(), key, bytes.NewReader(want), said)
			require.NoError(t, err)
			require.EqualValues(t, size, stored.Size)
			require.Len(t, f.names(s.Segments(), "put/"), 6+3+2)
			require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
			require.True(t, bytes.Equal(want[1<<20-5:3<<20+5], read(t, s, key, data.Range{Offset: 1<<20 - 5, Length: 2<<20 + 10})))

			f.age(3 * time.Hour)
			for e, err := range s.List(t.Context()) {
				require.NoError(t, err)
				require.Equal(t, key, e.Key)
				require.EqualValues(t, size, e.Size)
				require.False(t, e.Partial)
			}
			gone, err := s.Discard(t.Context(), data.Entry{Partial: true, Name: groupIn(t, f, s)})
			require.NoError(t, err)
			require.False(t, gone, "they are needed")
			require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))

			require.NoError(t, s.Delete(t.Context(), key))
			require.Empty(t, f.names("plik", ""))
			require.Empty(t, f.names(s.Segments(), ""))
		})
	}
}

// groupIn returns the one group of segments that there is.
func groupIn(t *testing.T, f *fake, s *swift.Store) string {
	t.Helper()
	groups := map[string]bool{}
	for _, n := range append(f.names(s.Segments(), "put/"), f.names(s.Segments(), "data/")...) {
		group, ok := swift.GroupOf(n)
		require.True(t, ok, n)
		groups[group] = true
	}
	require.Len(t, groups, 1)
	for g := range groups {
		return g
	}
	return ""
}

// TestOldObjects are those that earlier versions stored, as one object.
func TestOldObjects(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s, key, want := quick(t, f), data.Key{Upload: "GnFGv9ZyUfw8ENHq", File: "2zmFHUEFJGtPCcYV"}, content(2, 3<<20)
	require.NoError(t, s.Check(t.Context())) // makes the containers
	f.set(func(f *fake) {
		f.stored["plik"]["GnFGv9ZyUfw8ENHq.2zmFHUEFJGtPCcYV"] = &stored{bytes: want, hash: "abc", modified: time.Now()}
		f.stored["plik"]["something else"] = &stored{modified: time.Now()}
		f.noBulk = true
	})
	require.True(t, bytes.Equal(want[7:100], read(t, s, key, data.Range{Offset: 7, Length: 93})))
	var found []data.Key
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		found = append(found, e.Key)
	}
	require.Equal(t, []data.Key{key}, found)
	require.NoError(t, s.Delete(t.Context(), key))
	require.Equal(t, []string{"something else"}, f.names("plik", ""))
}

func TestNoBulkDelete(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	f.noBulk = true
	s, key := quick(t, f), newKey()
	_, err := s.Put(t.Context(), key, bytes.NewReader(content(3, 4<<20)), -1)
	require.NoError(t, err)
	require.NoError(t, s.Delete(t.Context(), key))
	require.Empty(t, f.names(s.Segments(), ""))
}

var errBroken = errors.New("the source is broken")

// TestFailedPut leaves nothing, wherever it fails.
func TestFailedPut(t *testing.T) {
	t.Parallel()
	for title, said := range map[string]int64{"one object": 1 << 20, "segments": -1} {
		for _, size := range []int{100, 1<<20 + 1, 3<<20 + 5} {
			f := newFake(t)
			s, key := quick(t, f), newKey()
			_, err := s.Put(t.Context(), key, io.MultiReader(bytes.NewReader(content(4, size)), broken{}), said)
			require.ErrorIs(t, err, errBroken, title)
			require.Empty(t, f.names("plik", ""), title)
			require.Empty(t, f.names(s.Segments(), ""), title)
		}
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

// TestNoAnswer cuts the connection once an object was stored, so that nobody knows that it was.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for title, c := range map[string]struct {
		size int
		said int64
	}{
		"small": {100, 100}, "one object": {1<<20 - 1, 1<<20 - 1}, "streamed": {3 << 20, 5}, "segments": {3<<20 + 1, -1},
	} {
		for _, leaves := range []bool{false, true} {
			f := newFake(t)
			s, key, want := quick(t, f), newKey(), content(5, c.size)
			require.NoError(t, s.Check(t.Context()))
			ctx, leave := context.WithCancel(t.Context())
			f.after = func(r *http.Request) int {
				if r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, account+"/plik/") {
					if leaves {
						leave()
					}
					return -1
				}
				return 0
			}
			_, err := s.Put(ctx, key, bytes.NewReader(want), c.said)
			if leaves {
				require.ErrorIs(t, err, context.Canceled, title)
				require.Empty(t, f.names("plik", ""), title)
				require.Empty(t, f.names(s.Segments(), "put/"), title)
			} else {
				require.NoError(t, err, title)
				require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
			}
			leave()
		}
	}
}

func TestReadGoesOn(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s, key, want := quick(t, f), newKey(), content(6, 2<<20)
	_, err := s.Put(t.Context(), key, bytes.NewReader(want), -1)
	require.NoError(t, err)
	var gets atomic.Int32
	isGet := func(r *http.Request) bool {
		return r.Method == http.MethodGet && strings.HasSuffix(r.URL.Path, name(key))
	}
	f.cutBody = func(r *http.Request) int {
		if !isGet(r) {
			return -1
		}
		if gets.Add(1)%2 == 0 {
			return 0 // nothing at all, now and then
		}
		return 300_000
	}
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
	require.True(t, bytes.Equal(want[5:2<<20-5], read(t, s, key, data.Range{Offset: 5, Length: 2<<20 - 10})))
	require.Greater(t, gets.Load(), int32(12))

	t.Run("replaced meanwhile", func(t *testing.T) {
		r, err := s.Open(t.Context(), key, data.Range{})
		require.NoError(t, err)
		defer r.Close()
		f.set(func(f *fake) { f.stored["plik"][name(key)].hash = "of another" })
		_, err = io.Copy(io.Discard, r)
		require.ErrorContains(t, err, "412")
	})
	t.Run("gone for good", func(t *testing.T) {
		r, err := s.Open(t.Context(), key, data.Range{})
		require.NoError(t, err)
		defer r.Close()
		f.set(func(f *fake) {
			f.before = func(r *http.Request) int {
				if isGet(r) {
					return http.StatusServiceUnavailable
				}
				return 0
			}
		})
		n, err := io.Copy(io.Discard, r)
		require.ErrorContains(t, err, "503")
		require.Less(t, n, int64(len(want)), "it is short, and says so")
	})
}

func TestNoSpace(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusInsufficientStorage, http.StatusRequestEntityTooLarge} {
		for _, size := range []int{10, 2 << 20} {
			f := newFake(t)
			s, key := quick(t, f), newKey()
			f.before = func(r *http.Request) int {
				if r.Method == http.MethodPut && strings.Count(r.URL.Path, "/") > 3 {
					return status
				}
				return 0
			}
			_, err := s.Put(t.Context(), key, bytes.NewReader(content(7, size)), -1)
			require.Equal(t, core.KindNoSpace, core.KindOf(err), "%v", err)
			require.Empty(t, f.names(s.Segments(), ""))
		}
	}
}

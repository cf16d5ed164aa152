package gcs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/gcs"
)

func newKey() data.Key { return data.Key{Upload: core.NewUploadID(), File: core.NewFileID()} }

func content(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

func read(t *testing.T, s *gcs.Store, key data.Key, rng data.Range) []byte {
	t.Helper()
	r, err := s.Open(t.Context(), key, rng)
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return b
}

func names(t *testing.T, s *gcs.Store) []string {
	t.Helper()
	all, err := s.Names(t.Context())
	require.NoError(t, err)
	return all
}

var errBroken = errors.New("the source is broken")

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errBroken }

// hook reads as nothing and is called once.
type hook func()

func (h hook) Read([]byte) (int, error) {
	h()
	return 0, io.EOF
}

// puts are of one request, of one whose size was not known, and of several chunks.
var puts = map[string]struct {
	size int
	said int64
}{
	"empty": {0, 0}, "small": {100, 100}, "unknown": {300_000, -1}, "a chunk": {8 << 20, 8 << 20},
	"chunks": {20<<20 + 5, 20<<20 + 5}, "unknown chunks": {17 << 20, -1},
}

// TestCutPut leaves nothing, wherever it is cut.
func TestCutPut(t *testing.T) {
	t.Parallel()
	s, _, _ := proxied(t)
	for title, c := range puts {
		t.Run(title, func(t *testing.T) {
			body := func() io.Reader { return bytes.NewReader(content(1, c.size)) }
			_, err := s.Put(t.Context(), newKey(), io.MultiReader(body(), broken{}), c.said)
			require.ErrorIs(t, err, errBroken)
			ctx, leave := context.WithCancel(t.Context())
			_, err = s.Put(ctx, newKey(), io.MultiReader(body(), hook(leave)), c.said)
			require.ErrorIs(t, err, context.Canceled)
			require.Empty(t, names(t, s))
		})
	}
	require.Panics(t, func() {
		_, _ = s.Put(t.Context(), newKey(), io.MultiReader(bytes.NewReader(content(1, 9<<20)), hook(func() { panic("a reader") })), -1)
	})
	require.Empty(t, names(t, s))
}

// TestNoAnswer cuts the connection once an object was stored, so that nobody knows that it was.
func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for title, c := range puts {
		for _, leaves := range []bool{false, true} {
			s, direct, p := proxied(t)
			key, want := newKey(), content(2, c.size)
			ctx, leave := context.WithCancel(t.Context())
			var lost atomic.Int32
			p.set(func(_ http.ResponseWriter, r *http.Request, forward http.Handler) bool {
				if isLast(r) {
					if leaves {
						leave()
					}
					lost.Add(1)
					lose(r, forward)
				}
				return false
			})
			_, err := s.Put(ctx, key, bytes.NewReader(want), c.said)
			require.NotZero(t, lost.Load(), title)
			if leaves {
				require.ErrorIs(t, err, context.Canceled, title)
				require.Empty(t, names(t, direct), title)
			} else {
				require.NoError(t, err, title)
				require.True(t, bytes.Equal(want, read(t, direct, key, data.Range{})), title)
			}
			leave()
		}
	}
}

// TestRetriedPut meets a service that is busy now and then.
func TestRetriedPut(t *testing.T) {
	t.Parallel()
	for title, c := range puts {
		s, _, p := proxied(t)
		key, want := newKey(), content(3, c.size)
		var asked atomic.Int32
		p.set(func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
			busy := isUpload(r) && asked.Add(1)%2 == 1
			if busy {
				refuse(w, r, http.StatusServiceUnavailable)
			}
			return busy
		})
		stored, err := s.Put(t.Context(), key, bytes.NewReader(want), c.said)
		require.NoError(t, err, title)
		require.EqualValues(t, c.size, stored.Size)
		require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})), title)
		require.GreaterOrEqual(t, asked.Load(), int32(2))
	}
}

// TestFailedPut is with a service that fails for good.
func TestFailedPut(t *testing.T) {
	t.Parallel()
	s, direct, p := proxied(t)
	for status, kind := range map[int]core.Kind{
		http.StatusServiceUnavailable: core.KindInternal, http.StatusForbidden: core.KindInternal,
		http.StatusInsufficientStorage: core.KindNoSpace,
	} {
		p.set(refused(isUpload, status))
		for title, c := range puts {
			_, err := s.Put(t.Context(), newKey(), bytes.NewReader(content(4, c.size)), c.said)
			require.Error(t, err, title)
			require.Equal(t, kind, core.KindOf(err), "%s, %d: %v", title, status, err)
			require.NotContains(t, err.Error(), "upload_id=", "it is the key of the upload")
		}
	}
	require.Empty(t, names(t, direct))
}

// TestDelete does so again when the answer was lost.
func TestDelete(t *testing.T) {
	t.Parallel()
	s, _, p := proxied(t)
	key := newKey()
	_, err := s.Put(t.Context(), key, bytes.NewReader([]byte("hello")), 5)
	require.NoError(t, err)
	var lost atomic.Bool
	p.set(func(_ http.ResponseWriter, r *http.Request, forward http.Handler) bool {
		if isDelete(r) && lost.CompareAndSwap(false, true) {
			lose(r, forward)
		}
		return false
	})
	require.NoError(t, s.Delete(t.Context(), key))
	require.True(t, lost.Load())
	require.Empty(t, names(t, s))
	p.set(refused(isDelete, http.StatusForbidden))
	require.ErrorContains(t, s.Delete(t.Context(), key), "403")
}

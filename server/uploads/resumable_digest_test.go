package uploads_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/mem"
	"github.com/root-gg/plik/server/uploads"
)

// The state of the digest is what is saved: each piece is taken by a Service that knows nothing else.
func TestResumableDigestOutlivesServices(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	content := noise(600_000)
	for seed := range uint64(3) {
		u, r := f.begun(t, int64(len(content)))
		at := 0
		for _, n := range pieces(len(content), seed) {
			s := f.life(t, generous(), nil, nil)
			r, err := s.Resumable(t.Context(), r.ID)
			require.NoError(t, err)
			require.EqualValues(t, at, r.Offset)
			took, err := s.Append(t.Context(), r, bodyOf(content[at:at+n]), nil)
			require.NoError(t, err)
			require.EqualValues(t, n, took)
			at += n
		}
		f.is(t, u, content, true)
		require.True(t, f.reload(t, r).Done)
	}
	require.Zero(t, f.unfinished(t))
}

// A digest that was computed of some of the bytes only is none.
func TestResumableDigestSwitchedOff(t *testing.T) {
	t.Parallel()
	without := generous()
	without.NoDigest = true
	content := noise(300)
	for name, c := range map[string]struct {
		policies []uploads.Policy
		digest   bool
	}{
		"never":         {[]uploads.Policy{without, without, without}, false},
		"later":         {[]uploads.Policy{without, generous(), generous()}, false},
		"at first":      {[]uploads.Policy{generous(), without, without}, false},
		"in the middle": {[]uploads.Policy{generous(), without, generous()}, false},
		"always":        {[]uploads.Policy{generous(), generous(), generous()}, true},
	} {
		f := setup(t, generous())
		u, r := f.begun(t, 300)
		for i, p := range c.policies {
			_, err := f.life(t, p, nil, nil).Append(t.Context(), r, bodyOf(content[100*i:100*i+100]), nil)
			require.NoError(t, err, name)
			r = f.reload(t, r)
		}
		f.is(t, u, content, c.digest)
	}
}

// A state that nobody can read costs the early digest, not the file.
func TestResumableDigestUnreadable(t *testing.T) {
	t.Parallel()
	content := noise(300)
	for name, after := range map[string]int{"in the middle": 100, "at the end": 300} {
		f := setup(t, generous())
		broken := f.life(t, generous(), nil, rocky{f.backend, failing("finish", 1, errors.New("killed"))})
		u, r := f.begun(t, 300)
		_, err := broken.Append(t.Context(), r, bodyOf(content[:after]), nil)
		if after == 300 {
			require.ErrorContains(t, err, "killed")
		} else {
			require.NoError(t, err)
		}
		r = f.reload(t, r)
		r.MD5 = []byte("another version's")
		require.NoError(t, f.store.SaveResumable(t.Context(), r))

		s := f.life(t, generous(), nil, nil)
		r, err = s.Resumable(t.Context(), r.ID)
		require.NoError(t, err, name)
		if !r.Complete() {
			_, err = s.Append(t.Context(), r, bodyOf(content[r.Offset:]), nil)
			require.NoError(t, err, name)
		}
		f.is(t, u, content, false)
		f.digests(t, s, func() bool { return !f.reload(t, r).Digest })
		f.is(t, u, content, true)
	}
}

// digests runs RunDigests until done says so.
func (f *fixture) digests(t *testing.T, s *uploads.Service, done func() bool) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { s.RunDigests(ctx) })
	defer running.Wait()
	defer cancel()
	require.Eventually(t, done, 10*time.Second, time.Millisecond)
}

// locked is a backend that does not hand out one of its files.
type locked struct {
	*mem.Store
	id core.FileID
}

func (b locked) Open(ctx context.Context, key data.Key, r data.Range) (io.ReadCloser, error) {
	if key.File == b.id {
		return nil, errors.New("i/o error")
	}
	return b.Store.Open(ctx, key, r)
}

// A file that cannot be read does not keep the others from their digests.
func TestDigestsGoOn(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	content := noise(1000)
	var ups []*core.Upload
	var list []*core.Resumable
	for range 5 {
		u := f.declare(t, uploads.Request{}, "x")
		r, err := f.JoinResumables(t.Context(), u, u.Files[0], []*core.Resumable{f.part(t, core.Identity{}, content[:500]), f.part(t, core.Identity{}, content[500:])}, uploads.Resume{})
		require.NoError(t, err)
		ups, list = append(ups, u), append(list, r)
	}
	first := 0
	for i := range list {
		if list[i].ID < list[first].ID {
			first = i
		}
	}
	s := f.life(t, generous(), nil, locked{f.backend, list[first].FileID})
	f.digests(t, s, func() bool {
		n := 0
		for _, r := range list {
			if !f.reload(t, r).Digest {
				n++
			}
		}
		return n == len(list)-1
	})
	for i, u := range ups {
		f.is(t, u, content, i != first)
	}
	f.digests(t, f.Service, func() bool { return !f.reload(t, list[first]).Digest })
	f.is(t, ups[first], content, true)
}

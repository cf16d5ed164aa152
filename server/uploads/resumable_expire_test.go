package uploads_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

const day = 24 * time.Hour

func (f *fixture) expire(t *testing.T) int {
	t.Helper()
	n, err := f.ExpireResumables(t.Context(), day)
	require.NoError(t, err)
	return n
}

// What moves is kept, whatever it is that moves.
func TestExpireKeepsWhatMoves(t *testing.T) {
	t.Parallel()
	content := noise(20)
	for name, sum := range map[string]*uploads.Checksum{
		"plain":         nil,
		"with checksum": {Hash: sha256.New(), Sum: sha(content)},
	} {
		p := generous()
		p.DefaultTTL, p.MaxTTL = 0, 0 // for ever
		f := setup(t, p)
		store := &watched{Store: f.store, fail: never, saved: make(chan int64, 10)}
		s := f.life(t, p, store, nil)
		u, r := f.begun(t, 20)
		body, w := pipe()
		done := make(chan error, 1)
		go func() {
			_, err := s.Append(t.Context(), r, body, sum)
			done <- err
		}()
		for i := range 10 { // a piece every 23 hours
			_, err := w.Write(content[2*i : 2*i+1])
			require.NoError(t, err)
			f.now.add(23 * time.Hour)
			_, err = w.Write(content[2*i+1 : 2*i+2])
			require.NoError(t, err)
			if i < 9 {
				<-store.saved
			}
			n, err := s.ExpireResumables(t.Context(), day)
			require.NoError(t, err, name)
			require.Zero(t, n, "%s: it is moving", name)
		}
		w.Close()
		require.NoError(t, <-done, name)
		f.is(t, u, content, true)
	}
}

func sha(p []byte) []byte {
	s := sha256.Sum256(p)
	return s[:]
}

func TestExpireResumables(t *testing.T) {
	t.Parallel()
	p := generous()
	p.DefaultTTL, p.MaxTTL = 0, 0
	f := setup(t, p)
	u, r := f.begun(t, 100)
	_, err := f.Append(t.Context(), r, sized(50), nil)
	require.NoError(t, err)
	f.now.add(day - time.Second)
	require.Zero(t, f.expire(t))
	_, err = f.Append(t.Context(), f.reload(t, r), sized(1), nil) // it counts from the last byte
	require.NoError(t, err)
	f.now.add(day - time.Second)
	require.Zero(t, f.expire(t))
	f.now.add(2 * time.Second)
	require.Equal(t, 1, f.expire(t))
	require.Zero(t, f.unfinished(t))
	require.Zero(t, f.transfers(t))
	require.Equal(t, core.Missing, f.status(t, u.Files[0]), "it may be sent anew")
	u, err = f.store.UploadWithFiles(t.Context(), u.ID)
	require.NoError(t, err)
	require.NoError(t, f.Receive(t.Context(), u, u.Files[0], text("anew")))

	// An upload that has expired takes nothing more.
	q := generous()
	short := f.life(t, q, nil, nil)
	up, err := short.Create(t.Context(), uploads.Caller{}, uploads.Request{Files: []uploads.NewFile{{Name: "x"}}})
	require.NoError(t, err)
	r, err = short.StartResumable(t.Context(), up, up.Files[0], uploads.Resume{Length: 10})
	require.NoError(t, err)
	f.now.add(2 * time.Hour)
	_, err = short.Append(t.Context(), r, sized(10), nil)
	requireKind(t, core.KindGone, err)
	require.Equal(t, 1, f.expire(t))
}

// Those that are over are forgotten in the end, but not before their digests are known, unless
// nobody computes those any more.
func TestExpireWaitsForDigests(t *testing.T) {
	t.Parallel()
	p := generous()
	p.DefaultTTL, p.MaxTTL = 0, 0
	f := setup(t, p)
	joined := func() *core.Resumable {
		u := f.declare(t, uploads.Request{}, "x")
		r, err := f.JoinResumables(t.Context(), u, u.Files[0], []*core.Resumable{f.part(t, core.Identity{}, noise(100))}, uploads.Resume{})
		require.NoError(t, err)
		return r
	}
	r := joined()
	f.now.add(2 * day)
	require.Zero(t, f.expire(t))
	require.Equal(t, 1, f.transfers(t))
	f.digests(t, f.Service, func() bool { return !f.reload(t, r).Digest })
	f.expire(t)
	require.Zero(t, f.transfers(t))

	joined()
	f.now.add(2 * day)
	p.NoDigest = true
	_, err := f.life(t, p, nil, nil).ExpireResumables(t.Context(), day)
	require.NoError(t, err)
	require.Zero(t, f.transfers(t))
	require.Equal(t, 2, f.objects(t), "the files stay")
}

// One that cannot be given up now does not keep the others.
func TestExpireGoesOn(t *testing.T) {
	t.Parallel()
	p := generous()
	p.DefaultTTL, p.MaxTTL = 0, 0
	f := setup(t, p)
	for range 5 {
		_, r := f.begun(t, 100)
		_, err := f.Append(t.Context(), r, sized(50), nil)
		require.NoError(t, err)
	}
	f.now.add(2 * day)
	s := f.life(t, p, nil, rocky{f.backend, failing("drop", 1, errors.New("broken"))})
	n, err := s.ExpireResumables(t.Context(), day)
	require.ErrorContains(t, err, "broken")
	require.Equal(t, 4, n)
	require.Equal(t, 1, f.transfers(t))
	require.Equal(t, 1, f.expire(t))
	require.Zero(t, f.unfinished(t))
}

// Bytes that were all there, but not recorded, do not stay when nobody comes back for them.
func TestExpireUnrecorded(t *testing.T) {
	t.Parallel()
	p := generous()
	p.DefaultTTL, p.MaxTTL = 0, 0
	f := setup(t, p)
	u, r := f.begun(t, 100)
	s := f.life(t, p, &unmoved{watched{Store: f.store, fail: never}}, nil)
	_, err := s.Append(t.Context(), r, sized(100), nil)
	require.ErrorContains(t, err, "killed")
	require.Equal(t, 1, f.objects(t))
	f.now.add(2 * day)
	require.Equal(t, 1, f.expire(t))
	require.Zero(t, f.objects(t))
	require.Equal(t, core.Missing, f.status(t, u.Files[0]))
}

// A daemon that died while it began a transfer left one that nobody knows. It does not take the next
// one of that file with it.
func TestExpireSparesTheNext(t *testing.T) {
	t.Parallel()
	p := generous()
	p.DefaultTTL, p.MaxTTL = 0, 0
	f := setup(t, p)
	u := f.declare(t, uploads.Request{}, "x")
	require.NoError(t, f.store.CreateResumable(t.Context(), &core.Resumable{
		ID: core.NewResumableID(), UploadID: u.ID, FileID: u.Files[0].ID, Length: 100, CreatedAt: f.now.Now(), UpdatedAt: f.now.Now(),
	}))
	f.now.add(time.Second)
	r, err := f.StartResumable(t.Context(), u, u.Files[0], uploads.Resume{Length: 100})
	require.NoError(t, err)
	for range 10 {
		f.now.add(day / 2)
		_, err = f.Append(t.Context(), r, sized(10), nil)
		require.NoError(t, err)
		f.expire(t)
		r = f.reload(t, r)
	}
	require.True(t, r.Done)
	f.is(t, u, []byte(strings.Repeat("x", 100)), true)
	for range 2 {
		f.now.add(2 * day)
		f.expire(t)
	}
	require.Zero(t, f.transfers(t))
	f.is(t, u, []byte(strings.Repeat("x", 100)), true)
}

// unmoved is a store whose files do not become Uploaded.
type unmoved struct{ watched }

func (s *unmoved) MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error {
	if to == core.Uploaded {
		return errors.New("killed")
	}
	return s.watched.MoveFile(ctx, f, to, edit)
}

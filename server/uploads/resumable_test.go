package uploads_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

// zeros is a reader of n zero bytes that tells when they are gone, and then waits.
type zeros struct {
	n    int
	gone chan struct{}
	wait chan struct{}
}

func (z *zeros) Read(p []byte) (int, error) {
	if z.n == 0 {
		close(z.gone)
		<-z.wait
		return 0, io.EOF
	}
	n := min(len(p), z.n)
	clear(p[:n])
	z.n -= n
	return n, nil
}

// What arrives is made safe while more is coming: after so many bytes.
func TestResumableCheckpointByBytes(t *testing.T) {
	t.Parallel()
	p := generous()
	p.MaxFileSize, p.NoDigest = 1<<40, true
	f := setup(t, p)
	store := &watched{Store: f.store, fail: never, saved: make(chan int64, 10)}
	s := f.life(t, p, store, nil)
	_, r := f.begun(t, 1<<40)
	z := &zeros{n: uploads.CheckpointBytes + 1000, gone: make(chan struct{}), wait: make(chan struct{})}
	done := make(chan error, 1)
	go func() {
		_, err := s.Append(t.Context(), r, uploads.Body{Reader: z, Size: -1}, nil)
		done <- err
	}()
	<-z.gone
	require.EqualValues(t, uploads.CheckpointBytes, <-store.saved)
	require.EqualValues(t, uploads.CheckpointBytes, f.reload(t, &core.Resumable{ID: r.ID}).Offset)
	close(z.wait)
	require.NoError(t, <-done)
	require.EqualValues(t, uploads.CheckpointBytes+1000, <-store.saved)
}

// A slow one is made safe after some time.
func TestResumableCheckpointByTime(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	store := &watched{Store: f.store, fail: never, saved: make(chan int64, 10)}
	s := f.life(t, generous(), store, nil)
	u, r := f.begun(t, 40)
	content := noise(40)
	body, w := pipe()
	done := make(chan error, 1)
	go func() {
		_, err := s.Append(t.Context(), r, body, nil)
		done <- err
	}()
	for i := range 4 {
		_, err := w.Write(content[10*i : 10*i+5])
		require.NoError(t, err)
		f.now.add(time.Minute)
		_, err = w.Write(content[10*i+5 : 10*i+10])
		require.NoError(t, err)
		if i < 3 { // how much depends on which came first, the byte or the minute
			require.GreaterOrEqual(t, <-store.saved, int64(10*i+5))
		}
	}
	w.Close()
	require.NoError(t, <-done)
	f.is(t, u, content, true)
}

// After an error of the disk or the database the transfer goes on where it was safe, with the
// digest of what is there.
func TestResumableGoesOnAfterErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	content := noise(1 << 20)
	for _, op := range []string{"append", "write", "sync", "save"} {
		f := setup(t, generous())
		u, r := f.begun(t, int64(len(content)))
		_, err := f.Append(t.Context(), r, bodyOf(content[:300_000]), nil)
		require.NoError(t, err)

		fail := failing(op, 1, broken)
		s := f.life(t, generous(), &watched{Store: f.store, fail: fail}, rocky{f.backend, fail})
		n, err := s.Append(t.Context(), r, bodyOf(content[300_000:800_000]), nil)
		require.ErrorIs(t, err, broken, op)
		require.Zero(t, n)
		require.EqualValues(t, 300_000, r.Offset)
		require.EqualValues(t, 300_000, f.reload(t, r).Offset)

		_, err = s.Append(t.Context(), r, bodyOf(content[300_000:700_000]), nil)
		require.NoError(t, err)
		r, err = f.Resumable(t.Context(), r.ID)
		require.NoError(t, err)
		_, err = f.Append(t.Context(), r, bodyOf(content[700_000:]), nil)
		require.NoError(t, err)
		f.is(t, u, content, true)
	}
}

// A daemon that died at the end, all bytes being safe, made the file all the same: the next one
// who asks finds it.
func TestResumableFinishesLate(t *testing.T) {
	t.Parallel()
	content := noise(1000)
	for _, op := range []string{"finish", "move"} {
		f := setup(t, generous())
		u, r := f.begun(t, 1000)
		fail := failing(op, 1, errors.New("killed"))
		s := f.life(t, generous(), &watched{Store: f.store, fail: fail}, rocky{f.backend, fail})
		_, err := s.Append(t.Context(), r, bodyOf(content), nil)
		require.ErrorContains(t, err, "killed")
		r, err = f.Resumable(t.Context(), r.ID)
		require.NoError(t, err)
		require.True(t, r.Done)
		f.is(t, u, content, true)
		_, err = f.Append(t.Context(), r, bodyOf([]byte("x")), nil)
		requireKind(t, core.KindInvalid, err)
		f.is(t, u, content, true)
	}
}

// What a broken line brought is kept, but not of what was summed up.
func TestResumableCutBody(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	content := noise(1 << 20)
	u, r := f.begun(t, int64(len(content)))
	cut := func(from, to int) uploads.Body {
		return uploads.Body{Reader: io.MultiReader(strings.NewReader(string(content[from:to])), failingReader{}), Size: int64(len(content) - from)}
	}
	n, err := f.Append(t.Context(), r, cut(0, 400_000), nil)
	requireKind(t, core.KindInvalid, err)
	require.EqualValues(t, 400_000, n)
	sum := func(p []byte) *uploads.Checksum {
		s := sha256.Sum256(p)
		return &uploads.Checksum{Hash: sha256.New(), Sum: s[:]}
	}
	n, err = f.Append(t.Context(), r, cut(400_000, 600_000), sum(content[400_000:700_000]))
	requireKind(t, core.KindInvalid, err)
	require.Zero(t, n)
	_, err = f.Append(t.Context(), r, bodyOf(content[400_000:700_000]), sum(content[400_000:700_001]))
	require.ErrorIs(t, err, uploads.ErrChecksum)
	require.EqualValues(t, 400_000, f.reload(t, r).Offset)
	_, err = f.Append(t.Context(), r, bodyOf(content[400_000:]), sum(content[400_000:]))
	require.NoError(t, err)
	f.is(t, u, content, true)
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// The length that was announced holds.
func TestResumableTooMuch(t *testing.T) {
	t.Parallel()
	p := generous()
	p.MaxFileSize = 1000
	f := setup(t, p)
	_, r := f.begun(t, 10)
	_, err := f.Append(t.Context(), r, unsized(1_000_000), nil)
	require.ErrorIs(t, err, uploads.ErrLengthExceeded)
	require.LessOrEqual(t, f.reload(t, r).Offset, int64(10))
	_, r = f.begun(t, -1)
	_, err = f.Append(t.Context(), r, unsized(1_000_000), nil)
	requireKind(t, core.KindInvalid, err)
	require.LessOrEqual(t, f.reload(t, r).Offset, int64(1000))
	u := f.declare(t, uploads.Request{}, "x")
	_, err = f.StartResumable(t.Context(), u, u.Files[0], uploads.Resume{Length: 1001})
	requireKind(t, core.KindInvalid, err)
	require.Equal(t, core.Missing, f.status(t, u.Files[0]))
	require.Equal(t, 2, f.transfers(t))
}

func TestResumableSetLength(t *testing.T) {
	t.Parallel()
	p := generous()
	p.MaxFileSize = 1000
	f := setup(t, p)
	u, r := f.begun(t, -1)
	_, err := f.Append(t.Context(), r, sized(100), nil)
	require.NoError(t, err)
	for _, n := range []int64{-2, -1, 0, 99, 1001, 1 << 62} {
		requireKind(t, core.KindInvalid, f.SetLength(t.Context(), r, n))
		require.EqualValues(t, -1, r.Length)
	}
	require.NoError(t, f.SetLength(t.Context(), r, 100))
	requireKind(t, core.KindInvalid, f.SetLength(t.Context(), r, 100))
	require.EqualValues(t, 100, f.reload(t, r).Length)
	_, err = f.Append(t.Context(), r, sized(0), nil) // it was all
	require.NoError(t, err)
	f.is(t, u, []byte(strings.Repeat("x", 100)), true)

	who := f.enroll(t, core.Limits{MaxUserSize: 500})
	part, err := f.StartPartial(t.Context(), who, nil, uploads.Resume{Length: -1})
	require.NoError(t, err)
	_, err = f.Append(t.Context(), part, sized(100), nil)
	require.NoError(t, err)
	for _, n := range []int64{-1, 99, 501, 1001, 1 << 62} {
		requireKind(t, core.KindInvalid, f.SetLength(t.Context(), part, n))
	}
	require.NoError(t, f.SetLength(t.Context(), part, 500))

	u, r = f.begun(t, -1)
	require.NoError(t, f.RemoveUpload(t.Context(), u))
	requireKind(t, core.KindGone, f.SetLength(t.Context(), r, 100))
}

// A quota is taken before the bytes come, and given back when nothing comes of them.
func TestResumableReserve(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	who := f.enroll(t, core.Limits{MaxUserSize: 1000})
	u := f.owned(t, who, uploads.NewFile{Name: "x"}, uploads.NewFile{Name: "y"})
	r, err := f.StartResumable(t.Context(), u, u.Files[0], uploads.Resume{Length: 600})
	require.NoError(t, err)
	require.EqualValues(t, 600, f.used(t))
	for _, op := range []string{"create", "reserve"} {
		s := f.life(t, generous(), &watched{Store: f.store, fail: failing(op, 1, core.E(core.KindConflict, "x", "gone"))}, nil)
		_, err = s.StartResumable(t.Context(), u, u.Files[1], uploads.Resume{Length: 400})
		require.Error(t, err)
		require.Equal(t, core.Missing, f.status(t, u.Files[1]))
		require.EqualValues(t, 600, f.used(t))
		require.Equal(t, 1, f.transfers(t))
	}
	_, err = f.StartResumable(t.Context(), u, u.Files[1], uploads.Resume{Length: 401})
	requireKind(t, core.KindInvalid, err)

	// Of unknown length: as it comes.
	open, err := f.StartResumable(t.Context(), u, u.Files[1], uploads.Resume{Length: -1})
	require.NoError(t, err)
	_, err = f.Append(t.Context(), open, unsized(401), nil)
	requireKind(t, core.KindInvalid, err)
	require.LessOrEqual(t, f.used(t), int64(1000))
	require.NoError(t, f.GiveUp(t.Context(), open))
	require.EqualValues(t, 600, f.used(t))
	require.NoError(t, f.GiveUp(t.Context(), r))
	require.Zero(t, f.used(t))
	require.Zero(t, f.unfinished(t))
	require.Zero(t, f.transfers(t))
	require.Equal(t, core.Missing, f.status(t, u.Files[0]))
}

// Whether a change was made that the store was not sure of: the file is not lost to its sender.
func TestResumableUnsureStart(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{}, "x")
	s := f.life(t, generous(), &watched{Store: f.store, fail: failing("move", 1, context.DeadlineExceeded)}, nil)
	_, err := s.StartResumable(t.Context(), u, u.Files[0], uploads.Resume{Length: 5})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	f.now.add(25 * time.Hour)
	_, err = f.ExpireResumables(t.Context(), 24*time.Hour)
	require.NoError(t, err)
	require.Equal(t, core.Missing, f.status(t, u.Files[0]))
	require.Zero(t, f.transfers(t))
}

// Deleting the file ends a transfer that hangs.
func TestResumableDeletedMeanwhile(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u, r := f.begun(t, 100)
	body, w := pipe()
	done := make(chan error, 1)
	go func() {
		_, err := f.Append(t.Context(), r, body, nil)
		done <- err
	}()
	_, err := w.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, f.RemoveFile(t.Context(), u.Files[0]))
	require.Error(t, <-done)
	_, err = f.Resumable(t.Context(), r.ID)
	requireKind(t, core.KindGone, err)
	n, err := f.ExpireResumables(t.Context(), time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Zero(t, f.unfinished(t))
	require.Zero(t, f.objects(t))
}

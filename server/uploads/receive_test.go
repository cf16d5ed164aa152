package uploads_test

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/uploads"
)

func random(n int) []byte {
	p := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(p)
	return p
}

func TestReceive(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	for _, n := range []int{0, 1, 511, 512, 128<<10 - 1, 128 << 10, 128<<10 + 1, 1<<20 + 7} {
		for name, wrap := range map[string]func(io.Reader) io.Reader{
			"plain": func(r io.Reader) io.Reader { return r }, "halves": iotest.HalfReader, "late EOF": iotest.DataErrReader,
		} {
			content := random(n)
			u := f.declare(t, uploads.Request{}, "x")
			file := u.Files[0]
			require.NoError(t, f.Receive(t.Context(), u, file, uploads.Body{Reader: wrap(bytes.NewReader(content)), Size: -1}), name)
			sum := md5.Sum(content)
			require.Equal(t, hex.EncodeToString(sum[:]), file.MD5)
			require.Equal(t, crc32.ChecksumIEEE(content), file.CRC32)
			require.EqualValues(t, n, file.Size)
			require.Equal(t, core.Uploaded, f.status(t, file))

			_, stored, err := f.UploadAndFile(t.Context(), u.ID, file.ID)
			require.NoError(t, err)
			src, err := f.Open(t.Context(), stored)
			require.NoError(t, err)
			got, err := io.ReadAll(src)
			require.NoError(t, err)
			require.True(t, bytes.Equal(content, got))
			src.Close()
		}
	}
}

func TestNoDigest(t *testing.T) {
	t.Parallel()
	p := generous()
	p.NoDigest = true
	f := setup(t, p)
	u := f.declare(t, uploads.Request{}, "x")
	require.NoError(t, f.Receive(t.Context(), u, u.Files[0], text("hello")))
	require.Empty(t, u.Files[0].MD5)
	require.Equal(t, crc32.ChecksumIEEE([]byte("hello")), u.Files[0].CRC32)
}

func TestFailedReceiveCanBeRetried(t *testing.T) {
	t.Parallel()
	cut := errors.New("connection reset")
	for name, c := range map[string]struct {
		body uploads.Body
		text string
	}{
		"cut at once":      {uploads.Body{Reader: iotest.ErrReader(cut), Size: -1}, "unable to read data from request body"},
		"cut later":        {uploads.Body{Reader: io.MultiReader(bytes.NewReader(random(300<<10)), iotest.ErrReader(cut)), Size: -1}, "unable to read data from request body"},
		"too big":          {uploads.Body{Reader: bytes.NewReader(random(10<<20 + 1)), Size: -1}, "file too big (limit is set to 10 MB)"},
		"announced as big": {uploads.Body{Reader: iotest.ErrReader(errors.New("must not be read")), Size: 11 << 20}, "file too big (limit is set to 10 MB)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, generous())
			u := f.declare(t, uploads.Request{}, "x")
			file := u.Files[0]
			err := f.Receive(t.Context(), u, file, c.body)
			requireKind(t, core.KindInvalid, err)
			require.Contains(t, err.Error(), c.text)
			require.Equal(t, core.Missing, f.status(t, file))
			require.Zero(t, f.objects(t))
			require.NoError(t, f.Receive(t.Context(), u, file, text("again")))
			require.Equal(t, core.Uploaded, f.status(t, file))
		})
	}
}

func TestLimitItselfIsAllowed(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{}, "x")
	require.NoError(t, f.Receive(t.Context(), u, u.Files[0], uploads.Body{Reader: bytes.NewReader(random(10 << 20)), Size: -1}))
}

func TestBackendFailure(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	full := core.E(core.KindNoSpace, "no_space", "the server has no space left")
	broken, err := uploads.New(uploads.Options{
		Store: f.store, Backend: faulty{f.backend, full}, Passwords: nopPasswords{}, Policy: generous(), Instance: "me",
	})
	require.NoError(t, err)
	u := f.declare(t, uploads.Request{}, "x")
	err = broken.Receive(t.Context(), u, u.Files[0], text("x"))
	requireKind(t, core.KindNoSpace, err)
	require.Equal(t, core.Missing, f.status(t, u.Files[0]))

	before, err := f.store.Stats(t.Context())
	require.NoError(t, err)
	_, err = broken.Quick(t.Context(), uploads.Caller{}, uploads.Request{}, "x", text("x"), nil)
	requireKind(t, core.KindNoSpace, err)
	after, err := f.store.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, before, after, "a failed quick upload leaves nothing")
}

func TestOneReceiverOfMany(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{}, "x")
	var won atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			file := *u.Files[0]
			err := f.Receive(t.Context(), u, &file, text("hello"))
			switch {
			case err == nil:
				won.Add(1)
			case core.KindOf(err) != core.KindInvalid || !strings.Contains(err.Error(), "expected missing"):
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, won.Load())
	require.Equal(t, core.Uploaded, f.status(t, u.Files[0]))
}

func TestFileCountHolds(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{}, "declared")
	var added atomic.Int32
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			_, err := f.ReceiveNew(t.Context(), u, "new", text("hello"))
			switch {
			case err == nil:
				added.Add(1)
			case core.KindOf(err) != core.KindInvalid || !strings.Contains(err.Error(), "maximum number file per upload reached, limit is 5"):
				t.Errorf("unexpected: %v", err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 4, added.Load())
	require.Equal(t, 4, f.objects(t))

	// A deleted file makes room.
	require.NoError(t, f.RemoveFile(t.Context(), u.Files[0]))
	_, err := f.ReceiveNew(t.Context(), u, "new", text("hello"))
	require.NoError(t, err)
}

func TestDeletedWhileReceived(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*fixture, *testing.T, *core.Upload) error{
		"file":   func(f *fixture, t *testing.T, u *core.Upload) error { return f.RemoveFile(t.Context(), u.Files[0]) },
		"upload": func(f *fixture, t *testing.T, u *core.Upload) error { return f.RemoveUpload(t.Context(), u) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, generous())
			u := f.declare(t, uploads.Request{}, "x")
			file := *u.Files[0]
			body, w := pipe()
			done := make(chan error, 1)
			go func() { done <- f.Receive(t.Context(), u, &file, body) }()
			_, err := w.Write(random(300 << 10)) // returns when most of it was read
			require.NoError(t, err)
			_, err = f.Upload(t.Context(), u.ID, true)
			require.NoError(t, err)
			require.NoError(t, remove(f, t, u))
			err = <-done
			requireKind(t, core.KindConflict, err)
			require.Contains(t, err.Error(), "was deleted")
			require.Zero(t, f.objects(t))
		})
	}
}

func TestTakeOnce(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{OneShot: true}, "x", "y")
	for _, file := range u.Files {
		require.NoError(t, f.Receive(t.Context(), u, file, text("hello")))
	}
	got := map[core.FileID]*atomic.Int32{u.Files[0].ID: {}, u.Files[1].ID: {}}
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			if i%4 == 0 { // some want all of it
				all, err := f.Upload(t.Context(), u.ID, true)
				if err != nil {
					t.Error(err)
					return
				}
				files, err := uploads.Pick(all, nil)
				if err != nil {
					requireKind(t, core.KindNotFound, err)
					return
				}
				files, done, err := f.TakeArchive(t.Context(), u, files)
				if err != nil {
					requireKind(t, core.KindNotFound, err)
					return
				}
				for _, file := range files {
					got[file.ID].Add(1)
				}
				done()
				return
			}
			_, file, err := f.UploadAndFile(t.Context(), u.ID, u.Files[i%2].ID)
			if err != nil {
				t.Error(err)
				return
			}
			src, done, err := f.TakeOnce(t.Context(), file)
			if err != nil {
				requireKind(t, core.KindNotFound, err)
				return
			}
			content, err := io.ReadAll(src)
			if err != nil || string(content) != "hello" {
				t.Errorf("got %q, %v", content, err)
			}
			got[file.ID].Add(1)
			done()
		})
	}
	wg.Wait()
	for id, n := range got {
		require.EqualValues(t, 1, n.Load(), id)
	}
	require.Zero(t, f.objects(t))
	require.Equal(t, core.Deleted, f.status(t, u.Files[0]))
}

type nopPasswords struct{ uploads.Passwords }

// TestHeldBytesStay: the cleaner leaves the bytes of a one-shot file alone while they are on
// their way out.
func TestHeldBytesStay(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	k, err := cleaner.New(cleaner.Options{Store: f.store, Backend: f.backend, Instance: core.Instance{ID: "me", Host: "here"}, Held: f.Held})
	require.NoError(t, err)
	u := f.declare(t, uploads.Request{OneShot: true}, "x", "y")
	for _, file := range u.Files {
		require.NoError(t, f.Receive(t.Context(), u, file, text("hello")))
	}
	files, done, err := f.TakeArchive(t.Context(), u, u.Files)
	require.NoError(t, err)
	require.Len(t, files, 2)
	_, err = k.Pass(t.Context())
	require.NoError(t, err)
	require.Equal(t, 2, f.objects(t))
	done()
	require.Zero(t, f.objects(t))

	// What this daemon no longer holds is cleaned, though the row names it.
	u = f.declare(t, uploads.Request{OneShot: true}, "z")
	require.NoError(t, f.Receive(t.Context(), u, u.Files[0], text("hello")))
	_, err = f.store.ClaimFiles(t.Context(), u.ID, []core.FileID{u.Files[0].ID}, "me")
	require.NoError(t, err)
	_, err = k.Pass(t.Context())
	require.NoError(t, err)
	require.Zero(t, f.objects(t))
}

// unsure is a store that adds files and then says that it could not.
type unsure struct{ *metadata.Store }

func (u unsure) AddFile(ctx context.Context, f *core.File, max int) error {
	if err := u.Store.AddFile(ctx, f, max); err != nil {
		return err
	}
	return errors.New("flush: input/output error")
}

// TestKnownFileKeepsItsBytes: when it is not sure that a file was recorded, its bytes go only
// if it was not.
func TestKnownFileKeepsItsBytes(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	doubtful, err := uploads.New(uploads.Options{
		Store: unsure{f.store}, Backend: f.backend, Passwords: nopPasswords{}, Policy: generous(), Instance: "me",
	})
	require.NoError(t, err)
	u := f.declare(t, uploads.Request{})
	file, err := doubtful.ReceiveNew(t.Context(), u, "x", text("hello"))
	require.Error(t, err)
	require.Equal(t, core.Uploaded, f.status(t, file))
	require.Equal(t, 1, f.objects(t), "the row says that there are bytes")
}

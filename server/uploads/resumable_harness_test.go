package uploads_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/mem"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/uploads"
)

// rocky is a backend that takes pieces and fails when told to. op is append, write, sync, join,
// finish or drop; a Write that fails has written half.
type rocky struct {
	*mem.Store
	fail func(op string) error
}

func (b rocky) Append(ctx context.Context, id core.FileID, offset int64) (data.Piece, error) {
	if err := b.fail("append"); err != nil {
		return nil, err
	}
	p, err := b.Store.Append(ctx, id, offset)
	return rockyPiece{p, b.fail}, err
}

func (b rocky) Join(ctx context.Context, id core.FileID, parts []core.FileID) error {
	if err := b.fail("join"); err != nil {
		return err
	}
	return b.Store.Join(ctx, id, parts)
}

func (b rocky) Finish(ctx context.Context, id core.FileID, key data.Key, size int64) (data.Stored, error) {
	if err := b.fail("finish"); err != nil {
		return data.Stored{}, err
	}
	return b.Store.Finish(ctx, id, key, size)
}

func (b rocky) Drop(ctx context.Context, id core.FileID) error {
	if err := b.fail("drop"); err != nil {
		return err
	}
	return b.Store.Drop(ctx, id)
}

type rockyPiece struct {
	data.Piece
	fail func(op string) error
}

func (p rockyPiece) Write(b []byte) (int, error) {
	if err := p.fail("write"); err != nil {
		n, _ := p.Piece.Write(b[:len(b)/2])
		return n, err
	}
	return p.Piece.Write(b)
}

func (p rockyPiece) Sync() error {
	if err := p.fail("sync"); err != nil {
		return err
	}
	return p.Piece.Sync()
}

// watched is a store that tells what is saved of transfers, and fails when told to. op is create,
// save, move or reserve.
type watched struct {
	*metadata.Store
	fail  func(op string) error
	saved chan int64 // offsets; may be nil
}

func (s *watched) CreateResumable(ctx context.Context, r *core.Resumable) error {
	if err := s.fail("create"); err != nil {
		return err
	}
	return s.Store.CreateResumable(ctx, r)
}

func (s *watched) SaveResumable(ctx context.Context, r *core.Resumable) error {
	if err := s.fail("save"); err != nil {
		return err
	}
	err := s.Store.SaveResumable(ctx, r)
	if s.saved != nil {
		s.saved <- r.Offset
	}
	return err
}

// MoveFile fails after it was done, as when the line to a database is cut.
func (s *watched) MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error {
	before := *f
	err := s.Store.MoveFile(ctx, f, to, edit)
	if failed := s.fail("move"); failed != nil {
		*f = before
		return failed
	}
	return err
}

func (s *watched) Reserve(ctx context.Context, f *core.File, owner core.UserID, n, max int64) error {
	if err := s.fail("reserve"); err != nil {
		return err
	}
	return s.Store.Reserve(ctx, f, owner, n, max)
}

func never(string) error { return nil }

// failing fails the first so many times that op is done.
func failing(op string, times int, err error) func(string) error {
	return func(what string) error {
		if what == op && times > 0 {
			times--
			return err
		}
		return nil
	}
}

// life returns another Service on the same stores, as after a restart. What is nil is f's.
func (f *fixture) life(t *testing.T, p uploads.Policy, store uploads.Store, backend data.Backend) *uploads.Service {
	t.Helper()
	if store == nil {
		store = f.store
	}
	if backend == nil {
		backend = f.backend
	}
	s, err := uploads.New(uploads.Options{
		Store: store, Backend: backend, Passwords: f.passwords, Policy: p, Instance: core.RandomText(8), Now: f.now.Now,
	})
	require.NoError(t, err)
	return s
}

// begun starts the transfer of a new file of a new upload of nobody's.
func (f *fixture) begun(t *testing.T, length int64) (*core.Upload, *core.Resumable) {
	t.Helper()
	u := f.declare(t, uploads.Request{}, "x")
	r, err := f.StartResumable(t.Context(), u, u.Files[0], uploads.Resume{Length: length})
	require.NoError(t, err)
	return u, r
}

// part makes a part of nobody's, which is complete.
func (f *fixture) part(t *testing.T, who core.Identity, content []byte) *core.Resumable {
	t.Helper()
	r, err := f.StartPartial(t.Context(), who, nil, uploads.Resume{Length: int64(len(content))})
	require.NoError(t, err)
	_, err = f.Append(t.Context(), r, bodyOf(content), nil)
	require.NoError(t, err)
	return r
}

// is checks that the file of u is there with this content and what is to be known of it. digest
// tells whether its MD5 is.
func (f *fixture) is(t *testing.T, u *core.Upload, content []byte, digest bool) {
	t.Helper()
	_, file, err := f.store.UploadAndFile(t.Context(), u.ID, u.Files[0].ID)
	require.NoError(t, err)
	require.Equal(t, core.Uploaded, file.Status)
	require.EqualValues(t, len(content), file.Size)
	require.Equal(t, crc32.ChecksumIEEE(content), file.CRC32)
	require.True(t, file.HasCRC32)
	want := ""
	if digest {
		sum := md5.Sum(content)
		want = hex.EncodeToString(sum[:])
	}
	require.Equal(t, want, file.MD5)
	r, err := f.backend.Open(t.Context(), data.KeyOf(file), data.Range{})
	require.NoError(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.True(t, string(content) == string(got), "the content differs")
}

// unfinished counts what the backend holds of transfers that are not over.
func (f *fixture) unfinished(t *testing.T) (n int) {
	t.Helper()
	for _, err := range f.backend.Unfinished(t.Context()) {
		require.NoError(t, err)
		n++
	}
	return n
}

// transfers counts those that are known.
func (f *fixture) transfers(t *testing.T) int {
	t.Helper()
	list, err := f.store.Resumables(t.Context(), "", 1000)
	require.NoError(t, err)
	return len(list)
}

// reload returns what the store holds of r.
func (f *fixture) reload(t *testing.T, r *core.Resumable) *core.Resumable {
	t.Helper()
	r, err := f.store.Resumable(t.Context(), r.ID)
	require.NoError(t, err)
	return r
}

func bodyOf(p []byte) uploads.Body { return text(string(p)) }

// noise returns n random bytes, always the same.
func noise(n int) []byte {
	p, rnd := make([]byte, n), rand.NewChaCha8([32]byte{1})
	rnd.Read(p)
	return p
}

// pieces splits n into random pieces, always the same; some are empty.
func pieces(n int, seed uint64) (sizes []int) {
	rnd := rand.New(rand.NewPCG(seed, 0))
	for n > 0 {
		size := min(n, rnd.IntN(1<<rnd.IntN(19)))
		sizes = append(sizes, size)
		n -= size
	}
	return sizes
}

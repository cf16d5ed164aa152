package metadata_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// TestManyWriters has 64 writers and as many readers at once, half of them on another store
// that has the same file open.
func TestManyWriters(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	stores := []*metadata.Store{
		open(t, metadata.Options{ConnectionString: path}),
		open(t, metadata.Options{ConnectionString: path}),
	}
	const writers, rounds = 64, 5
	errs := make(chan error, writers)
	var wg sync.WaitGroup
	for i := range writers {
		s, other := stores[i%2], stores[(i+1)%2]
		wg.Go(func() {
			var err error
			for range rounds {
				u := newUpload()
				if err = s.CreateUpload(t.Context(), u); err != nil {
					break
				}
				if err = store(t.Context(), s, u.Files[0]); err != nil {
					break
				}
				if _, err = other.UploadWithFiles(t.Context(), u.ID); err != nil {
					break
				}
			}
			errs <- err
		})
	}
	wg.Wait()
	for range writers {
		require.NoError(t, <-errs)
	}
	stats, err := stores[0].Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, writers*rounds, stats.Files)
}

// TestOpenTogether opens a database that does not exist yet from many sides.
func TestOpenTogether(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	const n = 8
	errs := make(chan error, n)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			s, err := metadata.Open(t.Context(), metadata.Options{ConnectionString: path})
			if err == nil {
				err = s.Ping(t.Context())
				if e := s.Close(); err == nil {
					err = e
				}
			}
			errs <- err
		})
	}
	wg.Wait()
	for range n {
		require.NoError(t, <-errs)
	}
}

// TestLockedByOther has another process keep the write lock.
func TestLockedByOther(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	u := &core.Upload{ID: core.NewUploadID()}
	require.NoError(t, s.CreateUpload(t.Context(), u))
	db := rawDB(t, path)
	execAll(t, db, "BEGIN IMMEDIATE")

	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	require.ErrorIs(t, s.SetExpiry(ctx, u.ID, time.Now()), context.DeadlineExceeded)
	_, err := s.Upload(t.Context(), u.ID) // readers do not wait
	require.NoError(t, err)

	// Longer than SQLite's own patience, as the first attempt showed.
	waiting, queued := make(chan error, 1), make(chan error, 1)
	var wg sync.WaitGroup
	wg.Go(func() { waiting <- s.CreateUpload(t.Context(), newUpload()) })
	// One who waits behind that one in this process can give up, too.
	ctx, cancel = context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	wg.Go(func() { queued <- s.SetExpiry(ctx, u.ID, time.Now()) })
	require.ErrorIs(t, <-queued, context.DeadlineExceeded)
	execAll(t, db, "ROLLBACK")
	wg.Wait()
	require.NoError(t, <-waiting)
}

func TestLogSync(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "log")
	sync1 := metadata.LogSync(path)
	require.ErrorIs(t, sync1(), os.ErrNotExist)
	require.NoError(t, os.WriteFile(path, []byte("log"), 0o600))
	errs := make(chan error, 50)
	var wg sync.WaitGroup
	for range cap(errs) {
		wg.Go(func() { errs <- sync1() })
	}
	wg.Wait()
	for range cap(errs) {
		require.NoError(t, <-errs)
	}
}

// TestNotDurable has the log vanish: a change that could not be made durable is not
// reported as done.
func TestNotDurable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	u := newUpload()
	require.NoError(t, s.CreateUpload(t.Context(), u))
	require.NoError(t, s.MoveFile(t.Context(), u.Files[0], core.Uploading, nil))
	require.NoError(t, os.Remove(path+"-wal"))
	require.ErrorIs(t, s.MoveFile(t.Context(), u.Files[0], core.Uploaded, nil), os.ErrNotExist)
	require.Equal(t, core.Uploading, u.Files[0].Status)
}

// TestNewFilesAreDurable: a file that is made known as Uploaded has been acknowledged when the
// call returns, as much as one that is moved there.
func TestNewFilesAreDurable(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	declared := newUpload()
	require.NoError(t, s.CreateUpload(t.Context(), declared))
	require.NoError(t, os.Remove(path+"-wal")) // no flush can succeed from here on

	whole := newUpload()
	whole.Files[0].Status = core.Uploaded
	require.ErrorIs(t, s.CreateUpload(t.Context(), whole), os.ErrNotExist)
	added := &core.File{ID: core.NewFileID(), UploadID: declared.ID, Name: "x", Status: core.Uploaded}
	require.ErrorIs(t, s.AddFile(t.Context(), added, 0), os.ErrNotExist)

	// What nobody relies on yet costs no flush.
	require.NoError(t, s.CreateUpload(t.Context(), newUpload()))
}

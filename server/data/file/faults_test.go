package file_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/seal"
)

var key = data.Key{Upload: "UPLOAD", File: "abcdef"}

// steps are those of the first Put of 600 000 bytes, in order.
var steps = []string{
	"create", "write", "write", "write", "sync", "close",
	"mkdir ab", "syncdir .", "open ab", "rename ab/abcdef", "syncdir ab",
}

// sealedSteps are those of a Put that seals: the footer is one write more.
var sealedSteps = slices.Insert(slices.Clone(steps), 1, "write")

// body is 600 000 bytes, without WriterTo.
func body() io.Reader {
	return struct{ io.Reader }{bytes.NewReader(bytes.Repeat([]byte("x"), 600_000))}
}

// filesIn returns the files below dir but the locks of stores.
func filesIn(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && !strings.HasSuffix(path, ".lock") {
			rel, relErr := filepath.Rel(dir, path)
			require.NoError(t, relErr)
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	}))
	return all
}

// read returns the object of key.
func read(t *testing.T, s *file.Store, key data.Key) string {
	t.Helper()
	r, err := s.Open(t.Context(), key, data.Range{})
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return string(b)
}

// TestOrder is what surviving a power cut rests on: bytes before name, name before success.
func TestOrder(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	var got []string
	s.Inject(func(step string) error { got = append(got, step); return nil })
	_, err := s.Put(t.Context(), key, body(), -1)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(steps, got))

	got = nil
	sealing := openWith(t, t.TempDir(), newKey(t))
	sealing.Inject(func(step string) error { got = append(got, step); return nil })
	_, err = sealing.Put(t.Context(), key, body(), -1)
	require.NoError(t, err)
	require.Empty(t, cmp.Diff(sealedSteps, got))

	got = nil
	_, err = s.Put(t.Context(), data.Key{File: "abother"}, strings.NewReader("x"), 1)
	require.NoError(t, err)
	want := []string{"create", "write", "sync", "close", "open ab", "rename ab/abother", "syncdir ab"}
	require.Empty(t, cmp.Diff(want, got), "the directory is known by now")
}

func TestEveryStepMayFail(t *testing.T) {
	t.Parallel()
	everyStepMayFail(t, steps)
	everyStepMayFail(t, sealedSteps, newKey(t))
}

func everyStepMayFail(t *testing.T, steps []string, keys ...seal.Key) {
	for i, failing := range steps {
		for _, failure := range []struct {
			err  error
			kind core.Kind
		}{
			{syscall.EIO, core.KindInternal},
			{&fs.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, core.KindNoSpace},
			{syscall.EDQUOT, core.KindNoSpace},
		} {
			t.Run(failing+" "+failure.err.Error(), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				s := openWith(t, dir, keys...)
				n := -1
				s.Inject(func(string) error {
					if n++; n == i {
						return failure.err
					}
					return nil
				})
				_, err := s.Put(t.Context(), key, body(), -1)
				require.ErrorIs(t, err, failure.err)
				require.Equal(t, failure.kind, core.KindOf(err), "%v", err)
				require.Empty(t, filesIn(t, dir))
				stored, err := s.Put(t.Context(), key, strings.NewReader("second try"), -1)
				require.NoError(t, err)
				key := key
				key.Details = stored.Details
				require.Equal(t, "second try", read(t, s, key))
			})
		}
	}
}

func TestNoSpaceIsSaidPlainly(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	s.Inject(func(step string) error {
		if step == "write" {
			return syscall.ENOSPC
		}
		return nil
	})
	_, err := s.Put(t.Context(), key, body(), -1)
	e, ok := errors.AsType[*core.Error](err)
	require.True(t, ok)
	require.Equal(t, "the server has no space left to store this file", e.Text)
}

// TestDiskDies lets everything fail from one step on, the tidying up included.
func TestDiskDies(t *testing.T) {
	t.Parallel()
	for i, failing := range steps {
		t.Run(failing, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s, err := file.New(file.Options{Directory: dir})
			require.NoError(t, err)
			n := -1
			s.Inject(func(string) error {
				if n++; n >= i {
					return syscall.EIO
				}
				return nil
			})
			_, err = s.Put(t.Context(), key, body(), -1)
			require.ErrorIs(t, err, syscall.EIO)
			require.NoError(t, s.Close())
			reclaim(t, dir, steps, i)
		})
	}
}

// reclaim checks what a Put of these steps that ended before one left in dir, and that all of it goes away.
func reclaim(t *testing.T, dir string, steps []string, step int) {
	t.Helper()
	s := open(t, dir)
	var partials, objects int
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		require.Equal(t, key.File, e.Key.File)
		if !e.Partial {
			objects++
			require.NoError(t, s.Delete(t.Context(), e.Key))
			continue
		}
		partials++
		gone, err := s.Discard(t.Context(), e)
		require.NoError(t, err)
		require.True(t, gone)
	}
	renamed := step > slices.Index(steps, "rename ab/abcdef")
	created := step > 0
	require.Equal(t, created && !renamed, partials == 1, "%d partial files", partials)
	require.Equal(t, renamed, objects == 1, "%d objects", objects)
	require.Empty(t, filesIn(t, dir))
	_, err := s.Put(t.Context(), key, strings.NewReader("next"), 4)
	require.NoError(t, err)
	require.Equal(t, "next", read(t, s, key))
}

func TestWriteback(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	var got []string
	s.Inject(func(step string) error {
		if strings.HasPrefix(step, "writeback") {
			got = append(got, step)
		}
		return nil
	})
	const size = 2*file.WritebackEvery + 1
	stored, err := s.Put(t.Context(), key, io.LimitReader(zeros{}, size), size)
	require.NoError(t, err)
	require.EqualValues(t, size, stored.Size)
	require.Empty(t, cmp.Diff([]string{"writeback 0 33554432", "writeback 33554432 33554432"}, got))
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestPanickingReader(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	require.Panics(t, func() { _, _ = s.Put(t.Context(), key, panics{}, -1) })
	require.Empty(t, filesIn(t, dir))
}

type panics struct{}

func (panics) Read([]byte) (int, error) { panic("reader") }

// TestDirectoryVanishes is what Plik 1.3 does on the same directory.
func TestDirectoryVanishes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	_, err := s.Put(t.Context(), key, body(), -1)
	require.NoError(t, err)
	removeAll(t, filepath.Join(dir, "ab"))
	_, err = s.Put(t.Context(), key, strings.NewReader("again"), -1)
	require.NoError(t, err)
	require.Equal(t, "again", read(t, s, key))
}

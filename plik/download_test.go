package plik_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
)

// stored sends content to the server at url and returns the file as somebody else sees it.
func stored(t testing.TB, c *plik.Client, b []byte) *plik.File {
	t.Helper()
	u, f, err := c.UploadReader("name", bytes.NewReader(b))
	require.NoError(t, f.Error())
	require.NoError(t, err)
	got, err := c.GetUpload(u.ID())
	require.NoError(t, err)
	return got.Files()[0]
}

// part lets an answer pass until n bytes of its body, then cuts the connection.
type part struct {
	http.ResponseWriter
	left int
}

func (p *part) Write(b []byte) (int, error) {
	n := min(p.left, len(b))
	p.left -= n
	p.ResponseWriter.Write(b[:n])
	if n < len(b) {
		http.NewResponseController(p.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, nil
}

func isFile(r *http.Request) bool {
	return r.Method == "GET" && strings.HasPrefix(r.URL.Path, "/file/")
}

func TestDownloadGoesOnAfterCuts(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	b := random(large)
	f := stored(t, client(t, url), b)
	var ranges atomic.Int32
	s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if !isFile(r) {
			return false
		}
		if r.Header.Get("Range") != "" {
			ranges.Add(1)
		}
		s.passOn.ServeHTTP(&part{w, 1 << 20}, r)
		return true
	})
	require.Equal(t, b, content(t, f))
	require.EqualValues(t, 3, ranges.Load())
}

func TestDownloadThatStalls(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	b := random(large)
	f := stored(t, client(t, url), b)
	var n atomic.Int32
	s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if !isFile(r) || n.Add(1) > 1 {
			return false
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(b)))
		w.Header().Set("Etag", `"`+sum(b)+`"`)
		w.Header().Set("Accept-Ranges", "bytes")
		w.Write(b[:1000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
		return true
	})
	c := client(t, url)
	c.IdleTimeout = 50 * time.Millisecond
	got, err := c.GetUpload(strings.Split(link(t, f), "/")[4])
	require.NoError(t, err)
	require.Equal(t, b, content(t, got.Files()[0]))
}

func link(t *testing.T, f *plik.File) string {
	t.Helper()
	u, err := f.GetURL()
	require.NoError(t, err)
	return u.String()
}

func TestDownloadOfAnotherFile(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	b := random(large)
	f := stored(t, client(t, url), b)
	for what, test := range map[string]struct {
		answer func(w http.ResponseWriter, r *http.Request, n int32)
		want   error
	}{
		"it changes": {func(w http.ResponseWriter, r *http.Request, n int32) {
			w.Header().Set("Etag", fmt.Sprintf(`"%d"`, n))
			w.Header().Set("Accept-Ranges", "bytes")
			http.ServeContent(&part{w, 1000}, r, "", time.Time{}, bytes.NewReader(b))
		}, plik.ErrChanged},
		"it is altered": {func(w http.ResponseWriter, r *http.Request, n int32) {
			w.Write(random(large - 1))
		}, plik.ErrDigest},
		"it is cut": {func(w http.ResponseWriter, r *http.Request, n int32) {
			w.Header().Set("Content-Length", strconv.Itoa(len(b)))
			(&part{w, 1000}).Write(b)
		}, io.ErrUnexpectedEOF},
		"the server goes on elsewhere": {func(w http.ResponseWriter, r *http.Request, n int32) {
			w.Header().Set("Etag", `"a"`)
			w.Header().Set("Accept-Ranges", "bytes")
			if n == 1 {
				w.Header().Set("Content-Length", strconv.Itoa(len(b)))
				(&part{w, 1000}).Write(b)
				return
			}
			w.Header().Set("Content-Range", fmt.Sprintf("bytes 5-%d/%d", len(b)-1, len(b)))
			w.WriteHeader(http.StatusPartialContent)
		}, io.ErrUnexpectedEOF},
	} {
		var n atomic.Int32
		s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
			if isFile(r) {
				test.answer(w, r, n.Add(1))
			}
			return isFile(r)
		})
		r, err := f.Download()
		require.NoError(t, err, what)
		_, err = io.ReadAll(r)
		require.ErrorIs(t, err, test.want, what)
		_, again := r.Read(make([]byte, 1))
		require.Equal(t, err, again, what)
		require.NoError(t, r.Close())
	}
}

func TestDownloadOfAPart(t *testing.T) {
	t.Parallel()
	_, url := newTus(t)
	b := random(large)
	f := stored(t, client(t, url), b)
	whole, err := f.DownloadContext(t.Context(), plik.DownloadOptions{})
	require.NoError(t, err)
	require.EqualValues(t, len(b), whole.Size)
	require.NotEmpty(t, whole.ETag)
	require.NoError(t, whole.Close())
	for offset, want := range map[int]int{0: 0, 1: 1, 1 << 20: 1 << 20, large - 1: large - 1, large: large} {
		d, err := f.DownloadContext(t.Context(), plik.DownloadOptions{Offset: int64(offset), ETag: whole.ETag})
		require.NoError(t, err)
		require.EqualValues(t, want, d.Offset)
		require.EqualValues(t, large, d.Size)
		require.True(t, bytes.Equal(b[want:], read(t, d, nil)))
	}
	for what, o := range map[string]plik.DownloadOptions{
		"other file": {Offset: 1000, ETag: `"x"`},
		"weak":       {Offset: 1000, ETag: `W/` + whole.ETag},
		"no tag":     {Offset: 1000},
	} {
		d, err := f.DownloadContext(t.Context(), o)
		require.NoError(t, err, what)
		require.Zero(t, d.Offset, what)
		require.True(t, bytes.Equal(b, read(t, d, nil)), what)
	}
}

func TestDownloadIsCancelled(t *testing.T) {
	t.Parallel()
	_, url := newTus(t)
	f := stored(t, client(t, url), random(20<<20))
	ctx, cancel := context.WithCancel(t.Context())
	d, err := f.DownloadContext(ctx, plik.DownloadOptions{})
	require.NoError(t, err)
	defer d.Close()
	cancel()
	_, err = io.Copy(io.Discard, d)
	require.ErrorIs(t, err, context.Canceled)
}

func TestSave(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	b := random(large)
	f := stored(t, client(t, url), b)
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	defer root.Close()
	var last [2]int64
	note := func(got, total int64) { last = [2]int64{got, total} }
	require.NoError(t, f.Save(t.Context(), root, "whole", note))
	require.Equal(t, [2]int64{large, large}, last)
	holds(t, root, map[string][]byte{"whole": b})

	// Cut off in the middle, and gone on with later.
	ctx, cancel := context.WithCancel(t.Context())
	var asked atomic.Value
	s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if !isFile(r) {
			return false
		}
		asked.Store(r.Header.Get("Range"))
		s.passOn.ServeHTTP(&part{w, 1 << 20}, r)
		return true
	})
	err = f.Save(ctx, root, "whole", func(got, total int64) {
		if got >= 1<<20 {
			cancel()
		}
	})
	require.Error(t, err)
	left, err := root.ReadFile("whole.part")
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(b, left))
	require.NotEmpty(t, left)
	s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if isFile(r) {
			asked.Store(r.Header.Get("Range"))
		}
		return false
	})
	require.NoError(t, f.Save(t.Context(), root, "whole", nil))
	require.Equal(t, fmt.Sprintf("bytes=%d-", len(left)), asked.Load())
	holds(t, root, map[string][]byte{"whole": b})

	// What was left behind is of another file, or wrong.
	etag := []byte(`"` + sum(b) + `"`)
	for what, bad := range map[string][2][]byte{
		"no mark":    {b[:1000], nil},
		"other mark": {b[:1000], []byte(`"other"`)},
		"too long":   {append(bytes.Clone(b), 1), etag},
	} {
		require.NoError(t, root.WriteFile("whole.part", bad[0], 0o600), what)
		if bad[1] != nil {
			require.NoError(t, root.WriteFile("whole.part.etag", bad[1], 0o600), what)
		}
		require.NoError(t, f.Save(t.Context(), root, "whole", nil), what)
		holds(t, root, map[string][]byte{"whole": b})
	}
	require.NoError(t, root.WriteFile("whole.part", random(1001), 0o600))
	require.NoError(t, root.WriteFile("whole.part.etag", etag, 0o600))
	require.ErrorIs(t, f.Save(t.Context(), root, "whole", nil), plik.ErrDigest)
	holds(t, root, map[string][]byte{"whole": b})

	require.Error(t, f.Save(t.Context(), root, "../outside", nil))
	require.Error(t, f.Save(t.Context(), root, "/tmp/outside", nil))
}

// holds checks all that is in a directory.
func holds(t *testing.T, root *os.Root, want map[string][]byte) {
	t.Helper()
	entries, err := os.ReadDir(root.Name())
	require.NoError(t, err)
	require.Len(t, entries, len(want))
	for name, b := range want {
		got, err := os.ReadFile(filepath.Join(root.Name(), name))
		require.NoError(t, err)
		require.True(t, bytes.Equal(b, got), name)
	}
}

func TestSaveFromPlik13(t *testing.T) {
	t.Parallel()
	url, _ := legacy(t)
	b := random(large)
	f := stored(t, client(t, url), b)
	root, err := os.OpenRoot(t.TempDir())
	require.NoError(t, err)
	defer root.Close()
	require.NoError(t, root.WriteFile("name.part", random(1001), 0o600))
	require.NoError(t, f.Save(t.Context(), root, "name", nil))
	holds(t, root, map[string][]byte{"name": b})
	require.NoError(t, os.Mkdir(filepath.Join(root.Name(), "a directory.part"), 0o700))
	require.ErrorContains(t, f.Save(t.Context(), root, "a directory", nil), "unable to write a directory")
}

func TestOneShotIsNotAskedForTwice(t *testing.T) {
	t.Parallel()
	s, url := newTus(t)
	c := client(t, url)
	c.OneShot = true
	f := stored(t, c, random(large))
	var n atomic.Int32
	s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if isFile(r) {
			n.Add(1)
			s.passOn.ServeHTTP(&part{w, 1000}, r)
		}
		return isFile(r)
	})
	r, err := f.Download()
	require.NoError(t, err)
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.EqualValues(t, 1, n.Load())
}

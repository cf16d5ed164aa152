package archive_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/archive"
)

func TestReaderIsAnIOReader(t *testing.T) {
	t.Parallel()
	a := newArchive(t, entry("a", "hello"), entry("empty", ""), entry("b", "bye"))
	raw, err := io.ReadAll(a.NewReader(t.Context()))
	require.NoError(t, err)
	require.NoError(t, iotest.TestReader(a.NewReader(t.Context()), raw))
}

// Every range of a small archive, by Read and by WriteN, is what it is of the whole.
func TestEveryRange(t *testing.T) {
	t.Parallel()
	a := newArchive(t, entry("a", "hello"), entry("empty", ""), entry("b", "bye"))
	raw, err := io.ReadAll(a.NewReader(t.Context()))
	require.NoError(t, err)
	r := a.NewReader(t.Context()) // one for all: it jumps about
	var out bytes.Buffer
	buf := make([]byte, a.Size())
	for from := range a.Size() + 1 {
		for to := from; to <= a.Size(); to++ {
			mustSeek(t, r, from)
			_, err := io.ReadFull(r, buf[:to-from])
			if err != nil || !bytes.Equal(raw[from:to], buf[:to-from]) {
				t.Fatalf("Read of [%d,%d): %v", from, to, err)
			}
			out.Reset()
			mustSeek(t, r, from)
			n, err := r.WriteN(&out, to-from)
			if err != nil || n != to-from || !bytes.Equal(raw[from:to], out.Bytes()) {
				t.Fatalf("WriteN of [%d,%d): %d, %v", from, to, n, err)
			}
		}
	}
}

func mustSeek(t *testing.T, r *archive.Reader, to int64) {
	t.Helper()
	got, err := r.Seek(to, io.SeekStart)
	if err != nil || got != to {
		t.Fatalf("Seek to %d: %d, %v", to, got, err)
	}
}

func TestSeek(t *testing.T) {
	t.Parallel()
	a := newArchive(t, entry("a", "hello"))
	r := a.NewReader(t.Context())
	got, err := r.Seek(-1, io.SeekEnd)
	require.NoError(t, err)
	require.Equal(t, a.Size()-1, got)
	got, err = r.Seek(5, io.SeekCurrent)
	require.NoError(t, err)
	require.Equal(t, a.Size()+4, got)
	_, err = r.Read(make([]byte, 1))
	require.Equal(t, io.EOF, err)
	n, err := r.WriteN(io.Discard, 1)
	require.Zero(t, n)
	require.Equal(t, io.EOF, err)
	_, err = r.Seek(-1, io.SeekStart)
	require.Error(t, err)
	_, err = r.Seek(0, 9)
	require.Error(t, err)

	mustSeek(t, r, 0)
	n, err = r.WriteN(io.Discard, a.Size()+1)
	require.Equal(t, a.Size(), n)
	require.Equal(t, io.EOF, err)
}

func TestChecksumsAreAskedForOnceAndOnlyWhenNeeded(t *testing.T) {
	t.Parallel()
	sources := [3]source{{data: []byte("one")}, {data: []byte("two")}, {}}
	a := newArchive(t, sources[0].entry("a"), sources[1].entry("b"), sources[2].entry("c"))
	counts := func() [3]int32 {
		return [3]int32{sources[0].crcs.Load(), sources[1].crcs.Load(), sources[2].crcs.Load()}
	}
	require.Equal(t, [3]int32{}, counts(), "to know the size none is needed")

	r := a.NewReader(t.Context())
	const header = 30 + 1 + 9
	mustSeek(t, r, header) // content of a
	_, err := r.WriteN(io.Discard, 3)
	require.NoError(t, err)
	require.Equal(t, [3]int32{}, counts(), "nor for a content")
	_, err = r.WriteN(io.Discard, 1)
	require.NoError(t, err)
	require.Equal(t, [3]int32{0, 1, 0}, counts(), "header of b")
	mustSeek(t, r, 3*header+6) // central directory, entry of a
	_, err = r.WriteN(io.Discard, 1)
	require.NoError(t, err)
	require.Equal(t, [3]int32{1, 1, 0}, counts())
	mustSeek(t, r, 0)
	_, err = io.Copy(io.Discard, r)
	require.NoError(t, err)
	require.Equal(t, [3]int32{1, 1, 0}, counts(), "the empty one needs none")

	_, err = io.Copy(io.Discard, a.NewReader(t.Context()))
	require.NoError(t, err)
	require.Equal(t, [3]int32{2, 2, 0}, counts(), "another Reader asks again")
	for i := range sources {
		require.Equal(t, sources[i].opens.Load(), sources[i].closes.Load())
	}
}

func TestSourcesThatFail(t *testing.T) {
	t.Parallel()
	boom := errors.New("boom")
	bad := func(r io.Reader) io.ReadCloser { return io.NopCloser(r) }
	text := func(s string) func() io.ReadCloser {
		return func() io.ReadCloser { return bad(strings.NewReader(s)) }
	}
	heThenBoom := func() io.Reader { return io.MultiReader(strings.NewReader("he"), iotest.ErrReader(boom)) }
	const header = 30 + 3 + 9
	for name, c := range map[string]struct {
		size int64
		body func() io.ReadCloser // nil: Open fails
		crc  error
		want error
		got  int64 // most bytes that may come before the error
	}{
		"short":           {5, text("hell"), nil, archive.ErrSizeMismatch, header + 4},
		"short by all":    {5, text(""), nil, archive.ErrSizeMismatch, header},
		"long":            {5, text("hello!"), nil, archive.ErrSizeMismatch, header + 5},
		"long empty":      {0, text("!"), nil, archive.ErrSizeMismatch, 0},
		"no open":         {5, nil, nil, boom, header},
		"no open, empty":  {0, nil, nil, boom, 0},
		"failing":         {5, func() io.ReadCloser { return bad(iotest.ErrReader(boom)) }, nil, boom, header},
		"failing midway":  {5, func() io.ReadCloser { return bad(heThenBoom()) }, nil, boom, header + 2},
		"failing at end":  {2, func() io.ReadCloser { return bad(heThenBoom()) }, nil, boom, header + 2},
		"data with error": {2, func() io.ReadCloser { return bad(iotest.DataErrReader(heThenBoom())) }, nil, boom, header + 2},
		"close fails":     {0, func() io.ReadCloser { return failingCloser{boom} }, nil, boom, 0},
		"no checksum":     {5, text("hello"), boom, boom, 0},
	} {
		a := newArchive(t, archive.Entry{
			Name: "bad", Size: c.size, Modified: modified,
			CRC32: func(context.Context) (uint32, error) { return 0, c.crc },
			Open: func(context.Context, int64) (io.ReadCloser, error) {
				if c.body == nil {
					return nil, boom
				}
				return c.body(), nil
			},
		}, entry("good", "good"))
		for _, way := range []func(*archive.Reader) (int64, error){
			func(r *archive.Reader) (int64, error) { return io.Copy(io.Discard, r) },
			func(r *archive.Reader) (int64, error) { return r.WriteN(io.Discard, a.Size()) },
		} {
			r := a.NewReader(t.Context())
			n, err := way(r)
			require.ErrorIs(t, err, c.want, name)
			require.ErrorContains(t, err, `archive entry "bad"`, name)
			require.LessOrEqual(t, n, c.got, name)
			_, again := r.Read(make([]byte, 1))
			require.Equal(t, err, again, "%s: the error stays", name)
			require.NoError(t, r.Close(), name)
		}
	}
}

type failingCloser struct{ err error }

func (failingCloser) Read([]byte) (int, error) { return 0, io.EOF }
func (f failingCloser) Close() error           { return f.err }

func TestContextEndsReading(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	a := newArchive(t, zeros("a", 1<<40))
	r := a.NewReader(ctx)
	_, err := r.Read(make([]byte, 10))
	require.NoError(t, err)
	cancel()
	_, err = r.Read(make([]byte, 10))
	require.ErrorIs(t, err, context.Canceled)
	_, err = a.NewReader(ctx).WriteN(io.Discard, 10)
	require.ErrorIs(t, err, context.Canceled)
}

func TestClose(t *testing.T) {
	t.Parallel()
	s := source{data: []byte("hello")}
	a := newArchive(t, s.entry("a"))
	r := a.NewReader(t.Context())
	mustSeek(t, r, 40)
	_, err := r.Read(make([]byte, 1))
	require.NoError(t, err)
	require.Zero(t, s.closes.Load())
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
	require.EqualValues(t, 1, s.closes.Load())
	_, err = r.Read(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrClosed)
	_, err = r.WriteN(io.Discard, 1)
	require.ErrorIs(t, err, os.ErrClosed)
}

func TestServeContent(t *testing.T) {
	t.Parallel()
	a := newArchive(t, entry("a", "hello"), entry("b", "bye"))
	raw, err := io.ReadAll(a.NewReader(t.Context()))
	require.NoError(t, err)
	serve := func(w http.ResponseWriter, r *http.Request) {
		reader := a.NewReader(r.Context())
		defer func() { _ = reader.Close() }()
		w.Header().Set("ETag", `"`+a.Fingerprint()+`"`)
		http.ServeContent(w, r, "archive.zip", modified, reader)
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
	req.Header.Set("Range", "bytes=-40")
	rec := httptest.NewRecorder()
	serve(rec, req)
	require.Equal(t, http.StatusPartialContent, rec.Code)
	require.Equal(t, raw[len(raw)-40:], rec.Body.Bytes())
}

package archive_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/archive"
)

// spyWriter records the sources its ReadFrom is given.
type spyWriter struct {
	bytes.Buffer

	files int
}

func (s *spyWriter) ReadFrom(r io.Reader) (int64, error) {
	if lr, ok := r.(*io.LimitedReader); ok {
		if _, ok := lr.R.(*os.File); ok {
			s.files++
		}
	}
	return s.Buffer.ReadFrom(r)
}

func fileEntry(t *testing.T, name string, content []byte) archive.Entry {
	t.Helper()
	path := filepath.Join(t.TempDir(), "content")
	require.NoError(t, os.WriteFile(path, content, 0o600))
	e := (&source{data: content}).entry(name)
	e.Open = func(_ context.Context, offset int64) (io.ReadCloser, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		_, err = f.Seek(offset, io.SeekStart)
		return f, err
	}
	return e
}

func TestWriteNHandsFilesOver(t *testing.T) {
	t.Parallel()
	big := bytes.Repeat([]byte("0123456789abcdef"), 1<<16)
	a := newArchive(t, fileEntry(t, "big", big), fileEntry(t, "small", []byte("small")), fileEntry(t, "big 2", big))
	raw, err := io.ReadAll(a.NewReader(t.Context()))
	require.NoError(t, err)

	var spy spyWriter
	n, err := a.NewReader(t.Context()).WriteN(&spy, a.Size())
	require.NoError(t, err)
	require.Equal(t, a.Size(), n)
	require.Equal(t, 2, spy.files, "the small one is gathered with the headers")
	require.True(t, bytes.Equal(raw, spy.Bytes()))

	var plain bytes.Buffer
	large := bufio.NewWriterSize(&plain, 1<<20) // not to be taken for the Reader's own
	n, err = a.NewReader(t.Context()).WriteN(large, a.Size())
	require.NoError(t, err)
	require.Equal(t, a.Size(), n)
	require.NoError(t, large.Flush())
	require.True(t, bytes.Equal(raw, plain.Bytes()))
}

// limitedWriter fails after n bytes.
type limitedWriter struct{ n int }

func (l *limitedWriter) Write(p []byte) (int, error) {
	if len(p) > l.n {
		n := l.n
		l.n = 0
		return n, io.ErrShortWrite
	}
	l.n -= len(p)
	return len(p), nil
}

func TestWriteNCountsWhatWasWritten(t *testing.T) {
	t.Parallel()
	a := newArchive(t, zeros("a", 100_000), entry("b", "bye"), zeros("c", 100_000))
	for limit := 0; limit < int(a.Size()); limit += 997 {
		r := a.NewReader(t.Context())
		n, err := r.WriteN(&limitedWriter{n: limit}, a.Size())
		require.Error(t, err)
		require.EqualValues(t, limit, n)
	}
}

// Not parallel: it looks at what the whole process allocates.
func TestMemoryDoesNotGrowWithSize(t *testing.T) {
	a := newArchive(t, zeros("a", 64<<20), zeros("b", 64<<20))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	n, err := a.NewReader(t.Context()).WriteN(struct{ io.Writer }{io.Discard}, a.Size())
	runtime.ReadMemStats(&after)
	require.NoError(t, err)
	require.Equal(t, a.Size(), n)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
}

func BenchmarkWriteN(b *testing.B) {
	a, err := archive.New([]archive.Entry{zeros("a", 64<<20)})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(a.Size())
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.NewReader(b.Context()).WriteN(struct{ io.Writer }{io.Discard}, a.Size()); err != nil {
			b.Fatal(err)
		}
	}
}

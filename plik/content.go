package plik

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// content is where the bytes of a file come from, open.
type content struct {
	at    io.ReaderAt // nil: the bytes come once, from r
	base  int64       // where they start in at
	size  int64       // -1: unknown
	r     io.Reader
	info  os.FileInfo // of a file on disk
	close func() error
}

// section returns the bytes from off on, n of them.
func (c *content) section(off, n int64) io.Reader {
	return &exactly{io.NewSectionReader(c.at, c.base+off, n), n}
}

// exactly fails when its source has fewer bytes than it should: the file was cut meanwhile.
type exactly struct {
	r    io.Reader
	left int64
}

func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.left -= int64(n)
	if err == io.EOF && e.left > 0 {
		err = fmt.Errorf("%w: it became shorter", ErrChanged)
	}
	return n, err
}

// openPath opens a regular file. One that says it is empty, as those of /proc do, is read to its end.
func openPath(path string) (*content, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("unable to open %s : %w", path, err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(fmt.Errorf("unable to open %s : %w", path, err), f.Close())
	}
	c := &content{at: f, size: info.Size(), info: info, close: f.Close}
	if info.Size() == 0 {
		c.at, c.size, c.r = nil, -1, f
	}
	return c, nil
}

// seekable tells how many bytes r still has and where, if it can say so without being read.
func seekable(r io.Reader) (at io.ReaderAt, base, size int64, ok bool) {
	at, reads := r.(io.ReaderAt)
	s, seeks := r.(io.Seeker)
	if !reads || !seeks {
		return nil, 0, 0, false
	}
	if f, file := r.(*os.File); file {
		if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
			return nil, 0, 0, false
		}
	}
	base, err := s.Seek(0, io.SeekCurrent)
	if err != nil {
		return nil, 0, 0, false
	}
	end, err := s.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, 0, 0, false
	}
	if _, err := s.Seek(base, io.SeekStart); err != nil || end <= base {
		return nil, 0, 0, false // nothing to seek in
	}
	return at, base, end - base, true
}

// checkPath tells whether path is a file that can be sent, and its size.
func checkPath(path string) (int64, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("file %s not found", path)
	}
	if err != nil {
		return 0, fmt.Errorf("unable to stat %s : %w", path, err)
	}
	if !info.Mode().IsRegular() {
		return 0, fmt.Errorf("unhandled file mode %s for file %s", info.Mode().String(), path)
	}
	f, err := os.Open(path)
	if err != nil {
		return 0, fmt.Errorf("unable to open %s : %w", path, err)
	}
	return info.Size(), f.Close()
}

// lazyFile is a file that is opened when it is first read.
type lazyFile struct {
	path string

	mu     sync.Mutex
	f      *os.File
	closed bool
}

func (l *lazyFile) Read(p []byte) (int, error) {
	f, err := l.file()
	if err != nil {
		return 0, err
	}
	return f.Read(p)
}

func (l *lazyFile) file() (*os.File, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil, fs.ErrClosed
	}
	if l.f == nil {
		f, err := os.Open(l.path)
		if err != nil {
			return nil, fmt.Errorf("unable to open %s : %w", l.path, err)
		}
		l.f = f
	}
	return l.f, nil
}

// Close may be called more than once.
func (l *lazyFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	if l.f == nil {
		return nil
	}
	f := l.f
	l.f = nil
	return f.Close()
}

// closeOnEnd closes what is read from when ctx ends, which wakes readers of pipes. The caller calls stop.
func closeOnEnd(ctx context.Context, c io.Closer) (stop func() bool) {
	return context.AfterFunc(ctx, func() { c.Close() })
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

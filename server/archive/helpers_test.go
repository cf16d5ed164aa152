package archive_test

import (
	"bytes"
	"context"
	"hash/crc32"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/archive"
)

var modified = time.Date(2026, 11, 24, 5, 6, 8, 123, time.UTC)

// source is the content of an entry that counts what is asked of it.
type source struct {
	data   []byte
	crcs   atomic.Int32
	opens  atomic.Int32
	closes atomic.Int32
}

func (s *source) entry(name string) archive.Entry {
	return archive.Entry{
		Name:     name,
		Size:     int64(len(s.data)),
		Modified: modified,
		CRC32: func(context.Context) (uint32, error) {
			s.crcs.Add(1)
			return crc32.ChecksumIEEE(s.data), nil
		},
		Open: func(_ context.Context, offset int64) (io.ReadCloser, error) {
			s.opens.Add(1)
			return &closer{Reader: bytes.NewReader(s.data[offset:]), closed: &s.closes}, nil
		},
	}
}

type closer struct {
	io.Reader

	closed *atomic.Int32
}

func (c *closer) Close() error {
	c.closed.Add(1)
	return nil
}

func entry(name, content string) archive.Entry {
	return (&source{data: []byte(content)}).entry(name)
}

// zeros is an entry of size zero bytes that takes no memory.
func zeros(name string, size int64) archive.Entry {
	return archive.Entry{
		Name:     name,
		Size:     size,
		Modified: modified,
		CRC32:    func(context.Context) (uint32, error) { return 0x1234abcd, nil },
		Open: func(_ context.Context, offset int64) (io.ReadCloser, error) {
			return io.NopCloser(io.LimitReader(zeroReader{}, size-offset)), nil
		},
	}
}

type zeroReader struct{}

func (zeroReader) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func newArchive(t *testing.T, entries ...archive.Entry) *archive.Archive {
	t.Helper()
	a, err := archive.New(entries)
	require.NoError(t, err)
	return a
}

// readerAt makes an io.ReaderAt of an archive's Reader.
type readerAt struct{ r *archive.Reader }

func (r readerAt) ReadAt(p []byte, off int64) (int, error) {
	if _, err := r.r.Seek(off, io.SeekStart); err != nil {
		return 0, err
	}
	n, err := io.ReadFull(r.r, p)
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	return n, err
}

package file

import (
	"context"
	"io"
)

const (
	// bufferSize is how much is gathered before it is written, in bytes.
	bufferSize = 256 << 10
	// writebackEvery is how many bytes are written before the disk is asked to start on them:
	// the sync at the end of a long upload then finds little left to do.
	writebackEvery = 32 << 20
)

// sink writes to a file for as long as its ctx lasts.
type sink struct {
	ctx  context.Context
	to   handle
	size int64 // bytes written
	sent int64 // of those, how many the disk was asked to start on
	err  error // first failure of the file, so that it is not taken for one of the source
}

func (s *sink) Write(p []byte) (int, error) {
	if s.err != nil {
		return 0, s.err
	}
	if s.ctx.Err() != nil {
		return 0, context.Cause(s.ctx)
	}
	n, err := s.to.Write(p)
	s.size += int64(n)
	if err != nil {
		s.err = err
		return n, err
	}
	if s.size-s.sent >= writebackEvery {
		s.to.startWriteback(s.sent, s.size-s.sent)
		s.sent = s.size
	}
	return n, nil
}

// fill writes all of r to out, while ctx lasts. An error of r is returned as it is.
func (s *Store) fill(ctx context.Context, out io.Writer, r io.Reader) error {
	if w, ok := r.(io.WriterTo); ok {
		_, err := w.WriteTo(out) // it has its own buffers
		return err
	}
	buf := s.buffers.Get().(*[bufferSize]byte)
	defer s.buffers.Put(buf)
	for {
		n, err := gather(ctx, r, buf[:])
		if err != nil && err != io.EOF {
			return err
		}
		if n > 0 {
			if _, err := out.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
	}
}

// gather reads until buf is full, r fails or ends (io.EOF), or ctx ends. io.ReadFull would not
// do: its io.ErrUnexpectedEOF cannot be told from that of a source that was cut off.
func gather(ctx context.Context, r io.Reader, buf []byte) (n int, err error) {
	for n < len(buf) && err == nil {
		if ctx.Err() != nil {
			return n, context.Cause(ctx)
		}
		var m int
		m, err = r.Read(buf[n:])
		n += m
	}
	return n, err
}

package datatest

import (
	"bytes"
	"io"
)

// plain hides everything of a reader but Read.
func plain(b []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(b)} }

// source yields b, calls hook after at bytes of it, and ends with err (io.EOF: as it should).
type source struct {
	b    []byte
	at   int
	err  error
	hook func()
	off  int
}

func (s *source) Read(p []byte) (int, error) {
	end := len(s.b)
	if s.off < s.at {
		end = s.at
	}
	n := copy(p, s.b[s.off:end])
	s.off += n
	s.called()
	if s.off == len(s.b) {
		return n, s.err // with the last bytes, as a Reader may
	}
	return n, nil
}

func (s *source) called() {
	if s.hook != nil && s.off >= s.at {
		s.hook()
		s.hook = nil
	}
}

// writingSource is a source that writes itself, in blocks, and reports n and errors as
// io.WriterTo asks.
type writingSource struct{ source }

func (s *writingSource) WriteTo(w io.Writer) (int64, error) {
	const block = 100_000
	var total int64
	for s.off < len(s.b) {
		end := min(s.off+block, len(s.b))
		if s.off < s.at {
			end = min(end, s.at)
		}
		n, err := w.Write(s.b[s.off:end])
		s.off += n
		total += int64(n)
		if err != nil {
			return total, err
		}
		s.called()
	}
	if s.err != io.EOF {
		return total, s.err
	}
	return total, nil
}

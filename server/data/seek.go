package data

import (
	"context"
	"errors"
	"io"
)

// OpenSeeker opens an object of a known size so that it can be read from anywhere. A
// backend that returns something seekable (a file) is used as it is; of the others each
// Seek that is followed by a Read opens the object anew at that place.
func OpenSeeker(ctx context.Context, b Backend, key Key, size int64) (io.ReadSeekCloser, error) {
	rc, err := b.Open(ctx, key, Range{})
	if err != nil {
		return nil, err
	}
	if s, ok := rc.(io.ReadSeekCloser); ok {
		return s, nil
	}
	return &seeker{ctx: ctx, b: b, key: key, size: size, rc: rc}, nil
}

type seeker struct {
	ctx  context.Context
	b    Backend
	key  Key
	size int64
	at   int64         // where the next Read reads
	rc   io.ReadCloser // open at rcAt; nil: none
	rcAt int64
}

func (s *seeker) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += s.at
	case io.SeekEnd:
		offset += s.size
	}
	if offset < 0 {
		return 0, errors.New("seek before the start")
	}
	s.at = offset
	return offset, nil
}

func (s *seeker) Read(p []byte) (int, error) {
	if s.at >= s.size {
		return 0, io.EOF
	}
	if s.rc != nil && s.rcAt != s.at {
		s.rc.Close()
		s.rc = nil
	}
	if s.rc == nil {
		rc, err := s.b.Open(s.ctx, s.key, Range{Offset: s.at})
		if err != nil {
			return 0, err
		}
		s.rc, s.rcAt = rc, s.at
	}
	n, err := s.rc.Read(p)
	s.at += int64(n)
	s.rcAt = s.at
	return n, err
}

func (s *seeker) Close() error {
	if s.rc == nil {
		return nil
	}
	return s.rc.Close()
}

package s3

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"io"
	"net"
	"slices"
	"sync"
)

// body is what one request sends. net/http may go on reading after it has said that the request
// failed; once closed it reads nothing any more, and the bytes may be used for something else.
type body struct {
	mu     sync.Mutex
	rest   [][]byte
	closed bool
}

func newBody(pieces ...[]byte) *body { return &body{rest: slices.Clone(pieces)} }

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, net.ErrClosed
	}
	n := 0
	for n < len(p) && len(b.rest) > 0 {
		m := copy(p[n:], b.rest[0])
		n += m
		if b.rest[0] = b.rest[0][m:]; len(b.rest[0]) == 0 {
			b.rest = b.rest[1:]
		}
	}
	if n == 0 && len(p) > 0 {
		return 0, io.EOF
	}
	return n, nil
}

func (b *body) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.rest, b.closed = nil, true
}

// passing is the same for what comes from an object.
type passing struct {
	mu     sync.Mutex
	r      io.ReadCloser
	closed bool
}

func (b *passing) Read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return 0, net.ErrClosed
	}
	return b.r.Read(p)
}

func (b *passing) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	_ = b.r.Close() // nothing was written to it
}

// crc32c returns the checksum of the pieces, one after the other, as S3 has it.
func crc32c(pieces ...[]byte) string {
	sum := uint32(0)
	for _, b := range pieces {
		sum = crc32.Update(sum, castagnoli(), b)
	}
	return encodeCRC(sum)
}

func encodeCRC(sum uint32) string {
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

// castagnoli makes nothing: hash/crc32 has one.
func castagnoli() *crc32.Table { return crc32.MakeTable(crc32.Castagnoli) }

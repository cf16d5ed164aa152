package archive

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
)

// chunkSize bounds what a Reader holds in memory, in bytes: it is the buffer of WriteN,
// and as much of the central directory is built at once.
const chunkSize = 32 << 10

// Reader reads an archive. It is an io.ReadSeeker. After an error that is not io.EOF it
// gives nothing but that error. Its memory does not depend on the size of the archive,
// but for eight bytes per entry. It is not safe for concurrent use.
type Reader struct {
	a   *Archive
	ctx context.Context // of the request the Reader lives in
	pos int64
	err error // what ended reading

	head   []byte // bytes of headers that start at headAt
	headAt int64

	body   io.ReadCloser // content of an entry, its next byte is at bodyAt
	bodyAt int64

	sums []checksum // by entry; nil: none is known
	out  *bufio.Writer
}

type checksum struct {
	value uint32
	known bool
}

// Read implements io.Reader. An entry that cannot be read as its size says is an
// error, so an archive that reads to io.EOF is whole.
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if r.pos >= r.a.size {
		return 0, io.EOF
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.read(p)
	r.pos += int64(n)
	r.err = err
	return n, err
}

// read reads from one header or one content at pos, which is within the archive.
func (r *Reader) read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	i, off, ok := r.inBody()
	if !ok {
		head, err := r.header(int64(len(p)))
		return copy(p, head), err
	}
	if err := r.openBody(i, off); err != nil {
		return 0, err
	}
	left := r.a.items[i].Size - off
	n, err := r.body.Read(p[:min(left, int64(len(p)))])
	r.bodyAt += int64(n)
	switch {
	case err != nil && !errors.Is(err, io.EOF):
		return n, r.fail("read", i, err)
	case int64(n) == left:
		return n, r.endBody(i)
	case err != nil:
		return n, r.short(i, left-int64(n))
	}
	return n, nil
}

// Seek implements io.Seeker. It is free: sources are opened by reading.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.pos
	case io.SeekEnd:
		offset += r.a.size
	default:
		return 0, fmt.Errorf("seek in archive: whence %d is unknown", whence)
	}
	if offset < 0 {
		return 0, errors.New("seek in archive: position is before the start")
	}
	r.pos = offset
	return offset, nil
}

// Close ends reading and closes the source that is open.
func (r *Reader) Close() error {
	r.err = os.ErrClosed
	return r.closeBody()
}

// inBody returns the entry whose content holds pos, and the offset in that content.
func (r *Reader) inBody() (i int, off int64, ok bool) {
	if r.pos >= r.a.dirStart {
		return 0, 0, false
	}
	i = r.a.entryAt(r.pos)
	it := &r.a.items[i]
	off = r.pos - it.start - int64(it.localLen())
	return i, off, off >= 0
}

// header returns header bytes from pos on: at least one, and up to want when they
// are worth building at once. They are valid until the next call.
func (r *Reader) header(want int64) ([]byte, error) {
	if r.pos < r.headAt || r.pos >= r.headAt+int64(len(r.head)) {
		if err := r.build(want); err != nil {
			r.head = r.head[:0]
			return nil, err
		}
	}
	return r.head[r.pos-r.headAt:], nil
}

// build fills head with the headers at pos. No more checksums are asked for than
// want bytes need.
func (r *Reader) build(want int64) error {
	a := r.a
	r.head = r.head[:0]
	if r.pos < a.dirStart {
		i := a.entryAt(r.pos)
		r.headAt = a.items[i].start
		sum, err := r.checksum(i)
		if err != nil {
			return err
		}
		r.head = a.items[i].appendLocal(r.head, sum)
		return r.checkEmpty(i)
	}
	r.headAt = a.endStart
	if r.pos < a.endStart {
		i := a.dirEntryAt(r.pos)
		r.headAt = a.items[i].dir
		end := r.pos + min(want, chunkSize)
		for ; i < len(a.items) && a.items[i].dir < end; i++ {
			sum, err := r.checksum(i)
			if err != nil {
				return err
			}
			r.head = a.items[i].appendCentral(r.head, sum)
		}
		if i < len(a.items) {
			return nil
		}
	}
	r.head = a.appendEnd(r.head)
	return nil
}

// checksum returns the checksum of entry i, asking for it once.
func (r *Reader) checksum(i int) (uint32, error) {
	if r.a.items[i].Size == 0 {
		return 0, nil
	}
	if r.sums == nil {
		r.sums = make([]checksum, len(r.a.items))
	}
	if r.sums[i].known {
		return r.sums[i].value, nil
	}
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	sum, err := r.a.items[i].CRC32(r.ctx)
	if err != nil {
		return 0, r.fail("checksum", i, err)
	}
	r.sums[i] = checksum{value: sum, known: true}
	return sum, nil
}

// Err returns what ended reading before the end, nil if nothing did.
func (r *Reader) Err() error {
	if errors.Is(r.err, io.EOF) {
		return nil
	}
	return r.err
}

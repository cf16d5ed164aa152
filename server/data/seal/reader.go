package seal

import (
	"errors"
	"fmt"
	"io"
	"sync"
)

var readBuffers = sync.Pool{New: func() any { return new([SealedRecord]byte) }}

// Reader reads the plaintext of a file. No byte is handed on before its record was found to be what
// was sealed. It belongs to one goroutine, but for ReadAt; any number of Readers may read one source.
type Reader struct {
	f    *File
	src  io.ReaderAt
	size int64 // of the plaintext
	at   int64

	buf    *[SealedRecord]byte // nil: none yet
	number int64               // of the record that is open
	plain  []byte              // what it says; nil: none is open
}

// Open returns the plaintext of the file of that name, sealed bytes long. Its errors are those of Parse
// and of src, and ErrDamaged.
func Open(src io.ReaderAt, sealed int64, name string, keys []Key) (*Reader, error) {
	header := make([]byte, HeaderSize+FooterSize)
	header, footer := header[:HeaderSize], header[HeaderSize:]
	if sealed < int64(HeaderSize) {
		return nil, ErrNotSealed
	}
	if err := readAt(src, header, 0); err != nil {
		return nil, err
	}
	f, err := Parse(header, keys)
	if err != nil {
		return nil, err
	}
	size, ok := PlainSize(sealed)
	if !ok {
		return nil, ErrDamaged
	}
	if err := readAt(src, footer, sealed-FooterSize); err != nil {
		return nil, err
	}
	if err := f.CheckFooter(footer, size, name); err != nil {
		return nil, err
	}
	return NewReader(f, src, size), nil
}

// NewReader returns the first size bytes of the plaintext of f, whether or not it has a footer.
func NewReader(f *File, src io.ReaderAt, size int64) *Reader {
	return &Reader{f: f, src: src, size: size}
}

// Size returns the length of the plaintext, in bytes.
func (r *Reader) Size() int64 { return r.size }

// Read reads up to the end of a record.
func (r *Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	rest, err := r.rest()
	if err != nil {
		return 0, err
	}
	n := copy(p, rest)
	r.at += int64(n)
	return n, nil
}

// WriteTo writes all that is left, without copying it.
func (r *Reader) WriteTo(w io.Writer) (total int64, err error) {
	for {
		rest, err := r.rest()
		if err == io.EOF {
			return total, nil
		}
		if err != nil {
			return total, err
		}
		n, err := w.Write(rest)
		total += int64(n)
		r.at += int64(n)
		if err != nil {
			return total, err
		}
	}
}

// ReadAt is that of io.ReaderAt: safe for concurrent use, and apart from Read and Seek.
func (r *Reader) ReadAt(p []byte, offset int64) (int, error) {
	if offset < 0 {
		return 0, errBeforeStart
	}
	own := &Reader{f: r.f, src: r.src, size: r.size, at: offset}
	defer own.Release()
	for n := 0; ; {
		m, err := own.Read(p[n:])
		if n += m; n == len(p) || err != nil {
			return n, err
		}
	}
}

var errBeforeStart = errors.New("seal: before the start")

// Seek sets where Read goes on; past the end there is nothing to read.
func (r *Reader) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		offset += r.at
	case io.SeekEnd:
		offset += r.size
	default:
		return 0, fmt.Errorf("seal: unknown whence %d", whence)
	}
	if offset < 0 {
		return 0, errBeforeStart
	}
	r.at = offset
	return offset, nil
}

// Release gives the buffer back, if there is one. What is read after that takes another.
func (r *Reader) Release() {
	if r.buf != nil {
		readBuffers.Put(r.buf)
		r.buf, r.plain = nil, nil
	}
}

// rest returns what the record of r.at has from there on, io.EOF at the end.
func (r *Reader) rest() ([]byte, error) {
	if r.at >= r.size {
		return nil, io.EOF
	}
	number, skip := Split(r.at)
	if r.plain == nil || number != r.number {
		if err := r.openRecord(number); err != nil {
			return nil, err
		}
	}
	return r.plain[skip:], nil
}

// openRecord makes a record the open one.
func (r *Reader) openRecord(number int64) error {
	r.plain = nil
	if r.buf == nil {
		r.buf = readBuffers.Get().(*[SealedRecord]byte)
	}
	sealed := r.buf[:min(RecordSize, r.size-number*RecordSize)+Overhead]
	if err := readAt(r.src, sealed, Offset(number)); err != nil {
		return err
	}
	plain, err := r.f.OpenRecord(number, sealed)
	if err != nil {
		return err
	}
	r.number, r.plain = number, plain
	return nil
}

// readAt reads all of p. A source that ends before has lost bytes.
func readAt(src io.ReaderAt, p []byte, offset int64) error {
	n, err := src.ReadAt(p, offset)
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		return ErrDamaged
	}
	return fmt.Errorf("read the sealed file: %w", err)
}

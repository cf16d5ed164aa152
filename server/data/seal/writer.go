package seal

import (
	"io"
	"sync"
)

// batch is how many records are written at a time.
const batch = 4

type writeBuffer struct {
	pending [RecordSize]byte
	sealed  [int(HeaderSize) + batch*SealedRecord + SealedRecord + FooterSize]byte
}

var writeBuffers = sync.Pool{New: func() any { return new(writeBuffer) }}

// Writer seals what is written to it. It writes a record as soon as that is full, and never holds more
// than the start of one. It belongs to one goroutine, and must be released.
type Writer struct {
	f      *File
	w      io.Writer
	number int64 // of the record that is pending
	n      int   // bytes of it
	head   bool  // the header is still to be written
	buf    *writeBuffer
	err    error // of w; nothing is written after it
}

// NewWriter returns a Writer that writes all of f, the header ahead of the first record.
func NewWriter(f *File, w io.Writer) *Writer {
	return &Writer{f: f, w: w, head: true, buf: writeBuffers.Get().(*writeBuffer)}
}

// Resume returns a Writer that goes on in the record of that number, which begins with the bytes
// of pending, fewer than RecordSize.
func Resume(f *File, w io.Writer, number int64, pending []byte) *Writer {
	out := &Writer{f: f, w: w, number: number, buf: writeBuffers.Get().(*writeBuffer)}
	out.n = copy(out.buf.pending[:], pending)
	return out
}

// Size returns how much plaintext the file has so far, in bytes.
func (w *Writer) Size() int64 { return w.number*RecordSize + int64(w.n) }

// Pending returns the record that is not full, and what it has so far: valid until the next call.
func (w *Writer) Pending() (number int64, plain []byte) { return w.number, w.buf.pending[:w.n] }

// Write seals p. After an error of the underlying writer, which it returns, the Writer is of no use.
func (w *Writer) Write(p []byte) (int, error) {
	written := 0 // of p, and what is not pending is in w.w
	out := w.begin()
	for read := 0; read < len(p); {
		var record []byte
		if w.n == 0 && len(p)-read >= RecordSize {
			record = p[read : read+RecordSize]
			read += RecordSize
		} else {
			n := copy(w.buf.pending[w.n:], p[read:])
			read += n
			if w.n += n; w.n < RecordSize {
				break
			}
			record, w.n = w.buf.pending[:], 0
		}
		out = w.f.SealRecord(out, w.number, record)
		w.number++
		if len(out) >= batch*SealedRecord {
			if err := w.flush(out); err != nil {
				return written, err
			}
			out, written = w.buf.sealed[:0], read
		}
	}
	if err := w.flush(out); err != nil {
		return written, err
	}
	return len(p), nil
}

// Finish writes what is pending and the footer of a file of that name.
func (w *Writer) Finish(name string) error {
	out, size := w.begin(), w.Size()
	if w.n > 0 {
		out = w.f.SealRecord(out, w.number, w.buf.pending[:w.n])
	}
	return w.flush(w.f.SealFooter(out, size, name))
}

// begin returns what is to be written first.
func (w *Writer) begin() []byte {
	if !w.head {
		return w.buf.sealed[:0]
	}
	return append(w.buf.sealed[:0], w.f.Header()...)
}

func (w *Writer) flush(out []byte) error {
	if len(out) == 0 || w.err != nil || w.head && len(out) == HeaderSize {
		return w.err
	}
	_, w.err = w.w.Write(out)
	w.head = false
	return w.err
}

// Release gives the buffers back. The Writer must not be used any more.
func (w *Writer) Release() {
	if w.buf != nil {
		writeBuffers.Put(w.buf)
		w.buf = nil
	}
}

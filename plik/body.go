package plik

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

var errOver = errors.New("the transfer is over")

// body is a part of a file on its way into a request. The transport may read and close it even after the
// request has returned; from finish on it touches nothing any more.
type body struct {
	src    io.Reader
	memory bool  // reading src never blocks and must not go on after finish
	offset int64 // in the file, of what is read next
	watch  *watchdog
	digest *digest
	moved  func(offset int64) // may be nil

	mu      sync.Mutex
	over    bool
	failed  error // of src, io.EOF aside
	started bool
}

func (b *body) Read(p []byte) (int, error) {
	b.watch.rest() // the source may take its time, the network not
	if b.memory {
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.over {
			return 0, errOver
		}
		n, err := b.src.Read(p)
		return b.took(p, n, err)
	}
	n, err := b.src.Read(p)
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over {
		return 0, errOver
	}
	return b.took(p, n, err)
}

func (b *body) took(p []byte, n int, err error) (int, error) {
	if n > 0 {
		b.started = true
		b.digest.write(b.offset, p[:n])
		b.offset += int64(n)
		if b.moved != nil {
			b.moved(b.offset)
		}
	}
	if err != nil && err != io.EOF {
		b.failed = err
	}
	b.watch.touch()
	return n, err
}

// Close leaves the source open: whoever opened it closes it.
func (b *body) Close() error { return nil }

// finish ends the use of the source and returns how far it was read, and how that failed.
func (b *body) finish() (offset int64, started bool, failed error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.over = true
	return b.offset, b.started, b.failed
}

// attach makes the body that of a request; size is -1 when unknown.
func attach(req *http.Request, r io.ReadCloser, size int64) {
	req.Body, req.ContentLength = r, size
	if size == 0 {
		req.Body = http.NoBody
	}
}

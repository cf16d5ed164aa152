package uploads

import (
	"context"
	"errors"
	"io"
	"sync"
)

// readAhead reads up to a block while nobody asks for it yet, so that a sender who
// leaves while it waits is noticed. After pause it reads on demand.
type readAhead struct {
	r      io.Reader
	failed chan struct{} // closed when reading failed; err tells why. Not by io.EOF.

	mu       sync.Mutex
	came     *sync.Cond
	buf      *[blockSize]byte
	from, to int
	err      error
	paused   bool
	running  bool
}

func newReadAhead(r io.Reader) *readAhead {
	a := &readAhead{r: r, failed: make(chan struct{}), buf: blocks.Get().(*[blockSize]byte), running: true}
	a.came = sync.NewCond(&a.mu)
	go a.run()
	return a
}

// run is the only one who reads r until it has set running to false.
func (a *readAhead) run() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.err == nil && !a.paused && a.to < len(a.buf) {
		p := a.buf[a.to:]
		a.mu.Unlock()
		n, err := a.r.Read(p)
		a.mu.Lock()
		a.to += n
		if a.err = err; err != nil && err != io.EOF {
			close(a.failed)
		}
		a.came.Broadcast()
	}
	a.running = false
	a.came.Broadcast()
}

// pause ends the reading ahead; a read under way still ends in the buffer.
func (a *readAhead) pause() {
	a.mu.Lock()
	a.paused = true
	a.mu.Unlock()
}

// Read must not be called before pause.
func (a *readAhead) Read(p []byte) (int, error) {
	a.mu.Lock()
	for a.from == a.to && a.running {
		a.came.Wait()
	}
	if a.from < a.to {
		n := copy(p, a.buf[a.from:a.to])
		a.from += n
		a.mu.Unlock()
		return n, nil
	}
	err := a.err
	a.mu.Unlock()
	if err != nil {
		return 0, err
	}
	return a.r.Read(p)
}

// close waits for the reading goroutine, which it makes leave through stop if it is still
// there, and gives the buffer back.
func (a *readAhead) close(stop context.CancelCauseFunc) {
	a.pause()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running {
		a.mu.Unlock()
		stop(errors.New("no longer reading")) // interrupts the read
		a.mu.Lock()
		for a.running {
			a.came.Wait()
		}
	}
	blocks.Put(a.buf)
	a.buf = nil
}

package metadata

import (
	"errors"
	"os"
	"sync"
)

// walSync flushes SQLite's write-ahead log to the disk. As commits are appended to it, one
// flush makes all earlier commits durable, so those who ask while one runs share the next.
type walSync struct {
	path string

	running sync.Mutex // held during a flush

	mu   sync.Mutex
	next *flush // the one that has not begun, if anybody waits for it
}

type flush struct {
	done chan struct{}
	err  error // valid once done is closed
}

// sync returns when everything written to the log before the call is on the disk. After an
// error it may or may not be.
func (w *walSync) sync() error {
	w.mu.Lock()
	f := w.next
	if f != nil {
		w.mu.Unlock()
		<-f.done
		return f.err
	}
	f = &flush{done: make(chan struct{})}
	w.next = f
	w.mu.Unlock()

	w.running.Lock()
	defer w.running.Unlock()
	w.mu.Lock()
	w.next = nil // from here on new commits may come too late for this flush
	w.mu.Unlock()
	f.err = w.flush()
	close(f.done)
	return f.err
}

// flush opens the log anew each time: that costs little beside the flush, and it cannot be
// the wrong file. The descriptor carries none of SQLite's locks, which are on other files,
// so closing it releases none.
func (w *walSync) flush() error {
	f, err := os.OpenFile(w.path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

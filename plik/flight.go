package plik

import (
	"context"
	"sync"
)

// flight is work that one goroutine does and others wait for.
type flight struct {
	done chan struct{}
	gone bool // the one who did it was called off, his error is his own
	err  error
}

// share runs work for all callers that come while it runs; they get its result. What is at *current under
// mu is the work that runs. before is called under mu, too: it may end the matter with a result.
func share(ctx context.Context, mu *sync.Mutex, current **flight, before func() (bool, error), work func() error) (first bool, err error) {
	for {
		mu.Lock()
		if ended, err := before(); ended {
			mu.Unlock()
			return false, err
		}
		f := *current
		if f == nil {
			f = &flight{done: make(chan struct{})}
			*current = f
			mu.Unlock()
			f.err = work()
			f.gone = f.err != nil && ctx.Err() != nil
			mu.Lock()
			*current = nil
			mu.Unlock()
			close(f.done)
			return true, f.err
		}
		mu.Unlock()
		select {
		case <-f.done:
			if !f.gone || ctx.Err() != nil {
				return false, f.err
			}
		case <-ctx.Done():
			return false, context.Cause(ctx)
		}
	}
}

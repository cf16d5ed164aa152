package plik

import (
	"context"
	"errors"
	"time"
)

// errStalled ends a transfer whose bytes do not move.
var errStalled = errors.New("the connection stalled")

// watchdog ends a context when it is not touched for a while.
type watchdog struct {
	timer *time.Timer // nil: never
	after time.Duration
}

// watch returns a context that ends with errStalled when the watchdog is not touched for so long; zero: never.
// The watchdog waits for its first touch. The caller calls cancel when it is done.
func watch(ctx context.Context, after time.Duration) (context.Context, *watchdog, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	w := &watchdog{after: after}
	if after > 0 {
		w.timer = time.AfterFunc(after, func() { cancel(errStalled) })
		w.timer.Stop()
	}
	return ctx, w, func() {
		w.rest()
		cancel(context.Canceled)
	}
}

// touch says that something moved; from now on it watches.
func (w *watchdog) touch() {
	if w.timer != nil {
		w.timer.Reset(w.after)
	}
}

// rest stops watching until the next touch.
func (w *watchdog) rest() {
	if w.timer != nil {
		w.timer.Stop()
	}
}

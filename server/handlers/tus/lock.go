package tus

import (
	"context"
	"io"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/root-gg/plik/server/core"
)

// errInterrupted tells a client to go on. What tusd says instead, a bad request, makes foreign clients
// give up.
var errInterrupted = core.E(core.KindConflict, "resumable_interrupted", "the transfer was interrupted, ask for the offset and go on")

// locker lets one request at a time work on a transfer: the next one ends it. It does that itself, for
// the way of tusd v2.9 looks at the body while another goroutine sets it.
type locker struct{ handler.Locker }

func (l locker) NewLock(id string) (handler.Lock, error) {
	of, err := l.Locker.NewLock(id)
	return lock{of}, err
}

type lock struct{ of handler.Lock }

func (l lock) Lock(ctx context.Context, _ func()) error {
	return l.of.Lock(ctx, exchangeOf(ctx).interrupt)
}

func (l lock) Unlock() error { return l.of.Unlock() }

// counter counts what is read.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

package tus

import (
	"context"
	"errors"
	"io"

	"github.com/tus/tusd/v2/pkg/handler"

	"github.com/root-gg/plik/server/core"
)

// errInterrupted tells a client to go on. What tusd says instead, a bad request, makes foreign clients
// give up.
var errInterrupted = core.E(core.KindConflict, "resumable_interrupted", "the transfer was interrupted, ask for the offset and go on")

// locker lets one request at a time work on a transfer: the next one ends it. It does that itself, for
// the way of tusd v2.9 looks at the body while another goroutine sets it.
type locker struct {
	handler.Locker
	leases Leases // nil: no other daemon works on the transfers
	now    core.Clock
}

func (l locker) NewLock(id string) (handler.Lock, error) {
	of, err := l.Locker.NewLock(id)
	return &lock{of: of, locker: l, id: id}, err
}

type lock struct {
	of     handler.Lock
	locker locker
	id     string
	lease  *lease // while locked; may be nil
}

func (l *lock) Lock(ctx context.Context, _ func()) error {
	interrupt := exchangeOf(ctx).interrupt
	if err := l.of.Lock(ctx, interrupt); err != nil || l.locker.leases == nil {
		return err
	}
	var err error
	if l.lease, err = hold(ctx, l.locker.leases, l.locker.now, l.id, interrupt); err != nil {
		return exchangeOf(ctx).fail(errors.Join(err, l.of.Unlock()))
	}
	return nil
}

func (l *lock) Unlock() error {
	var err error
	if l.lease != nil {
		err = l.lease.end(context.Background())
	}
	return errors.Join(err, l.of.Unlock())
}

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

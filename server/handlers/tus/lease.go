package tus

import (
	"context"
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Leases keep the daemons of an installation from working on one transfer at the same time.
type Leases interface {
	// AcquireLease makes holder the only one that has the lease until the given time, or returns false.
	AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error)
	// ReleaseLease ends the lease if holder has it.
	ReleaseLease(ctx context.Context, name, holder string) error
}

const (
	leaseLife   = 15 * time.Second // how long the transfers of a daemon that was killed are kept from the others
	leaseRenew  = 2 * time.Second  // also how soon a transfer gives way to another daemon's
	leaseAgain  = 200 * time.Millisecond
	releaseTime = 5 * time.Second
)

var errElsewhere = core.E(core.KindUnavailable, "resumable_elsewhere", "another server is at work on this file, try again in a few seconds")

// lease is the right of one request to work on a transfer, over all daemons. It is renewed until it is
// released, or until another daemon wants it: then the request is interrupted.
type lease struct {
	leases    Leases
	now       core.Clock
	name      string
	holder    string
	interrupt func()
	stop      context.CancelFunc
	wg        sync.WaitGroup
}

// hold waits for the lease until ctx ends.
func hold(ctx context.Context, leases Leases, now core.Clock, id string, interrupt func()) (*lease, error) {
	l := &lease{leases: leases, now: now, name: "tus:" + id, holder: core.RandomText(16), interrupt: interrupt}
	for wants := false; ; wants = true {
		got, err := l.acquire(ctx, l.name)
		if err != nil {
			return nil, err
		}
		if got {
			break
		}
		if !wants { // whoever has it will see that it cannot have this one
			defer l.release(ctx, l.wanted())
		}
		if _, err := l.acquire(ctx, l.wanted()); err != nil {
			return nil, err
		}
		select {
		case <-time.After(leaseAgain):
		case <-ctx.Done():
			return nil, errElsewhere
		}
	}
	renewing, stop := context.WithCancel(context.WithoutCancel(ctx))
	l.stop = stop
	l.wg.Go(func() { l.renew(renewing) })
	return l, nil
}

func (l *lease) wanted() string { return l.name + ":wanted" }

func (l *lease) acquire(ctx context.Context, name string) (bool, error) {
	now := l.now()
	return l.leases.AcquireLease(ctx, name, l.holder, now, now.Add(leaseLife))
}

func (l *lease) release(ctx context.Context, name string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
	defer cancel()
	return l.leases.ReleaseLease(ctx, name, l.holder)
}

// renew keeps the lease as long as nobody else wants it.
func (l *lease) renew(ctx context.Context) {
	t := time.NewTicker(leaseRenew)
	defer t.Stop()
	renewed := l.now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		got, err := l.acquire(ctx, l.name)
		switch {
		case err == nil && got:
			renewed = l.now()
		case err == nil, l.now().Sub(renewed) > leaseLife/2: // taken, or soon to be
			l.interrupt()
			return
		default:
			continue // the database will be back
		}
		free, err := l.acquire(ctx, l.wanted())
		if err == nil && !free {
			l.interrupt()
		} else if err == nil {
			err = l.release(ctx, l.wanted())
		}
		if err != nil && ctx.Err() != nil {
			return
		}
	}
}

// end gives the lease back.
func (l *lease) end(ctx context.Context) error {
	l.stop()
	l.wg.Wait()
	return l.release(ctx, l.name)
}

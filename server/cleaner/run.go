package cleaner

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"
)

// Run gives signs of life and cleans until ctx ends, then forgets this instance and
// returns, leaving nothing running. End ctx after the last upload has ended: what an unknown
// instance is receiving counts as abandoned.
func (c *Cleaner) Run(ctx context.Context) {
	c.stays.Store(true)
	var wg sync.WaitGroup
	wg.Go(func() { c.live(ctx) })
	wg.Go(func() { c.clean(ctx) })
	wg.Wait()
	c.signOff(ctx)
}

// live beats and watches the others beat. It does nothing that may last: a daemon that is
// busy must not look dead.
func (c *Cleaner) live(ctx context.Context) {
	c.beatAndWatch(ctx)
	every(ctx, c.heartbeat, func() { c.beatAndWatch(ctx) })
}

func (c *Cleaner) beatAndWatch(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, c.heartbeat)
	defer cancel()
	if err := c.beat(ctx); err != nil {
		c.complain(ctx, err)
		return
	}
	known, err := c.store.Instances(ctx)
	if err != nil {
		c.complain(ctx, err)
		return
	}
	c.watcher.look(known)
	if _, dead := c.split(known, c.silent); len(dead) > 0 {
		c.rouse()
	}
}

// rouse makes Run recover without waiting for the next pass.
func (c *Cleaner) rouse() {
	select {
	case c.wake <- struct{}{}:
	default: // awake already
	}
}

func (c *Cleaner) complain(ctx context.Context, err error) {
	if ctx.Err() != context.Canceled { // not merely told to stop
		c.log.WithError(err).Warn("cannot give a sign of life to the other daemons")
	}
}

// clean makes the passes, and recovers in between when an instance died.
func (c *Cleaner) clean(ctx context.Context) {
	timer := time.NewTimer(c.pause())
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
			n, err := c.recover(ctx, c.silent)
			if err != nil && ctx.Err() == nil {
				c.log.WithError(err).Error("cannot recover the uploads of a dead daemon")
			}
			if n > 0 {
				c.log.Infof("recovered %d interrupted files of a dead daemon", n)
			}
		case <-timer.C:
			res, err := c.Pass(ctx)
			if err != nil && ctx.Err() == nil {
				c.log.WithError(err).Error("cleaning failed, what is left is tried again in the next pass")
			}
			if !res.Skipped && !res.Empty() {
				c.log.Info("cleaning: " + res.String())
			}
			timer.Reset(c.pause())
		}
	}
}

// pause is how long until the next pass. It is random so that daemons started together
// do not all come at once.
func (c *Cleaner) pause() time.Duration {
	if c.jitter <= 0 {
		return c.interval
	}
	return c.interval + rand.N(c.jitter)
}

// every calls fn at each tick until ctx ends.
func every(ctx context.Context, d time.Duration, fn func()) {
	t := time.NewTicker(d)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			fn()
		}
	}
}

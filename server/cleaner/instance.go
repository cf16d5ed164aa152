package cleaner

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
)

// split tells the live instances, this one always among them, from the dead ones.
func (c *Cleaner) split(known []core.Instance, lost func(core.Instance) bool) (live map[string]bool, dead []core.Instance) {
	live = map[string]bool{c.self.ID: true}
	for _, i := range known {
		if i.ID != c.self.ID && (c.ended(i) || lost(i)) {
			dead = append(dead, i)
		} else {
			live[i.ID] = true
		}
	}
	return live, dead
}

// ended tells whether the process of another instance is certainly no more.
func (c *Cleaner) ended(i core.Instance) bool {
	return i.Host != "" && i.Host == c.self.Host && (i.PID == c.self.PID || !alive(i.PID))
}

func (c *Cleaner) silent(i core.Instance) bool { return c.watcher.silent(i) }

func ids(live map[string]bool) []string {
	all := make([]string, 0, len(live))
	for id := range live {
		all = append(all, id)
	}
	return all
}

// forget drops an instance and the lease it may hold.
func (c *Cleaner) forget(ctx context.Context, id string) error {
	if err := c.store.ForgetInstance(ctx, id); err != nil {
		return fmt.Errorf("forget instance %s: %w", id, err)
	}
	if err := c.store.ReleaseLease(ctx, leaseName, id); err != nil {
		return fmt.Errorf("release lease of %s: %w", id, err)
	}
	return nil
}

// beat records that this instance is alive.
func (c *Cleaner) beat(ctx context.Context) error {
	i := c.self
	i.SeenAt = c.now()
	if err := c.store.Heartbeat(ctx, i); err != nil {
		return fmt.Errorf("record heartbeat: %w", err)
	}
	return nil
}

// signOff forgets this instance although ctx has ended.
func (c *Cleaner) signOff(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	if err := c.store.ForgetInstance(ctx, c.self.ID); err != nil {
		c.log.WithError(err).Warn("cannot sign off, the other daemons will notice in a minute")
	}
}

// enter registers this instance and keeps it registered, for work outside of Run, until
// leave is called.
func (c *Cleaner) enter(ctx context.Context) (leave func(), err error) {
	if err := c.beat(ctx); err != nil {
		return nil, err
	}
	stop := background(ctx, c.heartbeat, func(ctx context.Context) {
		if err := c.beat(ctx); err != nil {
			c.complain(ctx, err)
		}
	})
	return func() {
		stop()
		if !c.stays.Load() {
			c.signOff(ctx)
		}
	}, nil
}

// background calls fn at each tick, each time for one tick at most, until stop is called,
// which waits.
func background(ctx context.Context, d time.Duration, fn func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		every(ctx, d, func() {
			ctx, cancel := context.WithTimeout(ctx, d)
			defer cancel()
			fn(ctx)
		})
	})
	return func() {
		cancel()
		wg.Wait()
	}
}

package cleaner

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// leaseName is the lease that lets one daemon clean at a time.
const leaseName = "cleaner"

// ErrLeaseLost ends a pass when another daemon took the cleaning over, or may have.
var ErrLeaseLost = errors.New("the cleaning lease was lost to another daemon")

// acquire takes the cleaning lease: false when another daemon has it.
func (c *Cleaner) acquire(ctx context.Context) (bool, error) {
	now := c.now()
	ok, err := c.store.AcquireLease(ctx, leaseName, c.self.ID, now, now.Add(c.leaseTTL))
	if err != nil {
		return false, fmt.Errorf("acquire the cleaning lease: %w", err)
	}
	return ok, nil
}

// hold renews the lease, just acquired, until release is called. The context it returns
// ends with ErrLeaseLost when another daemon has the lease, or before one may have it because
// it could not be renewed.
func (c *Cleaner) hold(ctx context.Context) (held context.Context, release func()) {
	held, lose := context.WithCancelCause(ctx)
	renewed := time.Now() // not c.now: a clock that jumps must not prolong it
	stop := background(ctx, c.leaseTTL/3, func(ctx context.Context) {
		before := time.Now()
		switch ok, err := c.acquire(ctx); {
		case err == nil && ok:
			renewed = before
		case err == nil, time.Since(renewed) >= 2*(c.leaseTTL/3): // there may be no other chance
			lose(ErrLeaseLost)
		}
	})
	return held, func() {
		stop()
		lose(nil)
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
		defer cancel()
		if err := c.store.ReleaseLease(ctx, leaseName, c.self.ID); err != nil {
			c.log.WithError(err).Warn("cannot release the cleaning lease, it ends by itself")
		}
	}
}

package uploads

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// recount is how old the sum of all files may be when it decides that something is refused.
const recount = 5 * time.Second

var (
	errServerFull = core.E(core.KindNoSpace, "server_full", "the server has reached the total size it may store, try again later or ask its administrator")
	errDiskFull   = core.E(core.KindNoSpace, "disk_full", "the server has too little free space for this file, try again later or ask its administrator")
)

// space bounds what all uploads take together. What this daemon has accepted counts at once, what
// others have, or was deleted, with the next count: so of this daemon nothing gets past the limit,
// and of several at most what they accept within a few seconds. A nil space bounds nothing.
type space struct {
	max   int64 // bytes of all files; <= 0: no limit
	floor int64 // bytes that stay free; <= 0: none
	total func(context.Context) (int64, error)
	free  func(context.Context) (int64, error)
	log   *logrus.Entry
	now   core.Clock

	mu      sync.Mutex
	counted int64 // all files, when counted last
	at      time.Time
	since   int64 // stored since by this daemon
	pending int64 // claimed by files that are arriving
}

// newSpace returns nil when the policy sets no bounds.
func newSpace(o Options) (*space, error) {
	p := o.Policy
	if p.MaxTotalSize <= 0 && p.MinFreeSpace <= 0 {
		return nil, nil
	}
	sp := &space{max: p.MaxTotalSize, floor: p.MinFreeSpace, total: o.Store.TotalSize, now: o.Now, log: o.Log}
	if sp.floor > 0 {
		d, ok := data.As[data.Spacer](o.Backend)
		if !ok {
			return nil, errors.New("the data backend does not know how much space is free, take MinFreeDisk out of the configuration")
		}
		sp.free = d.Free
	}
	return sp, nil
}

// share is the part of a space that an arriving file has. A nil share is one of a nil space.
type share struct {
	*space
	n int64
}

// take takes n bytes; without room for them it is KindNoSpace. release must be called in the end.
func (sp *space) take(ctx context.Context, n int64) (*share, error) {
	if sp == nil {
		return nil, nil
	}
	c := &share{space: sp}
	return c, c.grow(ctx, n)
}

// grow makes a share n bytes.
func (c *share) grow(ctx context.Context, n int64) error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	more := n - c.n
	if err := c.belowMax(ctx, more); err != nil {
		return err
	}
	if err := c.aboveFloor(ctx, more); err != nil {
		return err
	}
	c.pending += more
	c.n = n
	return nil
}

func (sp *space) belowMax(ctx context.Context, more int64) error {
	if sp.max <= 0 || !sp.at.IsZero() && sp.counted+sp.since+sp.pending+more <= sp.max {
		return nil
	}
	if now := sp.now(); sp.at.IsZero() || now.Sub(sp.at) >= recount {
		before := sp.since
		n, err := sp.total(ctx)
		if err != nil {
			return fmt.Errorf("count what is stored: %w", err)
		}
		sp.counted, sp.at = n, now
		sp.since -= before
	}
	if sp.counted+sp.since+sp.pending+more > sp.max {
		sp.log.WithFields(logrus.Fields{"stored": sp.counted + sp.since, "arriving": sp.pending, "limit": sp.max}).
			Warn("an upload was refused: MaxTotalSize is reached")
		return errServerFull
	}
	return nil
}

func (sp *space) aboveFloor(ctx context.Context, more int64) error {
	if sp.floor <= 0 {
		return nil
	}
	free, err := sp.free(ctx)
	if err != nil {
		return fmt.Errorf("look for free space: %w", err)
	}
	// Of what is pending some is written already: it counts twice, which errs on the safe side.
	if free-sp.pending-more < sp.floor {
		sp.log.WithFields(logrus.Fields{"free": free, "arriving": sp.pending, "floor": sp.floor}).
			Warn("an upload was refused: no more than MinFreeDisk is left")
		return errDiskFull
	}
	return nil
}

// stored turns a share into size bytes that are there.
func (c *share) stored(size int64) {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending -= c.n
	c.since += size
	c.n = 0
}

// release gives back what is still claimed.
func (c *share) release() {
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending -= c.n
	c.n = 0
}

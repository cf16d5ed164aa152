package cleaner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/root-gg/plik/server/data"
)

const (
	sweepFor   = time.Minute // how long listing the store may take
	partialAge = time.Hour   // younger ones may be an upload that is about to begin writing
)

// discardPartials drops what interrupted Puts left in the backend, if it can list them.
func (c *Cleaner) discardPartials(ctx context.Context, res *Result) error {
	lister, ok := data.As[data.Lister](c.backend)
	if !ok {
		return nil
	}
	discarder, ok := data.As[data.Discarder](c.backend)
	if !ok {
		return nil
	}
	bounded, cancel := context.WithTimeout(ctx, sweepFor)
	defer cancel()
	old := c.now().Add(-partialAge)
	failed, last := 0, error(nil)
	for e, err := range lister.List(bounded) {
		if bounded.Err() != nil {
			break // the rest is for the next time
		}
		if err != nil {
			return errors.Join(fmt.Errorf("list the store: %w", err), last)
		}
		if !e.Partial || !e.Modified.Before(old) {
			continue
		}
		gone, err := discarder.Discard(bounded, e)
		if err != nil && bounded.Err() == nil {
			failed++
			last = fmt.Errorf("%d failed, the last one: discard %s: %w", failed, e.Name, err)
		}
		if gone {
			res.Partials++
		}
	}
	return errors.Join(ctx.Err(), last)
}

package password

import (
	"context"

	"github.com/root-gg/plik/server/core"
)

// maxWaiting is how many callers may wait for the right to hash the password of an account. A
// failed check may take more than a second, so the last one waits long enough.
const maxWaiting = 64

var errBusy = core.E(core.KindUnavailable, "busy", "the server is busy, try again in a minute")

// enter waits for the right to compute a hash, unless too many do already.
func (k *Keeper) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case k.slots <- struct{}{}:
		return nil
	default:
	}
	defer k.waiting.Add(-1)
	if k.waiting.Add(1) > maxWaiting {
		return errBusy
	}
	return k.acquire(ctx)
}

// acquire waits for the right to compute a hash.
func (k *Keeper) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case k.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (k *Keeper) release() { <-k.slots }

package s3

import (
	"context"
	"math/rand/v2"
	"time"
)

const (
	retryFor   = 25 * time.Second // after the first failure
	firstPause = 100 * time.Millisecond
	longPause  = 3 * time.Second
	settleFor  = 30 * time.Second // to remove what failed
	commitFor  = time.Hour        // to put together what is all there
)

// retry does op until it succeeds, it is of no use, or it has failed for too long.
func (s *Store) retry(ctx context.Context, op func(context.Context) error) error {
	var failing time.Time
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		err := op(ctx)
		if err == nil || ctx.Err() != nil || !transient(err) {
			return err
		}
		now := time.Now()
		if failing.IsZero() {
			failing = now
		}
		if now.Sub(failing) > s.retryFor {
			return err
		}
		if !sleep(ctx, pause) {
			return err
		}
	}
}

// sleep waits for about d. It returns false when ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d/2 + rand.N(d))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// settle returns a context to clean up with, that of somebody who has left.
func settle(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), settleFor)
}

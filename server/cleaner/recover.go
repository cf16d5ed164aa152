package cleaner

import (
	"context"
	"errors"
	"fmt"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Recover registers this instance and brings back to Missing the files that dead ones were
// receiving, so that they can be sent anew. To be called once, before serving. What fails, or
// takes longer than seconds, is left to Run: after an error it is still safe to serve,
// unless this instance could not be registered.
//
// An instance is dead at once when its process ran on this very host and is no more, or when
// it was last seen over ten minutes ago. Run watches the others, and recovers their files
// after a minute of silence.
func (c *Cleaner) Recover(ctx context.Context) error {
	c.stays.Store(true)
	leave, err := c.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	old := c.now().Add(-longGone)
	n, err := c.recover(bounded, func(i core.Instance) bool { return i.SeenAt.Before(old) })
	if n > 0 {
		c.log.Infof("recovered %d files whose upload had been interrupted", n)
	}
	if err != nil {
		c.rouse()
	}
	return err
}

// recover resets the stale files, forgets the dead instances, and returns how many files
// it reset. Instances for which lost is true count as dead too. Several daemons may do it at once.
func (c *Cleaner) recover(ctx context.Context, lost func(core.Instance) bool) (int, error) {
	known, err := c.store.Instances(ctx)
	if err != nil {
		return 0, fmt.Errorf("list instances: %w", err)
	}
	live, dead := c.split(known, lost)
	stale, err := c.store.StaleUploading(ctx, ids(live))
	if err != nil {
		return 0, fmt.Errorf("list interrupted files: %w", err)
	}
	if len(stale) > 0 {
		// Whoever registered, or came back to life, since we listed may be receiving one of these.
		if known, err = c.store.Instances(ctx); err != nil {
			return 0, fmt.Errorf("list instances: %w", err)
		}
		live, dead = c.split(known, lost)
	}
	n, errs := 0, []error(nil)
	for _, f := range stale {
		if live[f.Instance] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return n, errors.Join(append(errs, err)...)
		}
		done, err := c.reset(ctx, f)
		if err != nil {
			errs = append(errs, fmt.Errorf("recover file %s: %w", f.ID, err))
		}
		if done {
			n++
		}
	}
	for _, i := range dead {
		if err := c.forget(ctx, i.ID); err != nil {
			errs = append(errs, err)
		}
	}
	return n, errors.Join(errs...)
}

// reset makes a file that nobody receives any more Missing, without bytes. It returns false when
// somebody else had it first.
//
// The file becomes ours before its bytes are deleted. Otherwise another daemon may reset it,
// a client send it anew, and the delete hit the new bytes.
func (c *Cleaner) reset(ctx context.Context, f *core.File) (bool, error) {
	move := func(ctx context.Context, to core.Status, instance string) (bool, error) {
		err := c.store.MoveFile(ctx, f, to, func(f *core.File) { f.Instance = instance })
		if k := core.KindOf(err); err != nil && (k == core.KindConflict || k == core.KindNotFound) {
			return false, nil
		}
		return err == nil, err
	}
	if ok, err := move(ctx, core.Missing, ""); !ok {
		return false, err
	}
	if ok, err := move(ctx, core.Uploading, c.self.ID); !ok {
		return err == nil, err // a client is sending it already
	}
	failed := c.backend.Delete(ctx, data.KeyOf(f))
	// It is ours now: even if ctx has ended it must not stay so.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	ok, err := move(ctx, core.Missing, "")
	if failed == nil || !ok {
		return ok && failed == nil, errors.Join(failed, err)
	}
	// Nobody's: it is found again in the next pass.
	_, err = move(ctx, core.Uploading, "")
	return false, errors.Join(failed, err)
}

package cleaner

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Pass cleans once; its first pass and one an hour go deep and also look for orphans and
// partial files. A step that fails does not keep the next from being tried; the errors
// are joined, and what could not be done is tried again in the next pass. While another daemon, or
// another pass of this one, is cleaning it does nothing, which is no error.
func (c *Cleaner) Pass(ctx context.Context) (Result, error) {
	if !c.passing.TryLock() {
		return Result{Skipped: true}, nil
	}
	defer c.passing.Unlock()
	leave, err := c.enter(ctx)
	if err != nil {
		return Result{}, err
	}
	defer leave()
	if ok, err := c.acquire(ctx); err != nil || !ok {
		return Result{Skipped: err == nil}, err
	}
	held, release := c.hold(ctx)
	defer release()

	begin := time.Now()
	res := Result{Start: c.now()}
	err = c.steps(held, &res)
	res.Duration = time.Since(begin)
	if c.observe != nil {
		c.observe(res)
	}
	return res, err
}

// steps runs the steps in order until ctx ends.
func (c *Cleaner) steps(ctx context.Context, res *Result) error {
	var errs []error
	if c.deep = c.swept.IsZero() || time.Since(c.swept) >= sweepEvery; c.deep {
		c.swept = time.Now()
	}
	for _, step := range []struct {
		name string
		run  func(context.Context, *Result) error
	}{
		{"recover interrupted files", c.recoverStep},
		{"expire uploads", c.expire},
		{"give up resumable uploads", c.giveUp},
		{"delete removed files", c.deleteFiles},
		{"purge deleted uploads", c.purge},
		{"forget device logins", c.forgetDevices},
		{"forget ended sessions", c.hourly(c.forgetSessions)},
		{"drop orphan rows", c.hourly(c.dropOrphans)},
		{"discard partial files", c.hourly(c.discardPartials)},
	} {
		err := context.Cause(ctx)
		if err == nil {
			err = step.run(ctx, res)
		}
		if err == nil {
			continue
		}
		if cause := context.Cause(ctx); cause != nil {
			return errors.Join(append(errs, fmt.Errorf("stopped, could not %s: %w", step.name, cause))...)
		}
		errs = append(errs, fmt.Errorf("%s: %w", step.name, err))
	}
	return errors.Join(errs...)
}

// hourly is a step of deep passes only: one that looks at all there is for what only a fault
// can leave.
func (c *Cleaner) hourly(step func(context.Context, *Result) error) func(context.Context, *Result) error {
	return func(ctx context.Context, res *Result) error {
		if !c.deep {
			return nil
		}
		return step(ctx, res)
	}
}

func (c *Cleaner) recoverStep(ctx context.Context, res *Result) (err error) {
	res.Recovered, err = c.recover(ctx, c.silent)
	return err
}

// expire marks the uploads whose time is over as deleted.
func (c *Cleaner) expire(ctx context.Context, res *Result) error {
	for ctx.Err() == nil {
		n, err := c.store.ExpireUploads(ctx, res.Start, batch)
		res.RemovedUploads += n
		if err != nil || n == 0 {
			return err
		}
	}
	return ctx.Err()
}

// giveUp ends the resumable uploads that nothing came for.
func (c *Cleaner) giveUp(ctx context.Context, res *Result) (err error) {
	if c.expirer != nil {
		res.GivenUp, err = c.expirer(ctx)
	}
	return err
}

// deleteFiles deletes the bytes of the removed files, then records that they are gone.
// One that fails does not stop the others.
func (c *Cleaner) deleteFiles(ctx context.Context, res *Result) error {
	failed, after := 0, core.FileID("")
	var live map[string]bool // nil: unknown, so all of them may be
	known, last := c.store.Instances(ctx)
	if last == nil {
		live, _ = c.split(known, func(core.Instance) bool { return false })
	}
	for {
		files, err := c.store.RemovedFiles(ctx, after, batch)
		if err != nil || len(files) == 0 {
			return errors.Join(err, last)
		}
		for _, f := range files {
			if err := ctx.Err(); err != nil {
				return err
			}
			if c.handedOut(f, live) {
				continue
			}
			deleted, err := c.deleteFile(ctx, f)
			if err != nil && ctx.Err() == nil {
				if failed++; failed <= loud {
					c.log.WithError(err).WithField("upload", f.UploadID).Warn("cannot delete a removed file, the next pass tries again")
				}
				last = fmt.Errorf("%d failed, the last one: %w", failed, err)
			}
			if deleted {
				res.DeletedFiles++
			}
		}
		after = files[len(files)-1].ID
	}
}

// handedOut tells whether the bytes of a one-shot file are still on their way to who got it:
// here, or at another daemon that lives.
func (c *Cleaner) handedOut(f *core.File, live map[string]bool) bool {
	if f.Instance == c.self.ID {
		return c.held(f.ID)
	}
	return f.Instance != "" && (live == nil || live[f.Instance])
}

func (c *Cleaner) deleteFile(ctx context.Context, f *core.File) (bool, error) {
	if err := c.backend.Delete(ctx, data.KeyOf(f)); err != nil {
		return false, fmt.Errorf("delete file %s: %w", f.ID, err)
	}
	err := c.store.MoveFile(ctx, f, core.Deleted, nil)
	if k := core.KindOf(err); err != nil && (k == core.KindConflict || k == core.KindNotFound) {
		return false, nil // somebody else deleted it too
	}
	return err == nil, err
}

// purge drops the rows of deleted uploads that have no bytes left.
func (c *Cleaner) purge(ctx context.Context, res *Result) error {
	after := core.UploadID("")
	for ctx.Err() == nil {
		last, uploads, _, err := c.store.PurgeUploads(ctx, after, batch)
		res.DeletedUploads += uploads
		if err != nil || last == "" {
			return err
		}
		after = last
	}
	return ctx.Err()
}

func (c *Cleaner) forgetDevices(ctx context.Context, res *Result) error {
	_, err := c.store.PurgeDeviceLogins(ctx, res.Start)
	return err
}

func (c *Cleaner) forgetSessions(ctx context.Context, res *Result) error {
	_, err := c.store.PurgeSessions(ctx, res.Start)
	return err
}

func (c *Cleaner) dropOrphans(ctx context.Context, res *Result) (err error) {
	res.OrphanFiles, res.OrphanTokens, err = c.store.PurgeOrphans(ctx)
	return err
}

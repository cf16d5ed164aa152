package fsck

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

const (
	// pageSize is how many rows are in memory at a time.
	pageSize = 1000
	// maxErrors is how many errors of the data backend are put up with before it is taken to
	// be down.
	maxErrors = 100
)

// Options are what Run needs.
type Options struct {
	Store   Store
	Backend data.Backend
	// Repair makes Run put right what it finds. Otherwise nothing is changed.
	Repair bool
	// AllowEmpty lets Repair give up files although the backend holds no object at all. By
	// default that is taken for a wrong directory or bucket.
	AllowEmpty bool
	// MinAge is how old an object without a file, or a leftover, must be: an upload may be under
	// way. Zero: one hour.
	MinAge time.Duration
	Now    core.Clock // nil: time.Now
	// Report is called with each finding, after its repair. It may be nil.
	Report func(Finding)
}

// Summary counts what Run saw.
type Summary struct {
	Files    int  // rows looked at
	Objects  int  // objects looked at
	Listed   bool // the backend can list its objects; if not, only the files were checked
	Young    int  // objects and leftovers too young to be judged
	Found    int  // findings
	Repaired int  // findings put right
	Failed   int  // findings with an error
}

// Run compares the files the store knows with the objects the backend has, in both directions.
// It may run while daemons do: what they are at work on is not a finding, and what they change
// meanwhile is looked at again before anything is reported or repaired. It stops at the first
// error of the store, and when the backend keeps failing; the summary then tells how far it came.
func Run(ctx context.Context, o Options) (Summary, error) {
	if o.Store == nil || o.Backend == nil {
		return Summary{}, errors.New("fsck: Store and Backend are required")
	}
	if o.MinAge == 0 {
		o.MinAge = time.Hour
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Report == nil {
		o.Report = func(Finding) {}
	}
	r := &run{Options: o}
	err := r.files(ctx)
	if err == nil {
		err = r.objects(ctx)
	}
	return r.sum, err
}

type run struct {
	Options
	sum      Summary
	notEmpty bool // an object was seen
}

// found reports f, which err kept from being judged or repaired. It returns an error when there
// have been too many.
func (r *run) found(ctx context.Context, f Finding, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	f.Err = err
	r.sum.Found++
	switch {
	case err != nil:
		r.sum.Failed++
	case f.Repaired:
		r.sum.Repaired++
	}
	r.Report(f)
	if r.sum.Failed >= maxErrors {
		return fmt.Errorf("gave up after %d errors: %w", r.sum.Failed, err)
	}
	return nil
}

// current returns the file as it is now; false when it is gone.
func (r *run) current(ctx context.Context, id core.FileID) (*core.File, bool, error) {
	f, err := r.Store.File(ctx, id)
	if core.KindOf(err) == core.KindNotFound {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("read file %s: %w", id, err)
	}
	return f, true, nil
}

// move changes the state of f and tells whether f was still what it was believed to be.
func (r *run) move(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) (bool, error) {
	err := r.Store.MoveFile(ctx, f, to, edit)
	switch core.KindOf(err) {
	case core.KindConflict, core.KindNotFound:
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("change file %s to %s: %w", f.ID, to, err)
	}
	return true, nil
}

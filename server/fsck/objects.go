package fsck

import (
	"context"
	"fmt"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// objects looks for the file of every object, and for leftovers.
func (r *run) objects(ctx context.Context) error {
	l, ok := data.As[data.Lister](r.Backend)
	if !ok {
		return nil
	}
	r.sum.Listed = true
	for e, err := range l.List(ctx) {
		if err != nil {
			return fmt.Errorf("list the data: %w", err)
		}
		look := r.object
		if e.Partial {
			look = r.leftover
		} else {
			r.sum.Objects++
		}
		if err := look(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// young tells whether e may belong to an upload under way.
func (r *run) young(e data.Entry) bool {
	if r.Now().Sub(e.Modified) < r.MinAge {
		r.sum.Young++
		return true
	}
	return false
}

func (r *run) object(ctx context.Context, e data.Entry) error {
	f, known, err := r.current(ctx, e.Key.File)
	if err != nil || known && wanted(f.Status) || r.young(e) {
		return err
	}
	found := Finding{Problem: NoFile, Upload: e.Key.Upload, File: e.Key.File, Size: e.Size}
	if known {
		found.Upload, found.Name, found.Status = f.UploadID, f.Name, f.Status
	}
	if !r.Repair {
		return r.found(ctx, found, nil)
	}
	if known && f.Status != core.Deleted {
		return r.empty(ctx, f, e, found)
	}
	// Deleted is final, and an id without a row never gets one: nobody can want it again.
	err = r.Backend.Delete(ctx, e.Key)
	found.Repaired = err == nil
	return r.found(ctx, found, err)
}

// wanted tells whether the object of a file in that state is somebody's: served, coming, or the
// cleaner's to delete.
func wanted(s core.Status) bool {
	return s == core.Uploading || s == core.Uploaded || s == core.Removed
}

// fsckInstance is who receives a file whose object is being deleted.
const fsckInstance = "fsck"

// empty deletes the object of a Missing file. The file is claimed meanwhile, as an upload would,
// so that none can start and have its bytes deleted.
func (r *run) empty(ctx context.Context, f *core.File, e data.Entry, found Finding) error {
	claimed, err := r.move(ctx, f, core.Uploading, func(f *core.File) { f.Instance = fsckInstance })
	if err != nil || !claimed {
		return err
	}
	deleteErr := r.Backend.Delete(ctx, e.Key)
	// Also when ctx has ended: the file must not stay claimed.
	if _, err := r.move(context.WithoutCancel(ctx), f, core.Missing, nil); err != nil {
		return err
	}
	found.Repaired = deleteErr == nil
	return r.found(ctx, found, deleteErr)
}

func (r *run) leftover(ctx context.Context, e data.Entry) error {
	if r.young(e) {
		return nil
	}
	found := Finding{Problem: Leftover, Upload: e.Key.Upload, File: e.Key.File, Name: e.Name, Size: e.Size}
	d, ok := data.As[data.Discarder](r.Backend)
	if !r.Repair || !ok {
		return r.found(ctx, found, nil)
	}
	gone, err := d.Discard(ctx, e)
	if err == nil && !gone {
		return nil // somebody is writing it after all
	}
	found.Repaired = gone
	return r.found(ctx, found, err)
}

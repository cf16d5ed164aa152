package fsck

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// files looks for the object of every Uploaded file, a page at a time.
func (r *run) files(ctx context.Context) error {
	for after := core.FileID(""); ; {
		page, err := r.Store.Files(ctx, after, pageSize)
		if err != nil {
			return fmt.Errorf("read the files after %q: %w", after, err)
		}
		for _, f := range page {
			if err := r.file(ctx, f); err != nil {
				return err
			}
		}
		if len(page) == 0 {
			return nil
		}
		after = page[len(page)-1].ID
	}
}

// file checks one file. The files of streams have no object and are never Uploaded.
func (r *run) file(ctx context.Context, f *core.File) error {
	r.sum.Files++
	if f.Status != core.Uploaded {
		return nil
	}
	problem, cause := probe(ctx, r.Backend, f)
	if problem == "" {
		r.notEmpty = true
		return nil
	}
	// It may have been deleted or consumed between the reading of the page and now.
	f, known, err := r.current(ctx, f.ID)
	if err != nil || !known || f.Status != core.Uploaded {
		return err
	}
	found := Finding{Problem: problem, Upload: f.UploadID, File: f.ID, Name: f.Name, Status: f.Status, Size: f.Size}
	if !r.Repair || problem == Unreadable {
		return r.found(ctx, found, cause)
	}
	if err := r.refuseEmpty(ctx); err != nil {
		return err
	}
	return r.giveUp(ctx, f, found)
}

// giveUp takes an Uploaded file that cannot be served to Removed, and its bytes being gone, to
// Deleted.
func (r *run) giveUp(ctx context.Context, f *core.File, found Finding) error {
	moved, err := r.move(ctx, f, core.Removed, nil)
	if err != nil || !moved {
		return err
	}
	if err := r.Backend.Delete(ctx, data.KeyOf(f)); err != nil {
		return r.found(ctx, found, err) // the cleaner goes on from Removed
	}
	if _, err := r.move(ctx, f, core.Deleted, nil); err != nil {
		return err
	}
	found.Repaired = true
	return r.found(ctx, found, nil)
}

// probe tells what is wrong with the object of f; empty: nothing. It reads two bytes at most:
// the last one, and one that must not be there.
func probe(ctx context.Context, b data.Backend, f *core.File) (Problem, error) {
	rng := data.Range{Offset: max(f.Size-1, 0), Length: 2}
	want := min(f.Size, 1)
	if want == 0 {
		rng.Length = 1
	}
	src, err := b.Open(ctx, data.KeyOf(f), rng)
	if core.KindOf(err) == core.KindNotFound {
		return NoObject, nil
	}
	if err != nil {
		return Unreadable, err
	}
	n, err := io.Copy(io.Discard, src)
	if err := errors.Join(err, src.Close()); err != nil {
		return Unreadable, err
	}
	if n != want {
		return WrongSize, nil
	}
	return "", nil
}

// refuseEmpty stops a repair that would give up every file there is because the backend is a
// directory where something is not mounted, or the wrong bucket.
func (r *run) refuseEmpty(ctx context.Context) error {
	if r.notEmpty || r.AllowEmpty {
		return nil
	}
	l, ok := data.As[data.Lister](r.Backend)
	if !ok {
		return nil
	}
	for e, err := range l.List(ctx) {
		if err != nil {
			return fmt.Errorf("list the data: %w", err)
		}
		if !e.Partial {
			r.notEmpty = true
			return nil
		}
	}
	return errors.New("the data backend holds nothing at all although files were uploaded: check that it is the right one and mounted before repairing")
}

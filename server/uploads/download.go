package uploads

import (
	"context"
	"fmt"
	"io"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Unavailable is the error of a file that cannot be had in its state.
func Unavailable(f *core.File) error {
	return core.E(core.KindNotFound, "file_unavailable", "file %s (%s) is not available : %s", f.Name, f.ID, f.Status)
}

// Open returns the bytes of a stored file. A state other than Uploaded is KindNotFound.
// The caller closes it.
func (s *Service) Open(ctx context.Context, f *core.File) (io.ReadSeekCloser, error) {
	if f.Status != core.Uploaded {
		return nil, Unavailable(f)
	}
	src, err := data.OpenSeeker(ctx, s.backend, data.KeyOf(f), f.Size)
	if err != nil && core.KindOf(err) == core.KindNotFound {
		_, now, lookErr := s.store.UploadAndFile(ctx, f.UploadID, f.ID)
		switch {
		case core.KindOf(lookErr) == core.KindNotFound && lookErr != nil:
			return nil, lookErr
		case lookErr == nil && (now == nil || now.Status != core.Uploaded):
			// It was taken away since it was looked up.
			f.Status = core.Removed
			return nil, Unavailable(f)
		}
		// The row says there are bytes: ours is the fault, not the client's.
		return nil, fmt.Errorf("the bytes of file %s are gone, see plikd fsck: %w", f.ID, dropped(err.Error()))
	}
	return src, err
}

// dropped is the text of an error without its kind.
type dropped string

func (d dropped) Error() string { return string(d) }

// TakeOnce opens a file of a one-shot upload and takes it away from everybody else. Of
// concurrent callers one gets it, for the others it is KindNotFound. done must be called
// when it was served, whether or not that went well: it deletes the bytes.
func (s *Service) TakeOnce(ctx context.Context, f *core.File) (src io.ReadSeekCloser, done func(), err error) {
	src, err = s.Open(ctx, f)
	if err != nil {
		return nil, nil, err
	}
	err = s.store.MoveFile(ctx, f, core.Removed, func(f *core.File) { f.Instance = s.instance })
	if k := core.KindOf(err); k == core.KindConflict || k == core.KindNotFound {
		src.Close()
		f.Status = core.Removed
		return nil, nil, Unavailable(f)
	}
	if err != nil {
		src.Close()
		return nil, nil, fmt.Errorf("claim one-shot file: %w", err)
	}
	ids := []core.FileID{f.ID}
	s.held.add(ids)
	return src, func() {
		src.Close()
		s.held.drop(ids)
		ctx, cancel := settle(ctx)
		defer cancel()
		s.purge(ctx, f)
	}, nil
}

package uploads

import (
	"context"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// RemoveFile takes f away from everybody at once, whatever its state; a transfer under
// way is stopped. The bytes go too, or with the next cleaning if that fails now.
func (s *Service) RemoveFile(ctx context.Context, f *core.File) error {
	ctx, cancel := settle(ctx)
	defer cancel()
	for f.Status != core.Deleted && f.Status != core.Removed {
		to := core.Removed
		if f.Status == core.Missing {
			to = core.Deleted
		}
		err := s.store.MoveFile(ctx, f, to, nil)
		if err == nil {
			break
		}
		if core.KindOf(err) != core.KindConflict {
			return err
		}
		// It moved meanwhile: look again.
		_, now, err := s.store.UploadAndFile(ctx, f.UploadID, f.ID)
		if err != nil {
			return err
		}
		if now == nil {
			return nil
		}
		*f = *now
	}
	s.stop(f.ID)
	s.purge(ctx, f)
	return nil
}

// RemoveUpload takes u away from everybody at once. Its bytes go with the next cleaning.
func (s *Service) RemoveUpload(ctx context.Context, u *core.Upload) error {
	ctx, cancel := settle(ctx)
	defer cancel()
	all, err := s.store.UploadWithFiles(ctx, u.ID)
	if err != nil {
		return err
	}
	if err := s.store.RemoveUpload(ctx, u.ID, s.now()); err != nil {
		return err
	}
	for _, f := range all.Files {
		s.stop(f.ID)
	}
	return nil
}

// stop ends the transfer of a file that this daemon has under way.
func (s *Service) stop(id core.FileID) {
	s.running.cancel(id, errDeleted)
	s.streams.cancel(id, errDeleted)
}

// purge deletes the bytes of a Removed file. What fails is left to the cleaner.
func (s *Service) purge(ctx context.Context, f *core.File) {
	if f.Status != core.Removed {
		return
	}
	if err := s.backend.Delete(ctx, data.KeyOf(f)); err != nil {
		s.log.WithError(err).WithField("file", f.ID).Warn("cannot delete the bytes of a removed file now, the cleaner will")
		return
	}
	err := s.store.MoveFile(ctx, f, core.Deleted, nil)
	if k := core.KindOf(err); err != nil && k != core.KindConflict && k != core.KindNotFound {
		s.log.WithError(err).WithField("file", f.ID).Warn("cannot mark a removed file deleted now, the cleaner will")
	}
}

package uploads

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Checkpoints: what is lost of a transfer when this daemon is killed. Bytes and seconds.
const (
	checkpointBytes = 64 << 20
	checkpointEvery = 5 * time.Second
)

var (
	errNotResumable  = core.E(core.KindUnsupported, "not_resumable", "this server cannot resume uploads")
	errStreamResumes = core.E(core.KindInvalid, "stream_not_resumable", "streams cannot be resumed")
	// ErrLengthExceeded says that there are more bytes than were announced: none of those is kept.
	ErrLengthExceeded = core.E(core.KindTooLarge, "length_exceeded", "there are more bytes than were announced")
)

// CanResume tells whether uploads may arrive piece by piece.
func (s *Service) CanResume() bool { return s.appender != nil }

// Resume asks for the transfer of a file that may stop and go on.
type Resume struct {
	Length   int64  // bytes; -1: told later
	Metadata string // of the client, handed back as it is
	Bound    bool   // each request needs a right to the upload
}

// StartResumable begins the transfer of f, which must be Missing and of u.
func (s *Service) StartResumable(ctx context.Context, u *core.Upload, f *core.File, n Resume) (*core.Resumable, error) {
	switch {
	case s.appender == nil:
		return nil, errNotResumable
	case u.Stream:
		return nil, errStreamResumes
	}
	limits, err := s.limitsOf(ctx, u)
	if err != nil {
		return nil, err
	}
	if err := s.acceptable(u, n.Length, limits); err != nil {
		return nil, err
	}
	if err := s.fits(ctx, u, n.Length, limits.MaxUserSize); err != nil {
		return nil, err
	}
	if f.Status != core.Missing {
		return nil, notMissing(f.Status)
	}
	r := s.newResumable(u.User, n)
	r.UploadID, r.FileID = u.ID, f.ID
	if err := s.store.CreateResumable(ctx, r); err != nil {
		return nil, err
	}
	err = s.store.MoveFile(ctx, f, core.Uploading, func(f *core.File) { f.Instance = core.ResumableInstance })
	if _, ok := errors.AsType[*core.Error](err); err != nil && !ok {
		return nil, err // the file may have moved: what was noted down lets it expire
	}
	if err == nil && n.Length > 0 && limits.MaxUserSize > 0 && u.User != "" {
		if err = s.reserve(ctx, f, u.User, n.Length, limits.MaxUserSize); err != nil {
			s.release(ctx, f)
		}
	}
	if err == nil {
		return r, nil
	}
	return nil, errors.Join(asInvalid(err), s.forget(ctx, r))
}

// forget drops what was noted down of r, even though the client has left.
func (s *Service) forget(ctx context.Context, r *core.Resumable) error {
	ctx, cancel := settle(ctx)
	defer cancel()
	return s.store.DropResumable(ctx, r.ID)
}

// asInvalid makes a lost race for a file the client's business.
func asInvalid(err error) error {
	if e, ok := errors.AsType[*core.Error](err); ok && e.Kind == core.KindConflict {
		return core.E(core.KindInvalid, "file_status_invalid", "%s", e.Text)
	}
	return err
}

func (s *Service) newResumable(owner core.UserID, n Resume) *core.Resumable {
	now := s.now().UTC()
	return &core.Resumable{
		ID: core.NewResumableID(), Owner: owner, Bound: n.Bound, Length: n.Length, Metadata: n.Metadata,
		CreatedAt: now, UpdatedAt: now,
	}
}

// Resumable returns a transfer as far as it is. All bytes there, it is Done, also when a crash
// came between. Absent, or its upload or file gone meanwhile: KindNotFound, KindGone.
func (s *Service) Resumable(ctx context.Context, id string) (*core.Resumable, error) {
	r, err := s.store.Resumable(ctx, id)
	if err != nil {
		return nil, err
	}
	if r.Done || r.Partial {
		return r, nil
	}
	u, f, err := s.resumed(ctx, r)
	if err != nil {
		return nil, err
	}
	if r.Complete() && !r.Done {
		return r, s.finish(ctx, r, u, f)
	}
	return r, nil
}

// Transfer returns what was noted down of a transfer, whatever became of its file. Absent: KindNotFound.
func (s *Service) Transfer(ctx context.Context, id string) (*core.Resumable, error) {
	return s.store.Resumable(ctx, id)
}

// resumed returns upload and file of r, if they still wait for its bytes.
func (s *Service) resumed(ctx context.Context, r *core.Resumable) (*core.Upload, *core.File, error) {
	u, f, err := s.store.UploadAndFile(ctx, r.UploadID, r.FileID)
	switch {
	case core.KindOf(err) == core.KindNotFound && err != nil, err == nil && f == nil:
		return nil, nil, errGone
	case err != nil:
		return nil, nil, err
	case u.Expired(s.now()), f.Status != core.Uploading || f.Instance != core.ResumableInstance:
		if r.Complete() && f.Status == core.Uploaded { // only that was not noted down
			r.Done = true
			return u, f, s.store.SaveResumable(ctx, r)
		}
		return nil, nil, errGone
	}
	return u, f, nil
}

var errGone = core.E(core.KindGone, "resumable_gone", "the upload was deleted or has expired, send the file anew")

// SetLength tells how long a transfer is that was begun without saying.
func (s *Service) SetLength(ctx context.Context, r *core.Resumable, length int64) error {
	if r.Length >= 0 || length < r.Offset {
		return core.E(core.KindInvalid, "length_invalid", "invalid length %d", length)
	}
	if err := s.mayBe(ctx, r, length); err != nil {
		return err
	}
	next := *r
	next.Length = length
	if err := s.store.SaveResumable(ctx, &next); err != nil {
		return err
	}
	r.Length = length
	return nil
}

// mayBe tells whether r may become so long.
func (s *Service) mayBe(ctx context.Context, r *core.Resumable, length int64) error {
	if r.Partial {
		limits, err := s.partialLimits(ctx, r)
		switch {
		case err != nil:
			return err
		case limits.MaxFileSize > 0 && length > limits.MaxFileSize:
			return tooBig(limits.MaxFileSize)
		}
		return s.partialFits(ctx, r.Owner, length-r.Offset, limits.MaxUserSize)
	}
	u, _, err := s.resumed(ctx, r)
	if err != nil {
		return err
	}
	limits, err := s.limitsOf(ctx, u)
	if err != nil {
		return err
	}
	return s.acceptable(u, length, limits)
}

// GiveUp ends a transfer and forgets its bytes; the file may be sent anew.
func (s *Service) GiveUp(ctx context.Context, r *core.Resumable) error {
	ctx, cancel := settle(ctx)
	defer cancel()
	if !r.Done && !r.Partial {
		s.running.cancel(r.FileID, errDeleted)
		_, f, err := s.store.UploadAndFile(ctx, r.UploadID, r.FileID)
		if err == nil && f != nil && f.Status == core.Uploading && f.Instance == core.ResumableInstance {
			err = s.takeBytes(ctx, r, f)
		}
		if k := core.KindOf(err); err != nil && k != core.KindNotFound && k != core.KindConflict {
			return err
		}
	}
	if r.Partial { // first what tells of the bytes: a daemon that dies now leaves bytes that the cleaner knows as nobody's
		return errors.Join(s.store.DropResumable(ctx, r.ID), s.appender.Drop(ctx, r.FileID))
	}
	if !r.Done {
		if err := s.appender.Drop(ctx, r.FileID); err != nil {
			return err
		}
	}
	return s.store.DropResumable(ctx, r.ID)
}

// takeBytes forgets the bytes of r and makes its file Missing: last, for others then may send it.
func (s *Service) takeBytes(ctx context.Context, r *core.Resumable, f *core.File) error {
	if err := s.appender.Drop(ctx, r.FileID); err != nil {
		return err
	}
	if r.Complete() { // they may have become the file, which was not noted down
		if err := s.backend.Delete(ctx, data.KeyOf(f)); err != nil {
			return err
		}
	}
	return s.store.MoveFile(ctx, f, core.Missing, nil)
}

// finish makes the file of r, all whose bytes are there.
func (s *Service) finish(ctx context.Context, r *core.Resumable, u *core.Upload, f *core.File) error {
	ctx, cancel := settle(ctx)
	defer cancel()
	in := s.restore(ctx, r, nil)
	stored, err := s.appender.Finish(ctx, r.FileID, data.KeyOf(f), r.Length)
	if err != nil {
		return err
	}
	err = s.store.MoveFile(ctx, f, core.Uploaded, func(f *core.File) {
		in.describe(f)
		if r.Digest {
			f.MD5 = ""
		}
		f.BackendDetails = stored.Details
	})
	if k := core.KindOf(err); err != nil && (k == core.KindConflict || k == core.KindNotFound) {
		if !s.replaced(ctx, f) {
			s.discard(ctx, f, stored)
		}
		if _, _, err := s.resumed(ctx, r); err == nil && r.Done { // somebody else came first
			return nil
		}
		return errGone
	}
	if err != nil {
		return err
	}
	r.Done, r.UpdatedAt = true, s.now().UTC()
	if err := s.store.SaveResumable(ctx, r); err != nil {
		return err
	}
	s.digestLater(r)
	return nil
}

// segment reads until so many bytes or so much time have passed.
type segment struct {
	r     io.Reader
	left  int64
	until time.Time
	now   core.Clock
	touch func() error // what to do instead when it is time; may be nil
	more  bool         // it ended because of them
}

func (g *segment) Read(p []byte) (int, error) {
	late := !g.now().Before(g.until)
	if g.left <= 0 || late && g.touch == nil {
		g.more = true
		return 0, io.EOF
	}
	if late {
		if err := g.touch(); err != nil {
			return 0, err
		}
		g.until = g.now().Add(checkpointEvery)
	}
	n, err := g.r.Read(p[:min(int64(len(p)), g.left)])
	g.left -= int64(n)
	return n, err
}

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
	if err == nil && n.Length > 0 && limits.MaxUserSize > 0 && u.User != "" {
		if err = s.reserve(ctx, f, u.User, n.Length, limits.MaxUserSize); err != nil {
			s.release(ctx, f)
		}
	}
	if err != nil {
		return nil, errors.Join(asInvalid(err), s.store.DropResumable(ctx, r.ID))
	}
	return r, nil
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

// StartPartial begins the transfer of a piece that JoinResumables makes a part of a file. u is
// the upload it is meant for, nil when that is not known yet.
func (s *Service) StartPartial(ctx context.Context, who core.Identity, u *core.Upload, n Resume) (*core.Resumable, error) {
	owner, limits := who.ID(), s.policy.limits(who.User)
	if u != nil {
		var err error
		if owner = u.User; u.Stream {
			return nil, errStreamResumes
		}
		if limits, err = s.limitsOf(ctx, u); err != nil {
			return nil, err
		}
	} else if s.policy.AnonymousRefused && who.User == nil {
		return nil, errAnonymous
	}
	switch {
	case s.appender == nil:
		return nil, errNotResumable
	case limits.MaxFileSize > 0 && n.Length > limits.MaxFileSize:
		return nil, tooBig(limits.MaxFileSize)
	}
	if err := s.partialFits(ctx, owner, max(n.Length, 0), limits.MaxUserSize); err != nil {
		return nil, err
	}
	r := s.newResumable(owner, n)
	r.Partial, r.FileID = true, core.NewFileID()
	if u != nil {
		r.UploadID = u.ID
	}
	return r, s.store.CreateResumable(ctx, r)
}

// partialFits tells whether a piece of n bytes more fits into a quota, beside other pieces.
func (s *Service) partialFits(ctx context.Context, owner core.UserID, n, quota int64) error {
	if quota <= 0 || owner == "" {
		return nil
	}
	used, err := s.store.QuotaUsed(ctx, owner)
	if err != nil {
		return err
	}
	pieces, err := s.store.PartialBytes(ctx, owner)
	if err != nil {
		return err
	}
	if n > quota-used-pieces {
		return overQuota(quota)
	}
	return nil
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
	if !r.Partial {
		u, _, err := s.resumed(ctx, r)
		if err != nil {
			return err
		}
		limits, err := s.limitsOf(ctx, u)
		if err != nil {
			return err
		}
		if err := s.acceptable(u, length, limits); err != nil {
			return err
		}
	}
	next := *r
	next.Length = length
	if err := s.store.SaveResumable(ctx, &next); err != nil {
		return err
	}
	r.Length = length
	return nil
}

// GiveUp ends a transfer and forgets its bytes; the file may be sent anew.
func (s *Service) GiveUp(ctx context.Context, r *core.Resumable) error {
	ctx, cancel := settle(ctx)
	defer cancel()
	if !r.Done && !r.Partial {
		s.running.cancel(r.FileID, errDeleted)
		_, f, err := s.store.UploadAndFile(ctx, r.UploadID, r.FileID)
		if err == nil && f != nil && f.Status == core.Uploading && f.Instance == core.ResumableInstance {
			err = s.store.MoveFile(ctx, f, core.Missing, nil)
		}
		if k := core.KindOf(err); err != nil && k != core.KindNotFound && k != core.KindConflict {
			return err
		}
	}
	if !r.Done || r.Partial {
		if err := s.appender.Drop(ctx, r.FileID); err != nil {
			return err
		}
	}
	return s.store.DropResumable(ctx, r.ID)
}

// finish makes the file of r, all whose bytes are there.
func (s *Service) finish(ctx context.Context, r *core.Resumable, u *core.Upload, f *core.File) error {
	ctx, cancel := settle(ctx)
	defer cancel()
	in := s.restore(ctx, r, nil)
	if in == nil {
		return errors.New("finish resumable: the state of its digest cannot be read")
	}
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
	more  bool // it ended because of them
}

func (g *segment) Read(p []byte) (int, error) {
	if g.left <= 0 || !g.now().Before(g.until) {
		g.more = true
		return 0, io.EOF
	}
	n, err := g.r.Read(p[:min(int64(len(p)), g.left)])
	g.left -= int64(n)
	return n, err
}

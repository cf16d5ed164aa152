package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Body is the content of a file as it arrives.
type Body struct {
	io.Reader
	Size int64 // announced, in bytes; -1 when unknown
	// Interrupt makes a Read that is under way fail soon, from any goroutine. May be nil.
	Interrupt func()
}

// watch interrupts the body's reads when ctx ends. The returned stop must be called.
func (b Body) watch(ctx context.Context) (stop func()) {
	if b.Interrupt == nil {
		return func() {}
	}
	return whenDone(ctx, b.Interrupt)
}

// whenDone calls f when ctx ends. After stop f is not called and no longer running: what it
// does to a connection would otherwise meet the next request on it.
func whenDone(ctx context.Context, f func()) (stop func()) {
	left := make(chan struct{})
	cancel := context.AfterFunc(ctx, func() { defer close(left); f() })
	return sync.OnceFunc(func() {
		if !cancel() {
			<-left
		}
	})
}

// Receive takes the content of f, which must be Missing: stored when it returns nil, or
// received to the last byte at the other end when u is a stream. f then tells size, digest and
// type. After a failure the file is Missing again, its bytes are gone, and it may be sent
// anew. Of several at once for one file one is taken, the others are KindInvalid.
func (s *Service) Receive(ctx context.Context, u *core.Upload, f *core.File, body Body) error {
	limits, err := s.limitsOf(ctx, u)
	if err != nil {
		return err
	}
	if err := s.acceptable(u, body.Size, limits); err != nil {
		return err
	}
	if u.Stream {
		return s.send(ctx, f, body, limits.MaxFileSize, func() {})
	}
	if err := s.claim(ctx, f); err != nil {
		return err
	}
	in := s.ingest(ctx, body, limits)
	defer in.drop()
	return s.keep(ctx, u, f, in, body, limits)
}

// limitsOf returns what the owner of u is allowed.
func (s *Service) limitsOf(ctx context.Context, u *core.Upload) (core.Limits, error) {
	if u.User == "" {
		return s.policy.limits(nil), nil
	}
	owner, err := s.store.User(ctx, u.User)
	if core.KindOf(err) == core.KindNotFound && err != nil { // an upload can outlive its owner for a moment
		return s.policy.limits(&core.User{}), nil
	}
	if err != nil {
		return core.Limits{}, err
	}
	return s.policy.limits(owner), nil
}

// acceptable refuses what is known to fail before a byte is read.
func (s *Service) acceptable(u *core.Upload, size int64, limits core.Limits) error {
	if u.Stream && !s.policy.Stream.Allowed {
		return core.E(core.KindInvalid, "feature_disabled", "streaming uploads are disabled")
	}
	if limit := limits.MaxFileSize; limit > 0 && size > limit {
		return tooBig(limit)
	}
	return nil
}

// ReceiveNew adds a file to u and takes its content, as Receive does. A file whose
// content failed stays in the upload, Missing, if it was large enough for others to see it.
func (s *Service) ReceiveNew(ctx context.Context, u *core.Upload, name string, body Body) (*core.File, error) {
	limits, err := s.limitsOf(ctx, u)
	if err != nil {
		return nil, err
	}
	if err := s.acceptable(u, body.Size, limits); err != nil {
		return nil, err
	}
	f, err := s.newFile(u, NewFile{Name: name}, limits.MaxFileSize)
	if err != nil {
		return nil, explain("unable to create file", err)
	}
	add := func(ctx context.Context) error { return s.addFile(ctx, f) }
	if !u.Stream {
		return f, s.keepNew(ctx, u, f, body, limits, add)
	}
	if err := add(ctx); err != nil {
		return nil, err
	}
	return f, s.send(ctx, f, body, limits.MaxFileSize, func() {})
}

// Declare adds a file to u whose content comes later.
func (s *Service) Declare(ctx context.Context, u *core.Upload, n NewFile) (*core.File, error) {
	limits, err := s.limitsOf(ctx, u)
	if err != nil {
		return nil, err
	}
	f, err := s.newFile(u, n, limits.MaxFileSize)
	if err != nil {
		return nil, explain("unable to create file", err)
	}
	return f, s.addFile(ctx, f)
}

func (s *Service) addFile(ctx context.Context, f *core.File) error {
	err := s.store.AddFile(ctx, f, s.policy.MaxFiles)
	if err != nil && core.KindOf(err) == core.KindTooLarge {
		return core.E(core.KindInvalid, "too_many_files", "maximum number file per upload reached, limit is %d", s.policy.MaxFiles)
	}
	return err
}

// Quick makes an upload of one file out of its content. announce is called when a stream
// begins to wait for its receiver. When it fails nothing of the upload is left; the upload is
// returned all the same once it had been announced.
func (s *Service) Quick(ctx context.Context, c Caller, r Request, name string, body Body, announce func(*core.Upload)) (*core.Upload, error) {
	r.Files = []NewFile{{Name: name}}
	u, err := s.build(ctx, c, r)
	if err != nil {
		return nil, explain("unable to create upload", err)
	}
	limits := s.policy.limits(c.Who.User)
	if err := s.acceptable(u, body.Size, limits); err != nil {
		return nil, err
	}
	create := func(ctx context.Context) error { return s.store.CreateUpload(ctx, u) }
	if !u.Stream {
		err = s.keepNew(ctx, u, u.Files[0], body, limits, create)
	} else if err = create(ctx); err == nil {
		err = s.send(ctx, u.Files[0], body, limits.MaxFileSize, func() { announce(u) })
	}
	if err != nil {
		s.TakeBack(ctx, u)
	}
	return u, err
}

// TakeBack removes an upload that nobody has seen, if it came to be.
func (s *Service) TakeBack(ctx context.Context, u *core.Upload) {
	ctx, cancel := settle(ctx)
	defer cancel()
	if err := s.store.RemoveUpload(ctx, u.ID, s.now()); err != nil && core.KindOf(err) != core.KindNotFound {
		s.log.WithError(err).WithField("upload", u.ID).Error("cannot take back a failed upload")
	}
}

func notMissing(is core.Status) error {
	return core.E(core.KindInvalid, "file_status_invalid", "invalid file status %s, expected %s", is, core.Missing)
}

// claim moves f from Missing to Uploading for this daemon.
func (s *Service) claim(ctx context.Context, f *core.File) error {
	if f.Status != core.Missing {
		return notMissing(f.Status)
	}
	err := s.store.MoveFile(ctx, f, core.Uploading, func(f *core.File) { f.Instance = s.instance })
	if e, ok := errors.AsType[*core.Error](err); ok && e.Kind == core.KindConflict {
		return core.E(core.KindInvalid, "file_status_invalid", "%s", e.Text)
	}
	return err
}

// keepNew stores the content of a file that insert makes known. A small one is made known when
// it is stored, so that it costs one change of the database; of a large one others know while it
// arrives, and it is recovered when this daemon dies.
func (s *Service) keepNew(ctx context.Context, u *core.Upload, f *core.File, body Body, limits core.Limits, insert func(context.Context) error) error {
	if err := s.fits(ctx, u, body.Size, limits.MaxUserSize); err != nil {
		return err // before the sender sends
	}
	in := s.ingest(ctx, body, limits)
	defer in.drop()
	whole, err := in.gather()
	if err != nil {
		return err
	}
	if !whole || limits.MaxUserSize > 0 { // a quota is kept in the row
		f.Status, f.Instance = core.Uploading, s.instance // born as claim would make it
		if err := insert(ctx); err != nil {
			return err
		}
		return s.keep(ctx, u, f, in, body, limits)
	}
	share, err := s.space.take(ctx, int64(in.firstN))
	if err != nil {
		return err
	}
	defer share.release()
	stored, err := s.backend.Put(ctx, data.KeyOf(f), in, int64(in.firstN))
	if err != nil {
		return in.blame(err)
	}
	in.describe(f)
	f.Status, f.BackendDetails = core.Uploaded, stored.Details
	done, cancel := settle(ctx)
	defer cancel()
	if err := insert(done); err != nil {
		if !s.replaced(done, f) { // else it was recorded, whatever failed after that
			s.discard(done, f, stored)
		}
		return err
	}
	share.stored(f.Size)
	return nil
}

func (s *Service) ingest(ctx context.Context, body Body, limits core.Limits) *ingest {
	return newIngest(ctx, body, limits.MaxFileSize, !s.policy.NoDigest)
}

// keep stores the content of f, which this daemon has claimed.
func (s *Service) keep(ctx context.Context, u *core.Upload, f *core.File, in *ingest, body Body, limits core.Limits) error {
	ctx, end := s.running.begin(ctx, f.ID)
	defer end()
	stop := body.watch(ctx)
	defer stop()
	in.ctx = ctx

	room, err := s.allow(ctx, u, f, limits.MaxUserSize, max(in.size, body.Size))
	if err != nil {
		s.release(ctx, f)
		return err
	}
	defer room.release()
	in.allow(room)

	stored, err := s.backend.Put(ctx, data.KeyOf(f), in, body.Size)
	if err != nil {
		s.release(ctx, f)
		return in.blame(err)
	}
	done, cancel := settle(ctx)
	defer cancel()
	err = s.store.MoveFile(done, f, core.Uploaded, func(f *core.File) {
		in.describe(f)
		f.BackendDetails = stored.Details
	})
	if err != nil {
		if !s.replaced(done, f) {
			s.discard(done, f, stored)
		}
		if k := core.KindOf(err); k == core.KindConflict || k == core.KindNotFound {
			return errDeleted
		}
		s.release(ctx, f)
		return fmt.Errorf("record upload: %w", err)
	}
	room.stored(f.Size)
	return nil
}

// blame prefers what ended the reading to what the backend made of it.
func (in *ingest) blame(err error) error {
	if in.err != nil {
		return in.err
	}
	if cause, ok := errors.AsType[*core.Error](context.Cause(in.ctx)); ok {
		return cause
	}
	return err
}

// replaced tells whether the row says that the bytes are there, or that another daemon, which
// held us for dead, is sending them. They are then not ours to delete.
func (s *Service) replaced(ctx context.Context, f *core.File) bool {
	_, now, err := s.store.UploadAndFile(ctx, f.UploadID, f.ID)
	if err != nil || now == nil {
		return false
	}
	return now.Status == core.Uploaded || now.Status == core.Uploading && now.Instance != s.instance
}

// discard deletes the bytes of a file that could not be recorded.
func (s *Service) discard(ctx context.Context, f *core.File, stored data.Stored) {
	key := data.KeyOf(f)
	key.Details = stored.Details
	if err := s.backend.Delete(ctx, key); err != nil {
		s.log.WithError(err).WithField("file", f.ID).Error("cannot delete the bytes of a failed upload, fsck will find them")
	}
}

// release makes a claimed file Missing again, so that it can be sent anew. One that was
// deleted meanwhile stays deleted.
func (s *Service) release(ctx context.Context, f *core.File) {
	ctx, cancel := settle(ctx)
	defer cancel()
	err := s.store.MoveFile(ctx, f, core.Missing, nil)
	if k := core.KindOf(err); err != nil && k != core.KindConflict && k != core.KindNotFound {
		s.log.WithError(err).WithField("file", f.ID).Error("cannot release a failed upload, it will be recovered at the next start")
	}
}

package uploads

import (
	"context"
	"errors"
	"slices"

	"github.com/root-gg/plik/server/core"
)

// JoinResumables makes f, which must be Missing and of u, out of Partials, in that order. They are
// gone then. The digest of the file follows later.
func (s *Service) JoinResumables(ctx context.Context, u *core.Upload, f *core.File, parts []*core.Resumable, n Resume) (*core.Resumable, error) {
	n.Length = 0
	for _, p := range parts {
		if !p.Partial || !p.Complete() {
			return nil, core.E(core.KindInvalid, "part_incomplete", "a part is not complete, or is no part")
		}
		n.Length += p.Length
	}
	r, err := s.StartResumable(ctx, u, f, n)
	if err != nil {
		return nil, err
	}
	if err := s.join(ctx, r, u, f, parts); err != nil {
		return nil, errors.Join(err, s.GiveUp(ctx, r))
	}
	done, cancel := settle(ctx)
	defer cancel()
	for _, p := range parts {
		if err := s.GiveUp(done, p); err != nil { // the cleaner will
			s.log.WithError(err).WithField("file", f.ID).Warn("cannot remove a part that was joined")
		}
	}
	return r, nil
}

func (s *Service) join(ctx context.Context, r *core.Resumable, u *core.Upload, f *core.File, parts []*core.Resumable) error {
	ctx, end := s.running.begin(ctx, f.ID)
	defer end()
	share, err := s.space.take(ctx, r.Length) // until the parts are gone there are two of each byte
	if err != nil {
		return err
	}
	defer share.release()
	ids := make([]core.FileID, 0, len(parts))
	for _, p := range parts {
		if p.Length > 0 { // of an empty one there is nothing
			ids = append(ids, p.FileID)
		}
	}
	if err := s.appender.Join(ctx, r.FileID, ids); err != nil {
		return err
	}
	next := *r
	next.Offset, next.Digest, next.UpdatedAt = r.Length, !s.policy.NoDigest, s.now().UTC()
	for _, p := range parts {
		next.Parts = append(next.Parts, p.ID)
		next.CRC32 = combineCRC32(next.CRC32, p.CRC32, p.Length)
		if len(next.Head) < headSize {
			next.Head = append(slices.Clone(next.Head), p.Head[:min(len(p.Head), headSize-len(next.Head))]...)
		}
	}
	if err := s.store.SaveResumable(ctx, &next); err != nil {
		return err
	}
	*r = next
	return s.finish(ctx, r, u, f)
}

package uploads

import (
	"context"
	"errors"
	"time"

	"github.com/root-gg/plik/server/core"
)

// ExpireResumables gives up the transfers that nothing was added to for so long, and those whose file
// is not waited for any more, and drops bytes that belong to none. It returns how many were given up.
// One that is moving notes that down at least every few seconds. What fails does not keep the others.
func (s *Service) ExpireResumables(ctx context.Context, life time.Duration) (n int, err error) {
	if s.appender == nil {
		return 0, nil
	}
	var failed []error
	files := map[core.FileID]*core.Resumable{} // of each the transfer that moved last
	err = s.eachResumable(ctx, func(r *core.Resumable) error {
		if other := files[r.FileID]; other == nil || other.UpdatedAt.Before(r.UpdatedAt) {
			files[r.FileID] = &core.Resumable{ID: r.ID, UpdatedAt: r.UpdatedAt}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	err = s.eachResumable(ctx, func(r *core.Resumable) error {
		current := files[r.FileID] == nil || files[r.FileID].ID == r.ID
		gone, err := s.expire(ctx, r, life, current)
		if gone {
			n++
		}
		if err != nil {
			failed = append(failed, err)
		}
		return context.Cause(ctx)
	})
	if err != nil {
		return n, errors.Join(append(failed, err)...)
	}
	for u, err := range s.appender.Unfinished(ctx) {
		if err == nil && files[u.ID] == nil && s.now().Sub(u.Modified) >= life {
			err = s.appender.Drop(ctx, u.ID)
		}
		if err != nil {
			failed = append(failed, err)
		}
	}
	return n, errors.Join(failed...)
}

// expire ends r if it is time. A daemon that died while it began a transfer leaves one that nobody knows:
// not current, it waits for the end of that which has the file and the bytes.
func (s *Service) expire(ctx context.Context, r *core.Resumable, life time.Duration, current bool) (gone bool, err error) {
	old := s.now().Sub(r.UpdatedAt) > life
	switch {
	case !current, r.Done && !old, r.Done && r.Digest && !s.policy.NoDigest: // the digest comes first
		return false, nil
	case r.Done:
		return false, s.store.DropResumable(ctx, r.ID)
	case !old && (r.Partial || !s.forsaken(ctx, r)):
		return false, nil
	}
	now, err := s.store.Resumable(ctx, r.ID) // it may have moved since it was listed
	if err != nil || !now.UpdatedAt.Equal(r.UpdatedAt) {
		if core.KindOf(err) == core.KindNotFound {
			err = nil
		}
		return false, err
	}
	err = s.GiveUp(ctx, now)
	return err == nil, err
}

// forsaken tells whether the file of r takes its bytes no more.
func (s *Service) forsaken(ctx context.Context, r *core.Resumable) bool {
	_, _, err := s.resumed(ctx, r)
	return core.KindOf(err) == core.KindGone && err != nil
}

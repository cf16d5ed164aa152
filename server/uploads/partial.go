package uploads

import (
	"context"

	"github.com/root-gg/plik/server/core"
)

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
	left, err := s.partialLeft(ctx, owner, quota)
	if err == nil && n > left {
		err = overQuota(quota)
	}
	return err
}

// partialLeft returns what files and pieces leave of a quota.
func (s *Service) partialLeft(ctx context.Context, owner core.UserID, quota int64) (int64, error) {
	used, err := s.store.QuotaUsed(ctx, owner)
	if err != nil {
		return 0, err
	}
	pieces, err := s.store.PartialBytes(ctx, owner)
	return quota - used - pieces, err
}

// partialLimits returns what the owner of a piece is allowed.
func (s *Service) partialLimits(ctx context.Context, r *core.Resumable) (core.Limits, error) {
	if r.Owner == "" {
		return s.policy.limits(nil), nil
	}
	owner, err := s.store.User(ctx, r.Owner)
	if core.KindOf(err) == core.KindNotFound && err != nil {
		return core.Limits{}, errGone
	}
	if err != nil {
		return core.Limits{}, err
	}
	return s.policy.limits(owner), nil
}

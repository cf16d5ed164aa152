package uploads

import (
	"context"

	humanize "github.com/dustin/go-humanize"

	"github.com/root-gg/plik/server/core"
)

// reserveStep is how many bytes of a quota a file of unknown size reserves at first; it then
// doubles what it has, so that a large one costs few changes.
const reserveStep = 8 << 20

func overQuota(quota int64) *core.Error {
	return core.E(core.KindInvalid, "quota_exceeded", "maximum user upload size reached. (%s)", humanize.Bytes(uint64(quota)))
}

// announced refuses an upload whose files, as declared, do not fit into what its owner has left.
func (s *Service) announced(ctx context.Context, u *core.Upload, quota int64) error {
	var sum int64
	for _, f := range u.Files {
		if sum += f.Size; sum < 0 { // more than an int64 holds
			return overQuota(quota)
		}
	}
	if sum == 0 || u.Stream {
		return nil
	}
	return s.fits(ctx, u, sum, quota)
}

// fits tells whether n bytes more fit into what the owner of u has left. Others may take it
// meanwhile: only a reservation is sure.
func (s *Service) fits(ctx context.Context, u *core.Upload, n, quota int64) error {
	if quota <= 0 || u.User == "" {
		return nil
	}
	used, err := s.store.QuotaUsed(ctx, u.User)
	if err != nil {
		return err
	}
	if n > quota-used {
		return overQuota(quota)
	}
	return nil
}

// room is what a file may take while it arrives: a part of its owner's quota, and of the
// server's space. It belongs to the goroutine that receives the file.
type room struct {
	s     *Service
	f     *core.File
	owner core.UserID
	quota int64  // bytes; <= 0: none
	space *share // nil: not bounded
	base  int64  // bytes that were there before
	size  int64  // bytes that are allowed, those among them
}

// allow makes room for the first n bytes of f, which this daemon is receiving. It returns nil when
// nothing bounds the file.
func (s *Service) allow(ctx context.Context, u *core.Upload, f *core.File, quota, n int64) (*room, error) {
	return s.allowFrom(ctx, u, f, quota, 0, max(n, f.Size)) // at least what was declared
}

// allowFrom makes room for the bytes of f up to n, of which base are there.
func (s *Service) allowFrom(ctx context.Context, u *core.Upload, f *core.File, quota, base, n int64) (*room, error) {
	if u.User == "" {
		quota = 0
	}
	if quota <= 0 && s.space == nil {
		return nil, nil
	}
	r := &room{s: s, f: f, owner: u.User, quota: quota, base: base, size: base}
	var err error
	if r.space, err = s.space.take(ctx, 0); err != nil {
		return nil, err
	}
	if n > base {
		if err := r.extend(ctx, n); err != nil {
			r.release()
			return nil, err
		}
	}
	return r, nil
}

// grow makes room for n bytes, and more, so that it is not asked for each block.
func (r *room) grow(ctx context.Context, n int64) error {
	step := max(r.size-r.base, reserveStep)
	if r.extend(ctx, max(n, r.size+step)) == nil {
		return nil
	}
	return r.extend(ctx, n) // near the limit
}

func (r *room) extend(ctx context.Context, n int64) error {
	if err := r.space.grow(ctx, n-r.base); err != nil {
		return err
	}
	if r.quota > 0 && n > r.f.Reserved {
		if err := r.s.reserve(ctx, r.f, r.owner, n, r.quota); err != nil {
			return err
		}
	}
	r.size = n
	return nil
}

// reserve makes n bytes of its owner's quota those of f.
func (s *Service) reserve(ctx context.Context, f *core.File, owner core.UserID, n, quota int64) error {
	err := s.store.Reserve(ctx, f, owner, n, quota)
	switch k := core.KindOf(err); {
	case err != nil && k == core.KindTooLarge:
		return overQuota(quota)
	case err != nil && k == core.KindConflict:
		return errDeleted
	}
	return err
}

// stored notes that the file is there, of this size.
func (r *room) stored(size int64) {
	if r != nil {
		r.space.stored(size)
	}
}

// release gives back what was not used. What the row holds counts no longer once the file has
// left the state Uploading.
func (r *room) release() {
	if r != nil {
		r.space.release()
	}
}

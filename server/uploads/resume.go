package uploads

import (
	"context"
	"crypto/md5"
	"encoding"
	"hash"
	"io"
	"slices"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Checksum is what the sender says of a piece.
type Checksum struct {
	Hash hash.Hash // fresh
	Sum  []byte
}

// ErrChecksum says that a piece is not what its sender summed up. Nothing of it is kept.
var ErrChecksum = core.E(core.KindInvalid, "checksum_mismatch", "the checksum does not match, send these bytes again")

// Append adds the bytes of body to r, whose lock the caller holds, and returns how many are safe:
// r tells the new offset. What came before an error is kept, but not when sum is given. With
// the last byte the file is there.
func (s *Service) Append(ctx context.Context, r *core.Resumable, body Body, sum *Checksum) (int64, error) {
	if r.Done || len(r.Parts) > 0 {
		return 0, core.E(core.KindInvalid, "resumable_done", "this upload is complete")
	}
	var u *core.Upload
	var f *core.File
	var limits core.Limits
	if !r.Partial {
		var err error
		if u, f, err = s.resumed(ctx, r); err != nil {
			return 0, err
		}
		if limits, err = s.limitsOf(ctx, u); err != nil {
			return 0, err
		}
	} else {
		var err error
		if limits, err = s.partialLimits(ctx, r); err != nil {
			return 0, err
		}
	}
	ctx, end := s.running.begin(ctx, r.FileID)
	defer end()
	stop := body.watch(ctx)
	defer stop()
	source, err := s.bounded(ctx, r, body, limits.MaxUserSize)
	if err != nil {
		return 0, err
	}
	a := &appending{s: s, r: r, source: source, sum: sum, began: *r}
	rm, err := s.allowPiece(ctx, r, u, f, limits, body.Size)
	if err != nil {
		return 0, err
	}
	defer rm.release()
	err = a.run(ctx, limits.MaxFileSize, rm)
	n := r.Offset - a.began.Offset
	rm.stored(n)
	if err != nil {
		return n, err
	}
	if r.Complete() && !r.Partial {
		return n, s.finish(ctx, r, u, f)
	}
	return n, nil
}

// bounded returns the bytes of body that may be stored: those that were announced, and of a part of
// unknown length those that its owner's quota has left now.
func (s *Service) bounded(ctx context.Context, r *core.Resumable, body Body, quota int64) (io.Reader, error) {
	if r.Length >= 0 {
		return &bounded{r: body, left: r.Length - r.Offset, past: ErrLengthExceeded}, nil
	}
	if !r.Partial || quota <= 0 || r.Owner == "" {
		return body, nil
	}
	left, err := s.partialLeft(ctx, r.Owner, quota)
	if err == nil && left < max(body.Size, 0) {
		err = overQuota(quota)
	}
	return &bounded{r: body, left: left, past: overQuota(quota)}, err
}

// allowPiece makes room for what is to be appended.
func (s *Service) allowPiece(ctx context.Context, r *core.Resumable, u *core.Upload, f *core.File, limits core.Limits, n int64) (*room, error) {
	if r.Partial {
		if err := s.partialFits(ctx, r.Owner, 0, limits.MaxUserSize); err != nil {
			return nil, err
		}
		share, err := s.space.take(ctx, max(n, 0))
		if err != nil || share == nil {
			return nil, err
		}
		return &room{s: s, space: share, size: r.Offset + max(n, 0), base: r.Offset}, nil
	}
	return s.allowFrom(ctx, u, f, limits.MaxUserSize, r.Offset, r.Offset+max(n, 0))
}

// appending is an Append under way.
type appending struct {
	s      *Service
	r      *core.Resumable
	source io.Reader
	sum    *Checksum
	began  core.Resumable
}

func (a *appending) run(ctx context.Context, maxSize int64, rm *room) (err error) {
	piece, err := a.s.appender.Append(ctx, a.r.FileID, a.r.Offset)
	if err != nil {
		return err
	}
	defer func() {
		if closeErr := piece.Close(); err == nil {
			err = closeErr
		}
	}()
	if a.sum != nil {
		a.source = io.TeeReader(a.source, a.sum.Hash)
	}
	for {
		more, err := a.segment(ctx, piece, maxSize, rm)
		if err != nil || !more {
			return err
		}
	}
}

// segment moves some of the bytes, and makes them safe. more tells that there may be others.
func (a *appending) segment(ctx context.Context, piece data.Piece, maxSize int64, rm *room) (more bool, err error) {
	g := &segment{r: a.source, left: checkpointBytes, until: a.s.now().Add(checkpointEvery), now: a.s.now}
	if a.sum != nil { // it is all or nothing
		g.left, g.touch = 1<<62, func() error { return a.touch(ctx) }
	}
	in := a.s.restore(ctx, a.r, g)
	in.limit, in.frugal = maxSize, true
	in.allow(rm)
	written, err := in.WriteTo(piece)
	in.size = a.r.Offset + written   // what was read and refused does not count
	if err != nil && in.err == nil { // the disk: what is there now is not known
		return false, err
	}
	if a.sum != nil && (err != nil || !slices.Equal(a.sum.Hash.Sum(nil), a.sum.Sum)) {
		if err == nil {
			err = ErrChecksum
		}
		return false, err // the next one cuts it off
	}
	if saveErr := a.checkpoint(ctx, piece, in); saveErr != nil {
		return false, saveErr
	}
	return g.more, err
}

// checkpoint makes what arrived so far safe: bytes first, then where they end.
func (a *appending) checkpoint(ctx context.Context, piece data.Piece, in *ingest) error {
	if in.size == a.r.Offset {
		return nil
	}
	if err := piece.Sync(); err != nil {
		return err
	}
	next := *a.r
	next.Offset, next.CRC32, next.Head, next.UpdatedAt = in.size, in.crc, in.head, a.s.now().UTC()
	next.MD5 = nil // else it would be that of fewer bytes
	if in.md5 != nil {
		var err error
		if next.MD5, err = in.md5.(encoding.BinaryMarshaler).MarshalBinary(); err != nil {
			return err
		}
	}
	done, cancel := settle(ctx)
	defer cancel()
	if err := a.s.store.SaveResumable(done, &next); err != nil {
		return err
	}
	*a.r = next
	return nil
}

// touch notes down that bytes are coming, of which none counts yet. That this fails matters only
// when nobody waits for them any more.
func (a *appending) touch(ctx context.Context) error {
	next := *a.r
	next.UpdatedAt = a.s.now().UTC()
	err := a.s.store.SaveResumable(ctx, &next)
	if err == nil {
		*a.r = next
	} else if core.KindOf(err) == core.KindNotFound {
		return errGone
	}
	return nil
}

// restore returns an ingest that goes on where r is. With a state of the digest that cannot be read
// r says that the digest comes later.
func (s *Service) restore(ctx context.Context, r *core.Resumable, from io.Reader) *ingest {
	in := newIngest(ctx, from, 0, false)
	in.size, in.crc, in.head = r.Offset, r.CRC32, r.Head
	if s.policy.NoDigest || r.Digest || r.Partial {
		return in
	}
	in.md5 = md5.New()
	if len(r.MD5) == 0 {
		if r.Offset > 0 { // begun while digests were off
			in.md5 = nil
		}
		return in
	}
	if err := in.md5.(encoding.BinaryUnmarshaler).UnmarshalBinary(r.MD5); err != nil {
		in.md5, r.MD5, r.Digest = nil, nil, true
	}
	return in
}

// bounded hands on no more than it may.
type bounded struct {
	r    io.Reader
	left int64
	past error // when there is more
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 { // is there one too many?
		var one [1]byte
		n, err := b.r.Read(one[:])
		if n > 0 {
			return 0, b.past
		}
		return 0, err
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}

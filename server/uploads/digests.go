package uploads

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// digestLater has RunDigests compute the digest of a file that was joined.
func (s *Service) digestLater(r *core.Resumable) {
	if !r.Digest {
		return
	}
	select {
	case s.digests <- struct{}{}:
	default:
	}
}

// RunDigests computes the digests of files that were joined out of parts, until ctx ends: those that
// an earlier life left, and then whatever comes.
func (s *Service) RunDigests(ctx context.Context) {
	if s.appender == nil || s.policy.NoDigest {
		return
	}
	for {
		if err := s.computeDigests(ctx); err != nil && ctx.Err() == nil {
			s.log.WithError(err).Warn("cannot compute the digest of a file, another attempt follows")
		}
		retry := time.NewTimer(10 * time.Minute)
		select {
		case <-ctx.Done():
			retry.Stop()
			return
		case <-s.digests:
			retry.Stop()
		case <-retry.C:
		}
	}
}

func (s *Service) computeDigests(ctx context.Context) error {
	var failed []error // they do not keep the others waiting
	err := s.eachResumable(ctx, func(r *core.Resumable) error {
		if !r.Digest || !r.Done {
			return nil
		}
		if err := s.computeDigest(ctx, r); err != nil {
			failed = append(failed, err)
		}
		return context.Cause(ctx)
	})
	return errors.Join(append(failed, err)...)
}

func (s *Service) computeDigest(ctx context.Context, r *core.Resumable) error {
	f, err := s.store.File(ctx, r.FileID)
	if err == nil && f.Status == core.Uploaded {
		err = s.digest(ctx, f)
	}
	if err != nil && core.KindOf(err) != core.KindNotFound {
		return err
	}
	r.Digest = false
	err = s.store.SaveResumable(ctx, r)
	if err != nil && core.KindOf(err) == core.KindNotFound { // given up meanwhile
		return nil
	}
	return err
}

func (s *Service) digest(ctx context.Context, f *core.File) error {
	r, err := s.backend.Open(ctx, data.KeyOf(f), data.Range{})
	if err != nil {
		return fmt.Errorf("digest of file %s: %w", f.ID, err)
	}
	defer r.Close()
	sum, buf := md5.New(), blocks.Get().(*[blockSize]byte)
	defer blocks.Put(buf)
	for {
		n, err := r.Read(buf[:])
		sum.Write(buf[:n])
		if err == io.EOF {
			return s.store.SetMD5(ctx, f.ID, hex.EncodeToString(sum.Sum(nil)))
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("digest of file %s: %w", f.ID, err)
		}
	}
}

// eachResumable calls fn with all transfers there are.
func (s *Service) eachResumable(ctx context.Context, fn func(*core.Resumable) error) error {
	after := ""
	for {
		list, err := s.store.Resumables(ctx, after, 100)
		if err != nil || len(list) == 0 {
			return err
		}
		for _, r := range list {
			after = r.ID
			if err := fn(r); err != nil {
				return err
			}
		}
	}
}

package relocate

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Files are what the metadata knows.
type Files interface {
	EachUpload(ctx context.Context) iter.Seq2[*core.Upload, error]
	EachFile(ctx context.Context) iter.Seq2[*core.File, error]
	File(ctx context.Context, id core.FileID) (*core.File, error)
}

// Options say what to copy.
type Options struct {
	Store    Files
	From, To data.Backend
	Journal  *Journal
	Workers  int // files that are copied at once; 0: 4

	Now      core.Clock                         // nil: time.Now
	Problem  func(file *core.File, cause error) // a file that cannot be copied; the others are
	Progress func(Sum)                          // after each file, never two at a time
}

// Sum is how far it is.
type Sum struct {
	Files  int   // that are to be in the new store
	Copied int   // by this run
	Bytes  int64 // of those
	Failed int
}

// ErrSameStore is said when what was put into the new store is found in the old one.
var ErrSameStore = errors.New("the new store is the one that is in use")

// Copy copies what is not in the journal. The error is of what ends all; of single files Problem tells.
func Copy(ctx context.Context, o Options) (Sum, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Workers == 0 {
		o.Workers = 4
	}
	c := &copier{Options: o}
	if err := c.apart(ctx); err != nil {
		return Sum{}, err
	}
	gone, err := c.leaving(ctx)
	if err != nil {
		return Sum{}, err
	}
	wg, ctx := errgroup.WithContext(ctx)
	wg.SetLimit(o.Workers)
	for f, err := range o.Store.EachFile(ctx) {
		if err != nil {
			return c.sum, errors.Join(err, wg.Wait())
		}
		if f.Status != core.Uploaded || gone[f.UploadID] {
			continue
		}
		wg.Go(func() error { return c.file(ctx, f) })
	}
	err = wg.Wait()
	return c.sum, err
}

type copier struct {
	Options
	mu  sync.Mutex
	sum Sum
}

// apart makes sure that the stores are two: else bytes would be copied over themselves.
func (c *copier) apart(ctx context.Context) error {
	key := data.Key{Upload: core.UploadID("migration"), File: core.FileID("probe" + hex.EncodeToString(randomBytes(8)))}
	stored, err := c.To.Put(ctx, key, strings.NewReader("probe"), 5)
	if err != nil {
		return fmt.Errorf("the new store does not work: %w", err)
	}
	key.Details = stored.Details
	r, err := c.From.Open(ctx, key, data.Range{})
	if err == nil {
		err = errors.Join(ErrSameStore, r.Close())
	} else if core.KindOf(err) == core.KindNotFound {
		err = nil
	}
	return errors.Join(err, c.To.Delete(context.WithoutCancel(ctx), key))
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // never fails, see crypto/rand
	return b
}

// leaving returns the uploads whose files are not worth copying.
func (c *copier) leaving(ctx context.Context) (map[core.UploadID]bool, error) {
	gone, now := map[core.UploadID]bool{}, c.Now()
	for u, err := range c.Store.EachUpload(ctx) {
		if err != nil {
			return nil, err
		}
		if !u.DeletedAt.IsZero() || !u.ExpireAt.IsZero() && u.ExpireAt.Before(now) {
			gone[u.ID] = true
		}
	}
	return gone, nil
}

// file copies one that is not there yet.
func (c *copier) file(ctx context.Context, f *core.File) error {
	if _, ok := c.Journal.Of(f.ID); ok {
		c.count(func(s *Sum) { s.Files++ })
		return nil
	}
	record, err := c.one(ctx, f)
	if err == nil {
		err := c.Journal.add(record)
		c.count(func(s *Sum) { s.Files++; s.Copied++; s.Bytes += record.Size })
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if core.KindOf(err) == core.KindNoSpace {
		return err // so it is for the next one
	}
	now, gone := c.Store.File(ctx, f.ID)
	if core.KindOf(gone) == core.KindNotFound || gone == nil && now.Status != core.Uploaded {
		return nil // it was removed meanwhile
	}
	c.count(func(s *Sum) { s.Files++; s.Failed++ })
	if c.Problem != nil {
		c.Problem(f, err)
	}
	return nil
}

func (c *copier) count(change func(*Sum)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.sum)
	if c.Progress != nil {
		c.Progress(c.sum)
	}
}

// one copies a file and reads it back.
func (c *copier) one(ctx context.Context, f *core.File) (r Record, err error) {
	key := data.Key{Upload: f.UploadID, File: f.ID}
	from, err := c.From.Open(ctx, data.KeyOf(f), data.Range{})
	if err != nil {
		return r, fmt.Errorf("read: %w", err)
	}
	defer from.Close()
	sum := md5.New()
	stored, err := c.To.Put(ctx, key, io.TeeReader(from, sum), f.Size)
	if err != nil {
		return r, fmt.Errorf("copy: %w", err)
	}
	key.Details = stored.Details
	r = Record{File: f.ID, Upload: f.UploadID, Size: stored.Size, MD5: text(sum), Details: stored.Details}
	if err = c.verify(ctx, f, key, r); err != nil {
		return r, errors.Join(err, c.To.Delete(context.WithoutCancel(ctx), key))
	}
	return r, nil
}

func (c *copier) verify(ctx context.Context, f *core.File, key data.Key, r Record) error {
	if r.Size != f.Size {
		return fmt.Errorf("the old store has %d bytes, the database says %d", r.Size, f.Size)
	}
	if f.MD5 != "" && f.MD5 != r.MD5 {
		return fmt.Errorf("the old store has other bytes than were uploaded: their MD5 is %s, not %s", r.MD5, f.MD5)
	}
	back, err := c.To.Open(ctx, key, data.Range{})
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	defer back.Close()
	sum := md5.New()
	n, err := io.Copy(sum, back)
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	if n != r.Size || text(sum) != r.MD5 {
		return errors.New("the new store gives other bytes back than it was given")
	}
	return nil
}

func text(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// Finish removes from the new store what was copied and has been removed since. Nothing may serve
// the old one any more. It returns how many that were.
func Finish(ctx context.Context, o Options) (removed int, err error) {
	there := map[core.FileID]bool{}
	for f, err := range o.Store.EachFile(ctx) {
		if err != nil {
			return 0, err
		}
		there[f.ID] = f.Status == core.Uploaded
	}
	for _, r := range o.Journal.all() {
		if there[r.File] {
			continue
		}
		if err := o.To.Delete(ctx, data.Key{Upload: r.Upload, File: r.File, Details: r.Details}); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

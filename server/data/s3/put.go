package s3

import (
	"context"
	"errors"
	"io"

	"github.com/root-gg/plik/server/data"
)

// Put stores all of r under key; see data.Backend. When it returns nil the store has said that it
// has all. An object that key had before is replaced at once.
func (s *Store) Put(ctx context.Context, key data.Key, r io.Reader, size int64) (_ data.Stored, err error) {
	if !key.Plain() {
		return data.Stored{}, errInvalidID
	}
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	w := s.newWriter(ctx, s.objectName(key.File), s.newKey(), newNonce())
	defer func() { // also when r panics
		if closeErr := w.close(ctx); closeErr != nil && err != nil {
			err = errors.Join(err, s.failure(context.WithoutCancel(ctx), "remove the unfinished file", closeErr))
		}
	}()
	if err := w.expect(size); err != nil {
		return data.Stored{}, s.failure(ctx, "store the file", err)
	}
	err = w.fill(r)
	if w.err != nil {
		return data.Stored{}, s.failure(ctx, "store the file", w.err)
	}
	if err != nil {
		return data.Stored{}, err
	}
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	// From here on it is the store's to say whether the object is there: somebody who leaves in
	// between must not make that uncertain.
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitFor)
	defer cancel()
	if err := w.commit(last); err != nil {
		return data.Stored{}, s.failure(ctx, "store the file", err)
	}
	return data.Stored{Size: w.size, Details: detailsOf(w.key)}, nil
}

package gcs

import (
	"context"
	"errors"
	"io"

	"cloud.google.com/go/storage"

	"github.com/root-gg/plik/server/data"
)

// Put stores all of r under key; see data.Backend. It holds up to chunkSize of it in memory.
func (s *Store) Put(ctx context.Context, key data.Key, r io.Reader, size int64) (data.Stored, error) {
	if !key.Plain() {
		return data.Stored{}, errKey
	}
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	o := s.create(ctx, s.objectName(key), size)
	ended := false
	defer func() {
		if !ended { // r failed, or panicked
			o.abort()
		}
	}()
	n, err := io.Copy(o, r)
	if o.err != nil {
		err = o.err
	}
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err != nil {
		return data.Stored{}, err
	}
	ended = true
	return data.Stored{Size: n}, o.end()
}

// Delete removes the object; see data.Backend.
func (s *Store) Delete(ctx context.Context, key data.Key) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !key.Plain() {
		return nil
	}
	return s.remove(ctx, s.objectName(key))
}

// remove deletes an object; an absent one is no error.
func (s *Store) remove(ctx context.Context, name string) error {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	err := s.bucket.Object(name).Delete(limited)
	if errors.Is(err, storage.ErrObjectNotExist) {
		_, err := s.absent(ctx, err)
		return err
	}
	if err != nil {
		return failure(ctx, "delete an object", err)
	}
	return nil
}

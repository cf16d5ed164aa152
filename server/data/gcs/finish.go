package gcs

import (
	"context"
	"errors"
	"fmt"

	"cloud.google.com/go/storage"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Join makes a new unfinished object out of others; see data.Appender. No bytes are moved. It comes
// to be with the last request.
func (s *Store) Join(ctx context.Context, id core.FileID, ids []core.FileID) error {
	if !data.PlainID(string(id)) {
		return errKey
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var all []part
	for _, other := range ids {
		if !data.PlainID(string(other)) {
			return errUnfinished
		}
		parts, _, err := s.parts(ctx, other)
		if err != nil {
			return err
		}
		all = append(all, parts...)
	}
	if err := s.Drop(ctx, id); err != nil {
		return err
	}
	if len(all) == 0 {
		return s.mark(ctx, id)
	}
	var between []string // names that are no pieces
	name := func(int64) string {
		between = append(between, s.unfinishedPrefix(id)+"joining-"+core.RandomText(16))
		return between[len(between)-1]
	}
	all, err := s.reduce(ctx, all, name)
	if err == nil {
		_, err = s.compose(ctx, s.partName(id, 0), all)
	}
	settled, cancel := settle(ctx)
	defer cancel()
	if err != nil {
		return errors.Join(err, s.Drop(settled, id))
	}
	_ = s.removeAll(settled, between) // Finish and Drop see to the rest
	return nil
}

// Finish makes an unfinished object that of key; see data.Appender. No bytes are moved.
func (s *Store) Finish(ctx context.Context, id core.FileID, key data.Key, size int64) (data.Stored, error) {
	if !data.PlainID(string(id)) || !key.Plain() {
		return data.Stored{}, errKey
	}
	name := s.objectName(key)
	parts, names, err := s.parts(ctx, id)
	if err != nil && !errors.Is(err, errUnfinished) {
		return data.Stored{}, err
	}
	if n := total(parts); err != nil || n != size { // a former life may have died while it removed them
		done, lookErr := s.finished(ctx, name, size)
		switch {
		case lookErr != nil:
			return data.Stored{}, lookErr
		case done:
			return data.Stored{Size: size}, s.removeAll(ctx, names)
		case err != nil:
			return data.Stored{}, err
		}
		return data.Stored{}, fmt.Errorf("gcs: an unfinished object has %d bytes, %d were expected", n, size)
	}
	if err := s.place(ctx, id, name, parts, &names); err != nil {
		return data.Stored{}, err
	}
	return data.Stored{Size: size}, s.removeAll(ctx, names) // the first first: it is absent at once
}

// finished tells whether the object is there.
func (s *Store) finished(ctx context.Context, name string, size int64) (bool, error) {
	limited, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	attrs, err := s.bucket.Object(name).Attrs(limited)
	if errors.Is(err, storage.ErrObjectNotExist) {
		_, err := s.absent(ctx, err)
		return false, err
	}
	if err != nil {
		return false, failure(ctx, "look at an object", err)
	}
	return attrs.Size == size, nil
}

// place composes the object. To names are added those of pieces that it makes on the way.
func (s *Store) place(ctx context.Context, id core.FileID, name string, parts []part, names *[]string) error {
	if len(parts) == 0 {
		return s.create(ctx, name, 0).end()
	}
	parts, err := s.reduce(ctx, parts, func(offset int64) string {
		made := s.partName(id, offset)
		*names = append(*names, made)
		return made
	})
	if err != nil {
		return err
	}
	_, err = s.compose(ctx, name, parts)
	return err
}

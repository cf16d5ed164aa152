package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Put stores all of r under key; see data.Backend. When it returns nil the object survives a
// power cut. An object that key had before is replaced at once, never mixed with the new one.
func (s *Store) Put(ctx context.Context, key data.Key, r io.Reader, _ int64) (data.Stored, error) {
	if !key.Plain() {
		return data.Stored{}, core.E(core.KindInvalid, "file_id_invalid", "invalid file id")
	}
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	id := string(key.File)
	temp := s.partialName(id)
	n, err := s.write(ctx, temp, id, r)
	if err != nil {
		return data.Stored{}, err
	}
	if err := s.publish(ctx, temp, id); err != nil {
		return data.Stored{}, err
	}
	return s.stored(n), nil
}

// write brings all of r to the disk as temp, which is to be the object of id, and returns how
// long r was. When it fails, or r panics, temp is removed.
func (s *Store) write(ctx context.Context, temp, id string, r io.Reader) (n int64, err error) {
	h, err := s.disk.create(temp)
	if err != nil {
		return 0, failure(err)
	}
	whole := false
	defer func() {
		if !whole {
			_ = h.Close() // the bytes are not wanted any more; it may be closed already
			err = s.removing(partialDir+"/"+temp, err)
		}
	}()
	out := sink{ctx: ctx, to: h}
	n, err = s.fillSealed(&out, id, r)
	if out.err != nil {
		return 0, failure(out.err)
	}
	if err != nil {
		return 0, err
	}
	if err := h.Sync(); err != nil {
		return 0, failure(err)
	}
	if err := h.Close(); err != nil {
		return 0, failure(err)
	}
	whole = true
	return n, nil
}

// publish makes temp the object of id. When it fails neither is left.
func (s *Store) publish(ctx context.Context, temp, id string) error {
	if ctx.Err() != nil {
		return s.removing(partialDir+"/"+temp, context.Cause(ctx))
	}
	dir, err := s.move(temp, id)
	if err != nil {
		return s.removing(partialDir+"/"+temp, failure(err))
	}
	defer dir.Close() // nothing was written through it
	if err := dir.sync(); err != nil {
		return s.removing(objectPath(core.FileID(id)), failure(err))
	}
	return nil
}

// move renames temp to the object of id and returns the directory of that, which it creates
// when it is not there.
func (s *Store) move(temp, id string) (place, error) {
	dir, err := s.moveOnce(temp, id)
	if !errors.Is(err, fs.ErrNotExist) {
		return dir, err
	}
	// Plik 1.3 removes a directory with its last object.
	s.mu.Lock()
	delete(s.durable, objectDir(id))
	s.mu.Unlock()
	return s.moveOnce(temp, id)
}

func (s *Store) moveOnce(temp, id string) (place, error) {
	name := objectDir(id)
	if err := s.ensureDir(name); err != nil {
		return nil, err
	}
	dir, err := s.disk.open(name)
	if err != nil {
		return nil, err
	}
	if err := dir.take(temp, id); err != nil {
		return nil, errors.Join(err, dir.Close())
	}
	return dir, nil
}

// ensureDir makes the object directory dir exist and survive a power cut. That it exists is not
// enough: who created it may not have come to sync it yet.
func (s *Store) ensureDir(dir string) error {
	s.mu.Lock()
	_, known := s.durable[dir]
	s.mu.Unlock()
	if known {
		return nil
	}
	if err := s.disk.mkdir(dir); err != nil {
		return err
	}
	if err := s.disk.syncRoot(); err != nil {
		return err
	}
	s.mu.Lock()
	s.durable[dir] = struct{}{}
	s.mu.Unlock()
	return nil
}

// removing removes name because of err, which it returns.
func (s *Store) removing(name string, err error) error {
	if removeErr := s.disk.remove(name); removeErr != nil && !errors.Is(removeErr, fs.ErrNotExist) {
		return errors.Join(err, fmt.Errorf("remove the unfinished file: %w", removeErr))
	}
	return err
}

// failure is what Put returns for an error of the disk.
func failure(err error) error {
	if outOfSpace(err) {
		return core.E(core.KindNoSpace, "no_space", "the server has no space left to store this file").Because(err)
	}
	return fmt.Errorf("store the file: %w", err)
}

package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Finish makes an unfinished object that of key; see data.Appender.
func (s *Store) Finish(ctx context.Context, id core.FileID, key data.Key, size int64) (data.Stored, error) {
	name, err := unfinishedName(id)
	if err != nil {
		return data.Stored{}, err
	}
	if !key.Plain() {
		return data.Stored{}, core.E(core.KindInvalid, "file_id_invalid", "invalid file id")
	}
	plain := func() (data.Stored, error) { return s.finishPlain(ctx, name, key, size) }
	sealed := func() (data.Stored, error) { return s.finishSealed(ctx, id, key, size) }
	likely, other := plain, sealed
	if len(s.keys) > 0 {
		likely, other = sealed, plain
	}
	for _, finish := range []func() (data.Stored, error){likely, other} {
		if stored, err := finish(); !errors.Is(err, fs.ErrNotExist) {
			return stored, err
		}
	}
	return s.finished(id, key, size)
}

// finishPlain finishes an object that is not sealed, or returns fs.ErrNotExist. With keys its bytes
// are stored anew, sealed.
func (s *Store) finishPlain(ctx context.Context, name string, key data.Key, size int64) (data.Stored, error) {
	info, err := s.partial.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return data.Stored{}, fs.ErrNotExist
	}
	if err == nil && info.Size() != size {
		err = fmt.Errorf("it has %d bytes, %d were expected", info.Size(), size)
	}
	if err != nil {
		return data.Stored{}, failure(err)
	}
	if len(s.keys) == 0 {
		return data.Stored{Size: size}, s.place(ctx, name, string(key.File))
	}
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	f, err := s.partial.OpenFile(name, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return data.Stored{}, failure(err)
	}
	// Its caller may have bounded the time for a rename. Cut off, this would only begin anew.
	stored, err := s.Put(context.WithoutCancel(ctx), key, struct{ io.Reader }{f}, size)
	if err := errors.Join(err, f.Close()); err != nil {
		return data.Stored{}, err
	}
	return stored, s.removePartials(name)
}

// finished returns what a Finish that was done before has returned, or should have.
func (s *Store) finished(id core.FileID, key data.Key, size int64) (data.Stored, error) {
	f, err := s.openRegular(objectPath(key.File))
	if isAbsent(err) {
		return data.Stored{}, errUnfinishedAbsent
	}
	if err != nil {
		return data.Stored{}, failure(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return data.Stored{}, failure(err)
	}
	stored := data.Stored{Size: info.Size()}
	// Nobody but this server can make what opens with its keys under this name.
	if r, err := s.openSealed(f, string(key.File)); err == nil {
		stored = data.Stored{Size: r.Size(), Details: sealedDetails}
	}
	if stored.Size != size {
		return data.Stored{}, failure(fmt.Errorf("it has %d bytes, %d were expected", stored.Size, size))
	}
	if err := s.syncPlace(string(key.File)); err != nil {
		return data.Stored{}, err
	}
	return stored, s.removePartials(string(id) + tailSuffix)
}

// place moves an unfinished object to where the object of id belongs. When it fails the one
// or the other is there.
func (s *Store) place(ctx context.Context, name, id string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	dir, err := s.move(name, id)
	if err != nil {
		return failure(err)
	}
	return syncAndClose(dir)
}

// syncAndClose makes the entries of a directory survive a power cut.
func syncAndClose(dir place) error {
	defer dir.Close() // nothing was written through it
	if err := dir.sync(); err != nil {
		return failure(err)
	}
	return nil
}

// syncPlace makes the rename survive a power cut that a former life may have died right after.
func (s *Store) syncPlace(id string) error {
	dir, err := s.disk.open(objectDir(id))
	if err != nil {
		return failure(err)
	}
	return syncAndClose(dir)
}

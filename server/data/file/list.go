package file

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/seal"
)

// errStopped ends a walk whose consumer has seen enough.
var errStopped = errors.New("stopped")

// List yields every object, of both layouts, and the partial files of stores that are no longer
// open; see data.Lister. It holds one directory in memory at a time. Objects may be put and
// deleted meanwhile; those that are there all the time are found. The size of what cannot be opened, for it
// is no object yet or the keys are not there, is that of the file.
func (s *Store) List(ctx context.Context) iter.Seq2[data.Entry, error] {
	return func(yield func(data.Entry, error) bool) {
		w := walk{ctx: ctx, root: s.root, keys: s.keys, yield: yield, alive: make(map[string]bool)}
		if err := w.all(); err != nil && err != errStopped {
			yield(data.Entry{}, fmt.Errorf("list the files: %w", err))
		}
	}
}

type walk struct {
	ctx   context.Context
	root  *os.Root
	keys  []seal.Key
	yield func(data.Entry, error) bool
	alive map[string]bool // by owner
}

func (w *walk) all() error {
	if err := w.partials(); err != nil {
		return err
	}
	dirs, err := readDir(w.root, ".")
	if err != nil {
		return err
	}
	for _, d := range dirs {
		if name := d.Name(); d.IsDir() && data.PlainID(name) && len(name) <= 2 {
			if err := w.objects(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// objects walks a two-character directory: objects, and directories of uploads of the old layout.
func (w *walk) objects(dir string) error {
	return w.each(dir, func(e fs.DirEntry) error {
		name := e.Name()
		if !data.PlainID(name) || objectDir(name) != dir {
			return nil
		}
		if e.IsDir() {
			return w.legacy(core.UploadID(name))
		}
		return w.emit(e, data.Entry{Key: data.Key{File: core.FileID(name)}})
	})
}

func (w *walk) legacy(id core.UploadID) error {
	return w.each(legacyDir(id), func(e fs.DirEntry) error {
		if !data.PlainID(e.Name()) {
			return nil
		}
		return w.emit(e, data.Entry{Key: data.Key{Upload: id, File: core.FileID(e.Name())}})
	})
}

func (w *walk) partials() error {
	return w.each(partialDir, func(e fs.DirEntry) error {
		id, owner, ok := parsePartial(e.Name())
		if !ok {
			return nil
		}
		if _, known := w.alive[owner]; !known {
			w.alive[owner] = ownerAlive(w.root, owner)
		}
		if w.alive[owner] {
			return nil
		}
		// The store may have finished the file and closed since the directory was read. Once it
		// is known to be gone, what is there stays.
		if _, err := w.root.Lstat(partialDir + "/" + e.Name()); isAbsent(err) {
			return nil
		}
		return w.emit(e, data.Entry{Key: data.Key{File: id}, Partial: true, Name: e.Name()})
	})
}

// each calls fn with what is in dir. A directory that is gone has nothing in it.
func (w *walk) each(dir string, fn func(fs.DirEntry) error) error {
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	entries, err := readDir(w.root, dir)
	if err != nil && !isAbsent(err) {
		return err
	}
	for _, e := range entries {
		if err := fn(e); err != nil {
			return err
		}
	}
	return nil
}

// emit yields out, completed with what d says, if d is a regular file that still exists.
func (w *walk) emit(d fs.DirEntry, out data.Entry) error {
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	if !d.Type().IsRegular() {
		return nil
	}
	info, err := d.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	out.Size, out.Modified = info.Size(), info.ModTime()
	if len(w.keys) > 0 && !out.Partial && out.Key.Upload == "" {
		if out.Size, err = w.plainSize(out.Key.File, out.Size); err != nil {
			return err
		}
	}
	if !w.yield(out, nil) {
		return errStopped
	}
	return nil
}

// plainSize returns the length of an object, which is of that size on the disk.
func (w *walk) plainSize(id core.FileID, size int64) (int64, error) {
	f, err := w.root.OpenFile(objectPath(id), os.O_RDONLY|openNonblock, 0)
	if isAbsent(err) {
		return size, nil // deleted meanwhile
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	if r, err := seal.Open(f, size, string(id), w.keys); err == nil {
		return r.Size(), nil
	}
	return size, nil
}

// readDir returns what is in a directory. The entries of a directory below an os.Root know their
// Info already: it is asked of the open directory, never by path.
func readDir(root *os.Root, name string) ([]fs.DirEntry, error) {
	f, err := root.OpenFile(name, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.ReadDir(-1)
}

package file

import (
	"errors"
	"io"
	"io/fs"
	"os"
)

// disk is the file system as Put needs it, so that the tests can make each step fail.
type disk interface {
	// create makes a partial file that did not exist.
	create(name string) (handle, error)
	// open opens a directory of objects.
	open(dir string) (place, error)
	remove(name string) error
	// mkdir makes a directory unless it is there already.
	mkdir(name string) error
	// syncRoot makes the entries of the data directory survive a power cut.
	syncRoot() error
}

// place is a directory of objects.
type place interface {
	// take moves a partial file here, where it replaces what has that name.
	take(partial, name string) error
	// sync makes the entries survive a power cut.
	sync() error
	Close() error
}

// handle is a file being written.
type handle interface {
	io.Writer
	Sync() error
	Close() error
	// startWriteback asks that n bytes from offset on be sent to the disk, and does not wait.
	startWriteback(offset, n int64)
}

// rooted is the disk below a directory.
type rooted struct {
	*os.Root
	partial partials
}

func (r rooted) create(name string) (handle, error) {
	f, err := r.partial.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL|openNonblock, 0o666)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}

func (r rooted) remove(name string) error { return r.Remove(name) }

func (r rooted) mkdir(name string) error {
	if err := r.Mkdir(name, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return nil
}

func (r rooted) syncRoot() error {
	f, err := r.OpenFile(".", os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	return syncDir(f)
}

// osFile is the handle of a file of the operating system.
type osFile struct{ *os.File }

func (f osFile) startWriteback(offset, n int64) { startWriteback(f.File, offset, n) }

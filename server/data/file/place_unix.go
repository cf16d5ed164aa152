//go:build unix

package file

import (
	"errors"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// partials is the directory of the partial files, held open: os.Root would open both
// directories of a rename anew, and the one of the object once more to sync it.
type partials struct {
	*os.Root
	dir  *os.File
	conn syscall.RawConn // of dir; good for nothing, and harmless, once dir is closed
}

func openPartials(root *os.Root) (partials, error) {
	p, err := root.OpenRoot(partialDir)
	if err != nil {
		return partials{}, err
	}
	dir, err := p.Open(".")
	if err != nil {
		return partials{}, errors.Join(err, p.Close())
	}
	conn, err := dir.SyscallConn()
	if err != nil {
		return partials{}, errors.Join(err, dir.Close(), p.Close())
	}
	return partials{Root: p, dir: dir, conn: conn}, nil
}

func (p partials) Close() error { return errors.Join(p.dir.Close(), p.Root.Close()) }

func (r rooted) open(dir string) (place, error) {
	f, err := r.OpenFile(dir, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return nil, err
	}
	return &directory{f, r.partial.conn}, nil
}

// directory is a place that is open.
type directory struct {
	*os.File
	partials syscall.RawConn
}

// take renames between two open directories. Neither name has a slash in it, so nothing can
// lead elsewhere.
func (d *directory) take(partial, name string) error {
	to, err := d.SyscallConn()
	if err != nil {
		return err
	}
	var renameErr error
	rename := func(from, to uintptr) {
		for {
			renameErr = unix.Renameat(int(from), partial, int(to), name)
			if renameErr != unix.EINTR {
				return
			}
		}
	}
	var toErr error
	fromErr := d.partials.Control(func(from uintptr) {
		toErr = to.Control(func(to uintptr) { rename(from, to) })
	})
	if err := errors.Join(fromErr, toErr); err != nil {
		return err
	}
	if renameErr != nil {
		return &os.LinkError{Op: "renameat", Old: partial, New: name, Err: renameErr}
	}
	return nil
}

func (d *directory) sync() error { return syncDir(d.File) }

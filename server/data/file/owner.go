package file

import (
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// An open store owns the partial files that carry its id. It holds a lock on the file
// .partial/<id>.lock for as long as it is open; the kernel drops the lock of a process that
// dies, however it dies. One lock for all the files of a store, and not one for each, keeps it
// out of the way of Put.
type owner struct {
	id   string
	lock *os.File
}

const lockSuffix = ".lock"

func lockPath(id string) string { return partialDir + "/" + id + lockSuffix }

// takeOwnership gives the store of root an id that no other has, and removes the lock files of
// the dead.
func takeOwnership(root *os.Root) (*owner, error) {
	if err := sweepLocks(root); err != nil {
		return nil, err
	}
	// Someone else's sweep or look may hit the moment between creating the file and locking it.
	for range 100 {
		o, ok, err := tryOwnership(root, core.RandomText(12))
		if ok || err != nil {
			return o, err
		}
	}
	return nil, errors.New("lock " + lockPath("*") + ": other processes are always faster")
}

// tryOwnership returns false when another process was in between.
func tryOwnership(root *os.Root, id string) (*owner, bool, error) {
	f, err := root.OpenFile(lockPath(id), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, false, err
	}
	o := &owner{id: id, lock: f}
	locked, err := tryLock(f)
	if err != nil {
		// A file system without locks: nobody will be able to tell that this owner is dead,
		// and nothing of it will ever be discarded. Storing files works.
		return o, true, nil
	}
	if locked && sameFile(root, f, lockPath(id)) {
		return o, true, nil
	}
	_ = o.release(root) // a lock file too many does no harm
	return nil, false, nil
}

// release ends the ownership.
func (o *owner) release(root *os.Root) error {
	// Removed first, so that no one can take the lock of a file that is about to go.
	err := root.Remove(lockPath(o.id))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, o.lock.Close())
}

// ownerAlive tells whether the store of that id is open, in whatever process. In doubt it is.
func ownerAlive(root *os.Root, id string) bool {
	f, err := root.OpenFile(lockPath(id), os.O_RDWR, 0)
	if err != nil {
		return !errors.Is(err, fs.ErrNotExist)
	}
	defer f.Close() // drops the lock
	locked, err := tryLock(f)
	return err != nil || !locked
}

// sweepLocks removes the lock files nobody holds.
func sweepLocks(root *os.Root) error {
	entries, err := readDir(root, partialDir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), lockSuffix)
		if !ok || !data.PlainID(id) || !e.Type().IsRegular() {
			continue
		}
		f, err := root.OpenFile(lockPath(id), os.O_RDWR, 0)
		if err != nil {
			continue // its owner has just ended, or is another user
		}
		if locked, err := tryLock(f); err == nil && locked {
			_ = root.Remove(lockPath(id)) // a lock file too many does no harm
		}
		_ = f.Close()
	}
	return nil
}

// sameFile tells whether name still is f.
func sameFile(root *os.Root, f *os.File, name string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := root.Stat(name)
	return err == nil && os.SameFile(a, b)
}

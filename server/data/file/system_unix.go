//go:build unix

package file

import (
	"errors"
	"os"
	"syscall"
)

// openNonblock keeps the opening of a named pipe from waiting for ever. It changes nothing for
// regular files but that the os package need not find out that they cannot be polled.
const openNonblock = syscall.O_NONBLOCK

// syncDir makes the entries of a directory survive a power cut.
func syncDir(dir *os.File) error {
	err := dir.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		return nil // a file system without such a thing
	}
	return err
}

func outOfSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

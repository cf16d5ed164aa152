//go:build unix

package relocate

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// lockFile keeps two migrations from writing one journal. The lock ends with the process.
func lockFile(f *os.File) error {
	if unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) != nil {
		return errors.New("another migration is using it")
	}
	return nil
}

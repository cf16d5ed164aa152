//go:build unix

package dump

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// syncDir makes the entries of a directory survive a power cut.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err == nil {
		err = d.Sync()
		if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
			err = nil // a file system without such a thing
		}
		err = errors.Join(err, d.Close())
	}
	if err != nil {
		return fmt.Errorf("writing the dump: %w", err)
	}
	return nil
}

//go:build unix

package file

import (
	"context"
	"fmt"

	"golang.org/x/sys/unix"
)

// Free returns the bytes that the file system still has for the user that runs plikd.
func (s *Store) Free(context.Context) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(s.directory, &st); err != nil {
		return 0, fmt.Errorf("free space of %s: %w", s.directory, err)
	}
	return int64(st.Bavail) * int64(st.Bsize), nil
}

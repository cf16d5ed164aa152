package file

import (
	"context"
	"fmt"

	"golang.org/x/sys/windows"
)

// Free returns the bytes that the file system still has for the user that runs plikd.
func (s *Store) Free(context.Context) (int64, error) {
	var free uint64
	path, err := windows.UTF16PtrFromString(s.directory)
	if err == nil {
		err = windows.GetDiskFreeSpaceEx(path, &free, nil, nil)
	}
	if err != nil {
		return 0, fmt.Errorf("free space of %s: %w", s.directory, err)
	}
	return int64(free), nil
}

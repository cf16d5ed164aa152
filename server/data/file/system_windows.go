package file

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

const openNonblock = 0

// syncDir does nothing: Windows cannot sync a directory.
func syncDir(*os.File) error { return nil }

func outOfSpace(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

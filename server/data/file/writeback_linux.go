package file

import (
	"os"

	"golang.org/x/sys/unix"
)

// startWriteback asks the kernel to send a part of f to the disk, and does not wait for it. It
// is a hint; Sync tells whether the bytes arrived.
func startWriteback(f *os.File, offset, n int64) {
	c, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = c.Control(func(fd uintptr) {
		_ = unix.SyncFileRange(int(fd), offset, n, unix.SYNC_FILE_RANGE_WRITE)
	})
}

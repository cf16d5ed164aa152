//go:build unix

package cleaner

import (
	"errors"
	"syscall"
)

// alive tells whether a process of that id exists; true when in doubt.
func alive(pid int) bool {
	if pid <= 0 {
		return true
	}
	return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}

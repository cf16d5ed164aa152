//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd || windows)

package file

import (
	"errors"
	"os"
)

// tryLock cannot know.
func tryLock(*os.File) (bool, error) { return false, errors.ErrUnsupported }

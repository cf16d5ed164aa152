package update

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
)

// beside returns where the next program is written: in the directory of the one it replaces.
func beside(name string) string {
	return filepath.Join(filepath.Dir(name), "."+filepath.Base(name)+".tmp")
}

// replace puts a file where the program is. Windows does not replace what runs, but lets it be renamed.
func replace(next, name string) error {
	if runtime.GOOS == "windows" {
		old := name + ".old"
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("unable to replace the program : %w", err)
		}
		if err := os.Rename(name, old); err != nil {
			return fmt.Errorf("unable to replace the program : %w", err)
		}
	}
	if err := os.Rename(next, name); err != nil {
		return fmt.Errorf("unable to replace the program : %w", err)
	}
	return nil
}

package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// Find returns the path of the configuration file: flag, else $PLIKD_CONFIG, else
// ./plikd.cfg, else /etc/plikd.cfg, else "" for the built-in defaults. A file that was
// asked for by one of the first two and cannot be read is an error.
func Find(flag string, getenv func(string) string) (string, error) {
	asked := flag
	if asked == "" {
		asked = getenv("PLIKD_CONFIG")
	}
	if asked != "" {
		info, err := os.Stat(asked)
		if err != nil {
			return "", fmt.Errorf("Unable to read config file %s : %w", asked, err) //nolint:staticcheck // a phrase operators know
		}
		if info.IsDir() {
			return "", fmt.Errorf("Unable to read config file %s : it is a directory", asked) //nolint:staticcheck // as above
		}
		return asked, nil
	}
	for _, path := range []string{"plikd.cfg", "/etc/plikd.cfg"} {
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			return path, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("Unable to read config file %s : %w", path, err) //nolint:staticcheck // as above
		}
	}
	return "", nil
}

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
		if err == nil && info.IsDir() {
			err = errors.New("it is a directory")
		}
		if err != nil {
			return "", unreadable(asked, err)
		}
		return asked, nil
	}
	for _, path := range []string{"plikd.cfg", "/etc/plikd.cfg"} {
		info, err := os.Stat(path)
		if err == nil && !info.IsDir() {
			return path, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", unreadable(path, err)
		}
	}
	return "", nil
}

func unreadable(path string, err error) error {
	//lint:ignore ST1005 operators and their scripts know the phrase
	return fmt.Errorf("Unable to read config file %s : %w", path, err)
}

package rc

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Find returns the path of the file: what $PLIKRC names, else .plikrc in the home directory,
// else plik/plikrc in $XDG_CONFIG_HOME (.config), else /etc/plik/plikrc, else "" for none. One
// that $PLIKRC names has to exist; one that cannot be looked at is an error.
func Find(getenv func(string) string) (string, error) {
	if path := getenv("PLIKRC"); path != "" {
		_, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			//lint:ignore ST1005 users know the phrase
			return "", fmt.Errorf("Plikrc file %s not found", path)
		}
		if err != nil {
			return "", fmt.Errorf("unable to read plikrc : %w", err)
		}
		return path, nil
	}
	config := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) { // as its specification says
		config = filepath.Join(home(getenv), ".config")
	}
	for _, path := range []string{HomePath(getenv), filepath.Join(config, "plik", "plikrc"), "/etc/plik/plikrc"} {
		_, err := os.Stat(path)
		if err == nil {
			return path, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("unable to read plikrc : %w", err)
		}
	}
	return "", nil
}

// HomePath returns where the file of a user is, and is made.
func HomePath(getenv func(string) string) string { return filepath.Join(home(getenv), ".plikrc") }

func home(getenv func(string) string) string {
	for _, name := range []string{"HOME", "USERPROFILE"} {
		if dir := getenv(name); dir != "" {
			return dir
		}
	}
	return "."
}

package file

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/root-gg/plik/server/data/seal"
)

// keyFilePrefix marks the path of a file that has a key in it.
const keyFilePrefix = "file:"

// ReadKeys returns the keys of a configuration, each one as seal.ParseKey takes it or as file:PATH.
// The first one seals new files. The error names an entry by its place, and its path if it has one.
func ReadKeys(entries []string) ([]seal.Key, error) {
	keys := make([]seal.Key, 0, len(entries))
	for i, entry := range entries {
		text, where := entry, fmt.Sprintf("key %d", i+1)
		if path, ok := strings.CutPrefix(entry, keyFilePrefix); ok {
			where += " of " + path
			var err error
			if text, err = readKeyFile(path); err != nil {
				return nil, fmt.Errorf("%s: %w", where, err)
			}
		}
		k, err := seal.ParseKey(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", where, err)
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// maxKeyFile is more than any key needs, in bytes: a wrong path may lead to a large file.
const maxKeyFile = 1 << 10

func readKeyFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("let the user that runs plikd read it: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return "", fmt.Errorf("let the user that runs plikd read it: %w", err)
	}
	return string(b), nil
}

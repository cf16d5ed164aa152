package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// input is a path to archive.
type input struct {
	path string
	name string // in the archive, with slashes; "" for a directory whose content is at the top
	info fs.FileInfo
}

// takeInputs looks at each path. One that is inside of another, or there already, is left out,
// for the archive has it anyway.
func takeInputs(paths []string) ([]input, error) {
	var inputs []input
	for _, p := range paths {
		info, err := os.Stat(p)
		if err != nil {
			return nil, fmt.Errorf("unable to archive %s : %w", p, err)
		}
		if !info.IsDir() && !info.Mode().IsRegular() {
			return nil, fmt.Errorf("%s : unhandled file mode %s", p, info.Mode())
		}
		inputs = append(inputs, input{path: p, name: memberName(p), info: info})
	}
	var kept []input
	for i, in := range inputs {
		covered := false
		for j, other := range inputs {
			if i == j || !overlap(in, other) {
				continue
			}
			rel, err := relate(in, other)
			if err != nil {
				return nil, err
			}
			if rel == clash {
				return nil, fmt.Errorf("%s and %s would have the same name in the archive", other.path, in.path)
			}
			// The longer name is inside of the shorter; of equals, the first stays.
			inner := len(in.name) > len(other.name) || len(in.name) == len(other.name) && j < i
			covered = covered || rel == same && inner
		}
		if !covered {
			kept = append(kept, in)
		}
	}
	return kept, nil
}

// memberName returns the name of path in the archive, as tar makes it.
func memberName(p string) string {
	p = filepath.ToSlash(strings.TrimPrefix(p, filepath.VolumeName(p)))
	parts := strings.Split(p, "/")
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] == ".." {
			parts = parts[i+1:]
			break
		}
	}
	return strings.TrimPrefix(path.Clean("/"+strings.Join(parts, "/")), "/")
}

// overlap tells whether the name of one is that of the other or one below it.
func overlap(a, b input) bool {
	if len(a.name) > len(b.name) {
		a, b = b, a
	}
	return a.name == b.name || a.name == "" || strings.HasPrefix(b.name, a.name+"/")
}

// relation is what two inputs are to each other whose names overlap.
type relation int

const (
	apart relation = iota // the names are free after all
	same                  // one is the other, or is in it under that very name
	clash                 // there would be two files of one name
)

func relate(a, b input) (relation, error) {
	if len(a.name) > len(b.name) {
		a, b = b, a
	}
	info := a.info
	if a.name != b.name {
		if !a.info.IsDir() {
			return clash, nil
		}
		inside := strings.TrimPrefix(strings.TrimPrefix(b.name, a.name), "/")
		var err error
		info, err = os.Lstat(filepath.Join(a.path, filepath.FromSlash(inside)))
		if errors.Is(err, fs.ErrNotExist) {
			return apart, nil
		}
		if err != nil {
			return clash, fmt.Errorf("unable to archive %s : %w", b.path, err)
		}
	}
	if os.SameFile(info, b.info) {
		return same, nil
	}
	return clash, nil
}

//go:build !unix

package file

import "os"

// partials is the directory of the partial files.
type partials struct{ *os.Root }

func openPartials(root *os.Root) (partials, error) {
	p, err := root.OpenRoot(partialDir)
	return partials{p}, err
}

func (r rooted) open(dir string) (place, error) { return directory{r.Root, dir}, nil }

// directory is a place by its name.
type directory struct {
	root *os.Root
	name string
}

func (d directory) take(partial, name string) error {
	return d.root.Rename(partialDir+"/"+partial, d.name+"/"+name)
}

// sync does nothing: these systems cannot sync a directory.
func (directory) sync() error { return nil }

func (directory) Close() error { return nil }

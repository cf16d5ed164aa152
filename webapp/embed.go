// Package webapp holds the files of the web interface, compiled into the daemon.
package webapp

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

//go:embed all:dist all:plain
var files embed.FS

// FS returns the built web app when dist holds one (an index.html), else the plain
// page, which needs no build.
func FS() fs.FS { return choose(files) }

// choose picks the tree of all to serve. Both names are constants, so fs.Sub cannot
// fail on them.
func choose(all fs.FS) fs.FS {
	dir := "plain"
	if _, err := fs.Stat(all, "dist/index.html"); err == nil {
		dir = "dist"
	}
	sub, err := fs.Sub(all, dir)
	if err != nil {
		panic(err)
	}
	return sub
}

// Overlay returns a file system that looks a file up in dir first and in FS() after,
// so a site can replace a single file. Nothing outside dir is reachable through it,
// symbolic links included. An empty or absent dir is FS() alone; a dir that cannot be
// opened is an error. The directory stays open as long as the result is in use.
func Overlay(dir string) (fs.FS, error) {
	if dir == "" {
		return FS(), nil
	}
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return FS(), nil
	}
	if err != nil {
		return nil, fmt.Errorf("web app directory: %w", err)
	}
	return layers{upper: root.FS(), lower: FS()}, nil
}

// layers shows the files of upper over those of lower. Directories are not merged:
// one that both have is lower's. A compressed form of a file is that of the same layer.
type layers struct{ upper, lower fs.FS }

func (l layers) Open(name string) (fs.File, error) {
	f, err := l.upper.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR) {
			for _, ending := range []string{".br", ".gz"} {
				if plain, ok := strings.CutSuffix(name, ending); ok {
					if _, err := fs.Stat(l.upper, plain); err == nil {
						return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
					}
				}
			}
			return l.lower.Open(name)
		}
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if !info.IsDir() {
		return f, nil
	}
	if below, err := l.lower.Open(name); err == nil {
		return below, f.Close()
	}
	return f, nil
}

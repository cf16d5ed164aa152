package archive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// member is what goes into an archive under one name.
type member struct {
	name string // with slashes; a directory has none at its end
	path string // for people
	info fs.FileInfo
	link string // what a symbolic link points to
	open func() (*os.File, error)
}

// members calls fn for everything that the inputs hold and the excludes leave.
func (b *base) members(ctx context.Context, fn func(*member) error) error {
	for _, in := range b.inputs {
		if !in.info.IsDir() {
			if b.excluded(in.name, false) {
				continue
			}
			m := &member{name: in.name, path: in.path, info: in.info}
			m.open = func() (*os.File, error) { return os.Open(in.path) }
			if err := fn(m); err != nil {
				return err
			}
			continue
		}
		if err := b.walk(ctx, in, fn); err != nil {
			return err
		}
	}
	return nil
}

func (b *base) excluded(name string, dir bool) bool {
	return name != "" && slices.ContainsFunc(b.excludes, func(e exclude) bool { return e.match(name, dir) })
}

// walk goes through a directory. It never leaves it: os.Root follows no link out of it, should
// one be put in the place of a directory meanwhile.
func (b *base) walk(ctx context.Context, in input, fn func(*member) error) error {
	root, err := os.OpenRoot(in.path)
	if err != nil {
		return fmt.Errorf("unable to archive %s : %w", in.path, err)
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(rel string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("unable to archive %s : %w", in.path, err)
		}
		m := &member{name: path.Join(in.name, rel), path: filepath.Join(in.path, filepath.FromSlash(rel))}
		if in.name == "" && rel == "." {
			return nil // the directory that the archive is unpacked in
		}
		if b.excluded(m.name, d.IsDir()) {
			if d.IsDir() && b.prunes() {
				return fs.SkipDir
			}
			return nil
		}
		switch {
		case d.Type()&fs.ModeSymlink != 0:
			m.link, err = root.Readlink(rel)
		case !d.IsDir() && !d.Type().IsRegular():
			b.warnf("%s is left out, it is no file : %s", m.path, d.Type())
			return nil
		}
		if err == nil {
			m.info, err = root.Lstat(rel)
		}
		if err != nil {
			return fmt.Errorf("unable to archive %s : %w", m.path, err)
		}
		if m.info.Mode().Type() != d.Type() {
			return changed(m)
		}
		m.open = func() (*os.File, error) { return root.Open(rel) }
		return fn(m)
	})
}

// prunes tells whether an excluded directory takes out what it holds: not so with zip's own
// patterns, which are about names.
func (b *base) prunes() bool {
	return !slices.ContainsFunc(b.excludes, func(e exclude) bool { return !e.anywhere })
}

func changed(m *member) error { return fmt.Errorf("%s changed while it was read", m.path) }

// copyTo copies the content of a regular file, of which it wants all that was there when it was
// looked at, and no more. No file may change meanwhile.
func (m *member) copyTo(ctx context.Context, w io.Writer, buf []byte) error {
	f, err := m.open()
	if err != nil {
		return fmt.Errorf("unable to archive %s : %w", m.path, err)
	}
	defer func() { _ = f.Close() }()
	opened, err := f.Stat()
	if err != nil {
		return fmt.Errorf("unable to archive %s : %w", m.path, err)
	}
	if !os.SameFile(opened, m.info) || !sameState(opened, m.info) {
		return changed(m)
	}
	from := &source{ctx: ctx, r: f}
	n, err := io.CopyBuffer(struct{ io.Writer }{w}, io.LimitReader(from, m.info.Size()), buf)
	if from.err != nil {
		return fmt.Errorf("unable to read %s : %w", m.path, from.err)
	}
	if err != nil {
		return fmt.Errorf("unable to write the archive : %w", err)
	}
	after, err := f.Stat()
	if err != nil {
		return fmt.Errorf("unable to archive %s : %w", m.path, err)
	}
	if n != m.info.Size() || !sameState(after, m.info) {
		return changed(m)
	}
	return nil
}

func sameState(a, b fs.FileInfo) bool {
	return a.Size() == b.Size() && a.ModTime().Equal(b.ModTime()) && a.Mode() == b.Mode()
}

// source reads until ctx ends, and keeps its error apart from those of the writer.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		s.err = err
		return 0, err
	}
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}

package archive

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
)

// placer writes entries below a directory. Two things keep them there: os.Root, which follows no
// link out of it, and that no entry is written through any link, so that the depth of a name is
// that of the file and what a link with ".." leads to can be told from its text.
type placer struct {
	ctx     context.Context
	root    *os.Root
	o       ExtractOptions
	sum     Summary
	entries int
	parent  string // was seen to be a directory last
	buf     []byte
}

// entry is something to write.
type entry struct {
	name     string // local, with slashes, clean
	mode     fs.FileMode
	modified time.Time
}

// entry counts an entry and checks its name.
func (p *placer) entry(name string) (entry, error) {
	if err := p.ctx.Err(); err != nil {
		return entry{}, fmt.Errorf("unable to extract : %w", err)
	}
	p.entries++
	if p.o.MaxEntries > 0 && p.entries > p.o.MaxEntries {
		return entry{}, fmt.Errorf("%w : more than %d entries", ErrTooLarge, p.o.MaxEntries)
	}
	if !local(name) {
		return entry{}, fmt.Errorf("%w : %q", ErrUnsafe, name)
	}
	return entry{name: path.Clean(name)}, nil
}

// local tells whether name, with slashes, stays below where it starts without any "..", on this
// system.
func local(name string) bool {
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return false
		}
	}
	clean := path.Clean(name)
	return name != "" && filepath.IsLocal(filepath.FromSlash(clean)) &&
		(filepath.Separator == '/' || !strings.Contains(name, `\`))
}

func (p *placer) leave(format string, args ...any) {
	p.sum.Left++
	if p.o.Warn != nil {
		p.o.Warn(fmt.Sprintf(format, args...))
	}
}

func failed(e entry, err error) error { return fmt.Errorf("unable to extract %q : %w", e.name, err) }

// parents makes the directories above name.
func (p *placer) parents(name string) error {
	dir := path.Dir(name)
	if dir == p.parent || dir == "." {
		return nil
	}
	for i := 0; i <= len(dir); i++ {
		if i < len(dir) && dir[i] != '/' {
			continue
		}
		if err := p.mkdir(dir[:i], 0o777); err != nil {
			return err
		}
	}
	p.parent = dir
	return nil
}

// mkdir makes a directory, or finds that there is one.
func (p *placer) mkdir(name string, mode fs.FileMode) error {
	err := p.root.Mkdir(name, mode)
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := p.root.Lstat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%q is in the way, it is no directory", name)
	}
	return nil
}

func (p *placer) dir(e entry) error {
	if e.name == "." {
		return nil
	}
	err := p.parents(e.name)
	if err == nil {
		err = p.mkdir(e.name, e.mode|0o700) // what it holds has to be written
	}
	if err != nil {
		return failed(e, err)
	}
	return nil
}

// clear makes room for e: it fails if there is something that must stay.
func (p *placer) clear(e entry) error {
	if err := p.parents(e.name); err != nil {
		return err
	}
	info, err := p.root.Lstat(e.name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.IsDir():
		return errors.New("a directory is in the way")
	case !p.o.Overwrite:
		return fs.ErrExist
	}
	return nil
}

// temporary returns a name that is nobody's.
func temporary() string { return ".plik-" + rand.Text() }

// put makes the entry by calling create with the name to make, which must not be there. It
// replaces what is there only once that has worked.
func (p *placer) put(e entry, create func(name string) error) error {
	if e.name == "." {
		return failed(e, errors.New("it is the directory itself"))
	}
	if err := p.clear(e); err != nil {
		return failed(e, err)
	}
	name := e.name
	if p.o.Overwrite {
		name = path.Join(path.Dir(e.name), temporary())
	}
	err := create(name)
	if err == nil && name != e.name {
		if err = p.root.Rename(name, e.name); err != nil {
			_ = p.root.Remove(name)
		}
	}
	if err != nil {
		return failed(e, err)
	}
	return nil
}

// file writes a regular file.
func (p *placer) file(e entry, content io.Reader) error {
	return p.put(e, func(name string) error {
		f, err := p.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, e.mode)
		if err != nil {
			return err
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{f}, p.bounded(content), p.buf)
		if closed := f.Close(); err == nil {
			err = closed
		}
		if err != nil {
			_ = p.root.Remove(name)
			return err
		}
		p.sum.Files++
		p.sum.Bytes += n
		if !e.modified.IsZero() {
			_ = p.root.Chtimes(name, e.modified, e.modified) // not every file system has any time
		}
		return nil
	})
}

// bounded passes on content until ctx ends or more than is allowed was read.
func (p *placer) bounded(content io.Reader) io.Reader {
	b := &bounded{source: source{ctx: p.ctx, r: content}, left: -1}
	if p.o.MaxBytes > 0 {
		b.left, b.max = p.o.MaxBytes-p.sum.Bytes, p.o.MaxBytes
	}
	return b
}

type bounded struct {
	source
	left, max int64 // left -1: no bound
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.source.Read(p)
	if b.max > 0 {
		if b.left -= int64(n); b.left < 0 {
			return 0, fmt.Errorf("%w : more than %d bytes", ErrTooLarge, b.max)
		}
	}
	return n, err
}

// symlink makes a link, or leaves it out when it leads out of the directory.
func (p *placer) symlink(e entry, to string) error {
	if !staysInside(e.name, to) {
		p.leave("the link %q is left out, it leads out of the directory : %q", e.name, to)
		return nil
	}
	return p.put(e, func(name string) error { return p.root.Symlink(filepath.FromSlash(to), name) })
}

// staysInside tells whether a link called name leads to a place below the directory, whatever
// other links are there: ".." comes first, where it counts real directories, or not at all.
func staysInside(name, to string) bool {
	up := 0
	rest := to
	for rest == ".." || strings.HasPrefix(rest, "../") {
		up++
		rest = strings.TrimLeft(strings.TrimPrefix(rest, ".."), "/")
	}
	if to == "" || path.IsAbs(to) || up > strings.Count(name, "/") {
		return false
	}
	return rest == "" || local(rest)
}

// hardLink makes another name of a file that was unpacked before.
func (p *placer) hardLink(e entry, to string) error {
	if !local(to) {
		return fmt.Errorf("%w : %q is to be %q", ErrUnsafe, e.name, to)
	}
	to = path.Clean(to)
	info, err := p.root.Lstat(to)
	if err != nil {
		return failed(e, err)
	}
	if !info.Mode().IsRegular() {
		return failed(e, fmt.Errorf("%q is no file", to))
	}
	if to == e.name {
		return nil
	}
	return p.put(e, func(name string) error { return p.root.Link(to, name) })
}

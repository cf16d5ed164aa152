package archive

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/klauspost/compress/flate"
)

// zip unpacks a zip, which in has begun to read from r.
func (p *placer) zip(r, in io.Reader) error {
	if f, ok := r.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return p.zipFile(f, info.Size())
		}
	}
	name := temporary()
	f, err := p.root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("unable to extract : %w", err)
	}
	defer func() {
		_ = f.Close()
		_ = p.root.Remove(name)
	}()
	n, err := io.CopyBuffer(struct{ io.Writer }{f}, in, p.buf)
	if err != nil {
		return fmt.Errorf("unable to read the archive : %w", err)
	}
	return p.zipFile(f, n)
}

func (p *placer) zipFile(r io.ReaderAt, size int64) error {
	zr, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // names are checked one by one
		return fmt.Errorf("unable to read the archive : %w", err)
	}
	zr.RegisterDecompressor(zip.Deflate, flate.NewReader)
	for _, f := range zr.File {
		if err := p.zipEntry(f); err != nil {
			return err
		}
	}
	return nil
}

// encrypted is the flag of entries that want a password.
const encrypted = 1

// maxLink is the length of the longest link that is made.
const maxLink = 4096

func (p *placer) zipEntry(f *zip.File) error {
	e, err := p.entry(f.Name)
	if err != nil {
		return err
	}
	if f.Flags&encrypted != 0 {
		return fmt.Errorf("unable to extract %q : it is encrypted", f.Name)
	}
	e.mode, e.modified = f.Mode().Perm(), f.Modified
	mode := f.Mode()
	if strings.HasSuffix(f.Name, "/") || mode.IsDir() {
		return p.dir(e)
	}
	if !mode.IsRegular() && mode.Type() != fs.ModeSymlink {
		p.leave("%q is left out, it is no file", f.Name)
		return nil
	}
	content, err := f.Open()
	if err != nil {
		return fmt.Errorf("unable to extract %q : %w", f.Name, err)
	}
	defer func() { _ = content.Close() }()
	if mode.IsRegular() {
		return p.file(e, content)
	}
	link, err := io.ReadAll(io.LimitReader(content, maxLink+1))
	if err != nil {
		return fmt.Errorf("unable to extract %q : %w", f.Name, err)
	}
	if len(link) > maxLink {
		return fmt.Errorf("unable to extract %q : the link is too long", f.Name)
	}
	return p.symlink(e, string(link))
}

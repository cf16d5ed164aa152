package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
)

// tar unpacks a tar stream, and reads it to its end: what follows the archive, as padding does,
// shows whether the compressed stream was whole.
func (p *placer) tar(r io.Reader) error {
	tr := tar.NewReader(r)
	for {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("unable to read the archive : %w", err)
		}
		if err := p.tarEntry(h, tr); err != nil {
			return err
		}
	}
	if _, err := io.CopyBuffer(io.Discard, struct{ io.Reader }{r}, p.buf); err != nil {
		return fmt.Errorf("unable to read the archive : %w", err)
	}
	return nil
}

func (p *placer) tarEntry(h *tar.Header, content io.Reader) error {
	e, err := p.entry(h.Name)
	if err != nil {
		return err
	}
	e.mode, e.modified = h.FileInfo().Mode().Perm(), h.ModTime
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse:
		return p.file(e, content)
	case tar.TypeDir:
		return p.dir(e)
	case tar.TypeSymlink:
		return p.symlink(e, h.Linkname)
	case tar.TypeLink:
		return p.hardLink(e, h.Linkname)
	case tar.TypeXGlobalHeader:
		return nil // git writes a comment so
	}
	p.leave("%q is left out, it is no file", h.Name)
	return nil
}

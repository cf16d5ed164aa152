package archive

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"time"
)

// bufferSize is that of one copy.
const bufferSize = 256 << 10

type tarSource struct {
	base
	codec codec
}

func (s *tarSource) WriteTo(ctx context.Context, w io.Writer) error {
	z, err := s.codec.writer(w)
	if err != nil {
		return err
	}
	tw := tar.NewWriter(z)
	buf := make([]byte, bufferSize)
	err = s.members(ctx, func(m *member) error {
		if err := tw.WriteHeader(tarHeader(m)); err != nil {
			return fmt.Errorf("unable to archive %s : %w", m.path, err)
		}
		if !m.info.Mode().IsRegular() {
			return nil
		}
		return m.copyTo(ctx, tw, buf)
	})
	if err != nil {
		return err // z is left open, it has nothing that outlives it
	}
	if err := tw.Close(); err != nil {
		return fmt.Errorf("unable to write the archive : %w", err)
	}
	if err := z.Close(); err != nil {
		return fmt.Errorf("unable to write the archive : %w", err)
	}
	return nil
}

// tarHeader describes m as GNU tar would, whose format takes names of any bytes. Who owns a file
// is nobody's business, and of its mode only the permissions count: an archive says the same on
// every machine.
func tarHeader(m *member) *tar.Header {
	h := &tar.Header{
		Format:   tar.FormatGNU,
		Typeflag: tar.TypeReg,
		Name:     m.name,
		Mode:     int64(m.info.Mode().Perm()),
		ModTime:  m.info.ModTime().Truncate(time.Second),
	}
	switch {
	case m.info.IsDir():
		h.Typeflag = tar.TypeDir
		h.Name += "/"
	case m.link != "":
		h.Typeflag = tar.TypeSymlink
		h.Linkname = filepath.ToSlash(m.link)
	default:
		h.Size = m.info.Size()
	}
	return h
}

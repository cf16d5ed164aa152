package archive

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/klauspost/compress/flate"
)

type zipSource struct{ base }

// WriteTo writes sizes and checksums after each content, as a stream must. Zip64 is used where
// sizes or numbers ask for it.
func (s *zipSource) WriteTo(ctx context.Context, w io.Writer) error {
	zw := zip.NewWriter(w)
	zw.RegisterCompressor(zip.Deflate, newDeflater())
	buf := make([]byte, bufferSize)
	err := s.members(ctx, func(m *member) error {
		to, err := zw.CreateHeader(zipHeader(m))
		if err != nil {
			return fmt.Errorf("unable to archive %s : %w", m.path, err)
		}
		switch {
		case m.link != "":
			if _, err := io.WriteString(to, filepath.ToSlash(m.link)); err != nil {
				return fmt.Errorf("unable to write the archive : %w", err)
			}
			return nil
		case m.info.IsDir():
			return nil
		}
		return m.copyTo(ctx, to, buf)
	})
	if err != nil {
		return err
	}
	if err := zw.Close(); err != nil {
		return fmt.Errorf("unable to write the archive : %w", err)
	}
	return nil
}

// newDeflater returns a compressor that is used again for each file: there is one at a time.
func newDeflater() zip.Compressor {
	var fw *flate.Writer
	return func(w io.Writer) (io.WriteCloser, error) {
		if fw != nil {
			fw.Reset(w)
			return fw, nil
		}
		var err error
		if fw, err = flate.NewWriter(w, flate.DefaultCompression); err != nil {
			return nil, fmt.Errorf("deflate: %w", err)
		}
		return fw, nil
	}
}

func zipHeader(m *member) *zip.FileHeader {
	h := &zip.FileHeader{Name: m.name, Method: zip.Deflate, Modified: m.info.ModTime().UTC()}
	switch {
	case m.link != "":
		h.Method = zip.Store
		h.SetMode(fs.ModeSymlink | 0o777)
	case m.info.IsDir():
		h.Name += "/"
		h.Method = zip.Store
		h.SetMode(fs.ModeDir | m.info.Mode().Perm())
	default:
		h.SetMode(m.info.Mode().Perm())
	}
	return h
}

package plik

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"time"
)

// edge is how much of the begin and of the end of a file tells it from others, in bytes.
const edge = 1 << 20

// identity tells whether a file is still the same one, without reading it all.
type identity struct {
	Size    int64     `json:"size"`
	ModTime time.Time `json:"modTime"`
	Hash    string    `json:"hash,omitempty"` // SHA-256 of its first and its last MiB, in hex
}

// identify looks at an open file.
func identify(f io.ReaderAt, info os.FileInfo) (identity, error) {
	id := identity{Size: info.Size(), ModTime: info.ModTime()}
	h := sha256.New()
	for _, off := range []int64{0, max(0, id.Size-edge)} {
		if _, err := io.Copy(h, io.NewSectionReader(f, off, edge)); err != nil {
			return identity{}, fmt.Errorf("unable to read the file : %w", err)
		}
	}
	id.Hash = hex.EncodeToString(h.Sum(nil))
	return id, nil
}

// same returns ErrChanged when the file at path is another one.
func (id identity) same(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("unable to open %s : %w", path, err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("unable to open %s : %w", path, err)
	}
	if !info.Mode().IsRegular() || info.Size() != id.Size || !info.ModTime().Equal(id.ModTime) {
		return fmt.Errorf("%s : %w since its upload began", path, ErrChanged)
	}
	if id.Hash == "" {
		return nil
	}
	now, err := identify(f, info)
	if err != nil {
		return err
	}
	if now.Hash != id.Hash {
		return fmt.Errorf("%s : %w since its upload began", path, ErrChanged)
	}
	return nil
}

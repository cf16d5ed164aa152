package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Open returns the bytes of rng; see data.Backend. The zero Range is the *os.File itself: it
// can seek, and the kernel can send it. A sealed object can seek too; reading it fails where it is damaged.
func (s *Store) Open(ctx context.Context, key data.Key, rng data.Range) (io.ReadCloser, error) {
	if rng.Offset < 0 || rng.Length < 0 {
		return nil, core.E(core.KindInvalid, "range_invalid", "invalid range")
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	sealed, err := isSealed(key.Details)
	if err != nil {
		return nil, err
	}
	f, err := s.open(key)
	if err != nil {
		return nil, err
	}
	if sealed {
		return s.unseal(f, key.File, rng)
	}
	if rng == (data.Range{}) {
		return f, nil
	}
	if _, err := f.Seek(rng.Offset, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("read the file: %w", err), f.Close())
	}
	if rng.Length == 0 {
		return f, nil
	}
	return &section{io.LimitedReader{R: f, N: rng.Length}, f}, nil
}

// open returns the first regular file at the places of key.
func (s *Store) open(key data.Key) (*os.File, error) {
	if !key.Plain() {
		return nil, absent()
	}
	for _, name := range paths(key) {
		f, err := s.openRegular(name)
		if isAbsent(err) {
			continue
		}
		return f, err
	}
	return nil, absent()
}

// openRegular returns fs.ErrNotExist for what is not a regular file.
func (s *Store) openRegular(name string) (*os.File, error) {
	f, err := s.root.OpenFile(name, os.O_RDONLY|openNonblock, 0)
	if err != nil {
		return nil, fmt.Errorf("open the file: %w", err)
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fs.ErrNotExist
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the file: %w", err), f.Close())
	}
	return f, nil
}

// isAbsent tells whether err says that there is no such object. A symbolic link that leads out
// of the directory is no such case: the bytes may well exist, only not for this store.
func isAbsent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

func absent() error {
	return core.E(core.KindNotFound, "data_not_found", "the data of this file is not there")
}

// section is a part of a file.
type section struct {
	part io.LimitedReader
	file *os.File
}

func (s *section) Read(p []byte) (int, error) { return s.part.Read(p) }

// WriteTo lets the kernel send the part, where w can.
func (s *section) WriteTo(w io.Writer) (int64, error) { return io.Copy(w, &s.part) }

func (s *section) Close() error { return s.file.Close() }

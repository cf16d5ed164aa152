package file

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/seal"
)

// sealedDetails is what Stored.Details says of a sealed object.
const sealedDetails = `{"sealed":1}`

// isSealed tells whether an object of these details is sealed. Nothing that an object contains can
// tell: anybody may send a file that looks like one.
func isSealed(details string) (bool, error) {
	switch details {
	case "":
		return false, nil
	case sealedDetails:
		return true, nil
	}
	var d struct{ Sealed int }
	if json.Unmarshal([]byte(details), &d) != nil || d.Sealed == 0 {
		return false, nil // of another backend, which the object was copied from
	}
	if d.Sealed != 1 {
		return false, fmt.Errorf("open the file: it is sealed in a way that this program does not know (%d): use a newer one", d.Sealed)
	}
	return true, nil
}

// stored is what a Put of n bytes returns.
func (s *Store) stored(n int64) data.Stored {
	if len(s.keys) == 0 {
		return data.Stored{Size: n}
	}
	return data.Stored{Size: n, Details: sealedDetails}
}

// fillSealed writes all of r to out, sealed if there are keys, and returns how long r was.
func (s *Store) fillSealed(out *sink, id string, r io.Reader) (int64, error) {
	if len(s.keys) == 0 {
		err := s.fill(out.ctx, out, r)
		return out.size, err
	}
	f, err := seal.New(s.keys[0])
	if err != nil {
		return 0, fmt.Errorf("store the file: %w", err)
	}
	w := seal.NewWriter(f, out)
	defer w.Release()
	if err := s.fill(out.ctx, w, r); err != nil {
		return 0, err
	}
	return w.Size(), w.Finish(id)
}

// unseal returns the bytes of rng of a sealed object. It closes f on errors.
func (s *Store) unseal(f *os.File, id core.FileID, rng data.Range) (io.ReadCloser, error) {
	r, err := s.openSealed(f, string(id))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open the sealed file %s: %w", id, err), f.Close())
	}
	whole := &sealed{r, f}
	if rng == (data.Range{}) {
		return whole, nil
	}
	if _, err := r.Seek(rng.Offset, io.SeekStart); err != nil {
		return nil, errors.Join(fmt.Errorf("read the file: %w", err), whole.Close())
	}
	if rng.Length == 0 {
		return whole, nil
	}
	return &sealedSection{io.LimitedReader{R: r, N: rng.Length}, whole}, nil
}

// openSealed returns what is sealed in f.
func (s *Store) openSealed(f *os.File, id string) (*seal.Reader, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	return seal.Open(f, info.Size(), id, s.keys)
}

// sealed is a sealed object that is open.
type sealed struct {
	*seal.Reader
	file *os.File
}

func (s *sealed) Close() error {
	s.Release()
	return s.file.Close()
}

// sealedSection is a part of a sealed object.
type sealedSection struct {
	part  io.LimitedReader
	whole *sealed
}

func (s *sealedSection) Read(p []byte) (int, error) { return s.part.Read(p) }

func (s *sealedSection) Close() error { return s.whole.Close() }

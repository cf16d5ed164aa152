package file

import (
	"context"
	"fmt"
	"io"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/seal"
)

// finishSealed finishes an object that is sealed, or returns fs.ErrNotExist. It may be done again
// wherever it ended: until the object is in its place the newest slot has the last record.
func (s *Store) finishSealed(ctx context.Context, id core.FileID, key data.Key, size int64) (data.Stored, error) {
	p, err := s.openSealedPiece(id)
	if err != nil {
		return data.Stored{}, err
	}
	err = p.finish(string(key.File), size)
	if closeErr := p.Close(); err == nil && closeErr != nil {
		err = failure(closeErr)
	}
	if err != nil {
		return data.Stored{}, err
	}
	if err := s.place(ctx, string(id)+sealedSuffix, string(key.File)); err != nil {
		return data.Stored{}, err
	}
	return data.Stored{Size: size, Details: sealedDetails}, s.removePartials(string(id) + tailSuffix)
}

// finish writes the last record and the footer.
func (p *sealedPiece) finish(name string, size int64) error {
	number, rest := seal.Split(size)
	if !p.endsAt(number, int(rest)) || p.size > seal.SealedSize(size) {
		return failure(fmt.Errorf("it does not end after %d bytes, as was expected", size))
	}
	if err := p.main.Truncate(seal.Offset(number)); err != nil {
		return failure(err)
	}
	if _, err := p.main.Seek(seal.Offset(number), io.SeekStart); err != nil {
		return failure(err)
	}
	p.w = seal.Resume(p.f, mainFile{p}, number, p.tail.last().Plain[:rest])
	if err := p.w.Finish(name); err != nil {
		return err
	}
	if err := p.main.Sync(); err != nil {
		return failure(err)
	}
	return nil
}

// endsAt tells whether a number of records and rest bytes of the next one are there, and as far as
// the slots know no more.
func (p *sealedPiece) endsAt(number int64, rest int) bool {
	last := p.tail.last()
	switch {
	case p.size < seal.Offset(number):
		return false
	case last.Sequence == 0 || last.Number < number: // it became a whole record
		return rest == 0
	}
	return last.Number == number && len(last.Plain) == rest
}

package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/seal"
)

// Join makes a new unfinished object out of others; see data.Appender. The kernel copies, or
// shares the blocks where the file system can. What is sealed, or is to be, is copied through memory.
func (s *Store) Join(ctx context.Context, id core.FileID, parts []core.FileID) (err error) {
	to, err := s.Append(ctx, id, 0)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, to.Close())
		if err != nil {
			err = errors.Join(err, s.Drop(context.WithoutCancel(ctx), id))
		}
	}()
	for _, part := range parts {
		if err := s.copyPart(ctx, to, part); err != nil {
			return err
		}
	}
	return to.Sync()
}

// copyStep is how much is copied before somebody who has left is noticed, in bytes.
const copyStep = 256 << 20

func (s *Store) copyPart(ctx context.Context, to data.Piece, part core.FileID) error {
	name, err := unfinishedName(part)
	if err != nil {
		return err
	}
	p, err := s.openSealedPiece(part)
	if err == nil {
		return errors.Join(s.copySealed(ctx, to, p), p.Close())
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	from, err := s.partial.OpenFile(name, os.O_RDONLY|openNonblock, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return errUnfinishedAbsent
	}
	if err != nil {
		return failure(err)
	}
	defer from.Close()
	if plain, ok := to.(*piece); ok {
		return copyPlain(ctx, plain, from)
	}
	return s.fill(ctx, to, struct{ io.Reader }{from})
}

func copyPlain(ctx context.Context, to *piece, from *os.File) error {
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		n, err := io.CopyN(to.File, from, copyStep) // copy_file_range
		to.size += n
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return failure(err)
		}
	}
}

// copySealed copies what is there of an unfinished object.
func (s *Store) copySealed(ctx context.Context, to data.Piece, from *sealedPiece) error {
	whole := (from.size - seal.Offset(0)) / seal.SealedRecord
	last := from.tail.last()
	if last.Number > whole {
		return failure(seal.ErrDamaged)
	}
	records := seal.NewReader(from.f, from.main, whole*seal.RecordSize)
	defer records.Release()
	if err := s.fill(ctx, to, struct{ io.Reader }{records}); err != nil {
		return err
	}
	if last.Number < whole {
		return nil // it became a whole record
	}
	_, err := to.Write(last.Plain)
	return err
}

package file

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data/seal"
)

// An unfinished object that is sealed is two files. The one of sealedSuffix has the header and whole
// records; the one of tailSuffix has two slots for the seal.Tail of the record that is not full
// yet. Sync writes that to the slot which was not written last, so that a crash in the middle leaves the
// one before; see tailSlots.
const (
	sealedSuffix = ".sealed"
	tailSuffix   = ".tail"
)

// sealedPiece is an unfinished object that is open.
type sealedPiece struct {
	main *os.File
	tail tailSlots
	f    *seal.File
	w    *seal.Writer
	size int64 // of main, in bytes
	sent int64 // of those, how many the disk was asked to start on
}

// createSealed makes an unfinished object, or begins one anew. Its file has a key of its own each time.
func (s *Store) createSealed(id core.FileID) (_ *sealedPiece, err error) {
	p, err := s.openPiece(id, os.O_CREATE)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	if p.f, err = seal.New(s.keys[0]); err != nil {
		return nil, failure(err)
	}
	if err := errors.Join(p.main.Truncate(0), p.tail.clear()); err != nil {
		return nil, failure(err)
	}
	if _, err := (mainFile{p}).Write(p.f.Header()); err != nil {
		return nil, err
	}
	p.w = seal.Resume(p.f, mainFile{p}, 0, nil)
	return p, s.syncPartials()
}

// openSealedPiece opens what is there of an unfinished object, or returns fs.ErrNotExist. The
// caller says where it goes on.
func (s *Store) openSealedPiece(id core.FileID) (_ *sealedPiece, err error) {
	p, err := s.openPiece(id, 0)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, p.Close())
		}
	}()
	info, err := p.main.Stat()
	if err != nil {
		return nil, failure(err)
	}
	p.size = info.Size()
	header := make([]byte, seal.HeaderSize)
	if _, err := io.ReadFull(p.main, header); err != nil {
		return nil, errUnfinishedAbsent // it was just being created
	}
	if p.f, err = seal.Parse(header, s.keys); err != nil {
		return nil, fmt.Errorf("go on with the sealed file %s: %w", id, err)
	}
	buf := s.buffers.Get().(*[bufferSize]byte)
	defer s.buffers.Put(buf)
	return p, p.tail.read(p.f, buf[:])
}

// openPiece opens the two files.
func (s *Store) openPiece(id core.FileID, create int) (*sealedPiece, error) {
	main, err := s.partial.OpenFile(string(id)+sealedSuffix, os.O_RDWR|openNonblock|create, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, failure(err)
	}
	tail, err := s.partial.OpenFile(string(id)+tailSuffix, os.O_RDWR|openNonblock|create, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(fs.ErrNotExist, main.Close())
	}
	if err != nil {
		return nil, errors.Join(failure(err), main.Close())
	}
	return &sealedPiece{main: main, tail: tailSlots{file: tail}}, nil
}

// position makes the piece go on at size; what is after that is dropped. KindNotFound: there is less.
func (p *sealedPiece) position(size int64) error {
	number, rest := seal.Split(size)
	if p.size < seal.Offset(number) {
		return errUnfinishedAbsent
	}
	start, err := p.startOf(number, int(rest))
	if err != nil {
		return err
	}
	return p.goOn(number, start)
}

// startOf returns the first n bytes of a record, from the whole one or from a slot.
func (p *sealedPiece) startOf(number int64, n int) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	if p.size >= seal.Offset(number+1) {
		buf := make([]byte, seal.SealedRecord)
		if _, err := p.main.ReadAt(buf, seal.Offset(number)); err != nil {
			return nil, failure(err)
		}
		if plain, err := p.f.OpenRecord(number, buf); err == nil {
			return plain[:n], nil
		}
	} // else it was being written when the machine failed
	if slot := p.tail.holding(number); slot >= 0 && len(p.tail.slots[slot].Plain) >= n {
		return p.tail.slots[slot].Plain[:n], nil
	}
	return nil, errUnfinishedAbsent
}

// goOn makes start what there is of a record, first in a slot, and drops what comes after it.
func (p *sealedPiece) goOn(number int64, start []byte) error {
	if len(start) == 0 {
		if err := p.tail.clear(); err != nil {
			return failure(err)
		}
	} else if err := p.tail.rewind(p.f, number, start); err != nil {
		return failure(err)
	}
	size := seal.Offset(number)
	if err := p.main.Truncate(size); err != nil {
		return failure(err)
	}
	if _, err := p.main.Seek(size, io.SeekStart); err != nil {
		return failure(err)
	}
	w := seal.Resume(p.f, mainFile{p}, number, start)
	if p.w != nil {
		p.w.Release()
	}
	p.w, p.size, p.sent = w, size, min(p.sent, size)
	return nil
}

func (p *sealedPiece) Write(b []byte) (int, error) { return p.w.Write(b) }

// Sync makes the whole records safe, then the start of the next one: a slot may have the only copy of
// the start of a record until that is whole and on the disk.
func (p *sealedPiece) Sync() error {
	if err := p.main.Sync(); err != nil {
		return failure(err)
	}
	number, plain := p.w.Pending()
	if len(plain) == 0 {
		return nil
	}
	if err := p.tail.save(p.f, number, plain); err != nil {
		return failure(err)
	}
	return nil
}

func (p *sealedPiece) Truncate(size int64) error {
	number, plain := p.w.Pending()
	at, rest := seal.Split(size)
	switch {
	case size > p.w.Size():
		return fmt.Errorf("truncate to %d bytes: there are %d", size, p.w.Size())
	case at == number && p.size == seal.Offset(at): // else a write failed
		return p.goOn(number, plain[:rest])
	}
	return p.position(size)
}

func (p *sealedPiece) Close() error {
	if p.w != nil {
		p.w.Release()
		p.w = nil
	}
	return errors.Join(p.tail.file.Close(), p.main.Close())
}

// mainFile writes to the main file of a piece.
type mainFile struct{ p *sealedPiece }

func (m mainFile) Write(b []byte) (int, error) {
	p := m.p
	n, err := p.main.Write(b)
	p.size += int64(n)
	if err != nil {
		return n, failure(err)
	}
	if p.size-p.sent >= writebackEvery {
		startWriteback(p.main, p.sent, p.size-p.sent)
		p.sent = p.size
	}
	return n, nil
}

// appendSealed opens a sealed unfinished object to go on at offset, or returns fs.ErrNotExist.
func (s *Store) appendSealed(id core.FileID, offset int64) (*sealedPiece, error) {
	p, err := s.openSealedPiece(id)
	if err != nil {
		return nil, err
	}
	p.sent = seal.Offset(offset / seal.RecordSize)
	if err := p.position(offset); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

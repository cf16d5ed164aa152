package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

var _ data.Appender = (*Store)(nil)

// unfinishedSuffix tells unfinished objects from what a Put is writing. They are in partialDir, so
// that finishing one is a rename. Those that are sealed have other suffixes.
const unfinishedSuffix = ".unfinished"

func unfinishedName(id core.FileID) (string, error) {
	if !data.PlainID(string(id)) {
		return "", core.E(core.KindInvalid, "file_id_invalid", "invalid file id")
	}
	return string(id) + unfinishedSuffix, nil
}

// piece is an unfinished object that is open.
type piece struct {
	*os.File
	size int64 // bytes
	sent int64 // of those, how many the disk was asked to start on
}

// Append opens an unfinished object; see data.Appender. One that was begun before there were keys goes on
// as it is, and is sealed when it is finished.
func (s *Store) Append(ctx context.Context, id core.FileID, offset int64) (data.Piece, error) {
	name, err := unfinishedName(id)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if offset == 0 {
		return s.begin(id, name)
	}
	plain := func() (data.Piece, error) { return s.appendPlain(name, offset, 0) }
	sealed := func() (data.Piece, error) { return s.appendSealed(id, offset) }
	likely, other := plain, sealed
	if len(s.keys) > 0 {
		likely, other = sealed, plain
	}
	p, err := likely()
	if errors.Is(err, fs.ErrNotExist) {
		p, err = other()
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errUnfinishedAbsent
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

// begin makes an unfinished object of the kind that is wanted now, and leaves none of the other.
func (s *Store) begin(id core.FileID, name string) (p data.Piece, err error) {
	if len(s.keys) > 0 {
		p, err = s.createSealed(id)
	} else {
		p, err = s.appendPlain(name, 0, os.O_CREATE)
	}
	if err != nil {
		return nil, err
	}
	if len(s.keys) > 0 {
		err = s.removePartials(name)
	} else {
		err = s.dropSealed(id)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// dropSealed removes what there is of a sealed unfinished object. Mostly there is none, and looking
// for one file is all that the others pay for it.
func (s *Store) dropSealed(id core.FileID) error {
	if _, err := s.partial.Lstat(string(id) + sealedSuffix); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return s.removePartials(string(id)+sealedSuffix, string(id)+tailSuffix)
}

// appendPlain opens an unfinished object that is not sealed, or returns fs.ErrNotExist.
func (s *Store) appendPlain(name string, offset int64, create int) (*piece, error) {
	f, err := s.partial.OpenFile(name, os.O_WRONLY|openNonblock|create, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fs.ErrNotExist
	}
	if err != nil {
		return nil, failure(err)
	}
	p := &piece{File: f, sent: offset}
	info, err := f.Stat()
	if err == nil && info.Size() < offset {
		err = errUnfinishedAbsent
	}
	if err == nil {
		err = p.Truncate(offset)
	}
	if err == nil && offset == 0 {
		err = s.syncPartials()
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return p, nil
}

var errUnfinishedAbsent = core.E(core.KindNotFound, "data_not_found", "the bytes of this upload are not there any more, begin it anew")

func (s *Store) syncPartials() error {
	d, err := s.partial.Open(".")
	if err != nil {
		return failure(err)
	}
	defer d.Close()
	if err := syncDir(d); err != nil {
		return failure(err)
	}
	return nil
}

func (p *piece) Write(b []byte) (int, error) {
	n, err := p.File.Write(b)
	p.size += int64(n)
	if err != nil {
		return n, failure(err)
	}
	if p.size-p.sent >= writebackEvery {
		startWriteback(p.File, p.sent, p.size-p.sent)
		p.sent = p.size
	}
	return n, nil
}

func (p *piece) Sync() error {
	if err := p.File.Sync(); err != nil {
		return failure(err)
	}
	return nil
}

func (p *piece) Truncate(size int64) error {
	if err := p.File.Truncate(size); err != nil {
		return failure(err)
	}
	if _, err := p.File.Seek(size, io.SeekStart); err != nil {
		return failure(err)
	}
	p.size, p.sent = size, min(p.sent, size)
	return nil
}

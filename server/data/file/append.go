package file

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

var _ data.Appender = (*Store)(nil)

// unfinishedSuffix tells unfinished objects from what a Put is writing. They are in partialDir, so
// that finishing one is a rename.
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

// Append opens an unfinished object; see data.Appender.
func (s *Store) Append(ctx context.Context, id core.FileID, offset int64) (data.Piece, error) {
	name, err := unfinishedName(id)
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	flags := os.O_WRONLY | openNonblock
	if offset == 0 {
		flags |= os.O_CREATE
	}
	f, err := s.partial.OpenFile(name, flags, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errUnfinishedAbsent
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

// Join makes a new unfinished object out of others; see data.Appender. The kernel copies, or
// shares the blocks where the file system can.
func (s *Store) Join(ctx context.Context, id core.FileID, parts []core.FileID) (err error) {
	out, err := s.Append(ctx, id, 0)
	if err != nil {
		return err
	}
	to := out.(*piece)
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

func (s *Store) copyPart(ctx context.Context, to *piece, part core.FileID) error {
	name, err := unfinishedName(part)
	if err != nil {
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

// Finish makes an unfinished object that of key; see data.Appender.
func (s *Store) Finish(ctx context.Context, id core.FileID, key data.Key, size int64) (data.Stored, error) {
	name, err := unfinishedName(id)
	if err != nil {
		return data.Stored{}, err
	}
	if !key.Plain() {
		return data.Stored{}, core.E(core.KindInvalid, "file_id_invalid", "invalid file id")
	}
	info, err := s.partial.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) { // it was finished before
		if info, err = s.root.Lstat(objectPath(key.File)); errors.Is(err, fs.ErrNotExist) {
			return data.Stored{}, errUnfinishedAbsent
		}
		if err == nil && info.Size() == size {
			return data.Stored{Size: size}, s.syncPlace(string(key.File))
		}
	}
	if err == nil && info.Size() != size {
		err = fmt.Errorf("it has %d bytes, %d were expected", info.Size(), size)
	}
	if err != nil {
		return data.Stored{}, failure(err)
	}
	if err := s.place(ctx, name, string(key.File)); err != nil {
		return data.Stored{}, err
	}
	return data.Stored{Size: size}, nil
}

// place moves an unfinished object to where the object of id belongs. When it fails the one
// or the other is there.
func (s *Store) place(ctx context.Context, name, id string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	dir, err := s.move(name, id)
	if err != nil {
		return failure(err)
	}
	return syncAndClose(dir)
}

// syncAndClose makes the entries of a directory survive a power cut.
func syncAndClose(dir place) error {
	defer dir.Close() // nothing was written through it
	if err := dir.sync(); err != nil {
		return failure(err)
	}
	return nil
}

// syncPlace makes the rename survive a power cut that a former life may have died right after.
func (s *Store) syncPlace(id string) error {
	dir, err := s.disk.open(objectDir(id))
	if err != nil {
		return failure(err)
	}
	return syncAndClose(dir)
}

// Drop removes an unfinished object; see data.Appender.
func (s *Store) Drop(ctx context.Context, id core.FileID) error {
	name, err := unfinishedName(id)
	if err != nil {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := s.partial.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove the unfinished file: %w", err)
	}
	return nil
}

// Unfinished yields the unfinished objects; see data.Appender.
func (s *Store) Unfinished(ctx context.Context) iter.Seq2[data.Unfinished, error] {
	return func(yield func(data.Unfinished, error) bool) {
		entries, err := readDir(s.root, partialDir)
		if err != nil {
			yield(data.Unfinished{}, fmt.Errorf("list the unfinished files: %w", err))
			return
		}
		for _, e := range entries {
			if ctx.Err() != nil {
				yield(data.Unfinished{}, context.Cause(ctx))
				return
			}
			id, ok := strings.CutSuffix(e.Name(), unfinishedSuffix)
			info, err := e.Info()
			if !ok || !data.PlainID(id) || errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
				continue
			}
			if err != nil {
				yield(data.Unfinished{}, fmt.Errorf("list the unfinished files: %w", err))
				return
			}
			if !yield(data.Unfinished{ID: core.FileID(id), Modified: info.ModTime()}, nil) {
				return
			}
		}
	}
}

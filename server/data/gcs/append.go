package gcs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"cloud.google.com/go/storage"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Append opens an unfinished object; see data.Appender. The piece outlives ctx. An offset that is
// not the end of what was synced once takes the piece that it is in to be stored anew up to there.
func (s *Store) Append(ctx context.Context, id core.FileID, offset int64) (data.Piece, error) {
	if !data.PlainID(string(id)) {
		return nil, errKey
	}
	if offset < 0 {
		return nil, errRange
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	parts, names, err := s.parts(ctx, id)
	fresh := offset == 0 && errors.Is(err, errUnfinished)
	if err != nil && !fresh {
		return nil, err
	}
	if total(parts) < offset {
		return nil, errUnfinished
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &piece{s: s, ctx: ctx, cancel: cancel, id: id, parts: parts, at: total(parts)}
	if fresh {
		err = s.mark(ctx, id)
	} else {
		err = nil
	}
	if err == nil && (total(parts) > offset || fresh && len(names) > 0) {
		err = p.cut(offset, names)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	return p, nil
}

// mark stores an empty piece, so that there is an unfinished object.
func (s *Store) mark(ctx context.Context, id core.FileID) error {
	return s.create(ctx, s.partName(id, 0), 0).end()
}

// piece is an unfinished object that is open.
type piece struct {
	s      *Store
	ctx    context.Context
	cancel context.CancelFunc
	id     core.FileID
	parts  []part
	open   *object // what is being written; nil: nothing
	at     int64   // where the next byte goes
	err    error   // what made it useless: bytes are lost, and there must be no gap
}

func (p *piece) Write(b []byte) (int, error) {
	if p.err != nil || len(b) == 0 {
		return 0, p.err
	}
	if p.open == nil {
		p.open = p.s.create(p.ctx, p.s.partName(p.id, p.at), -1)
	}
	n, err := p.open.Write(b)
	p.at += int64(n)
	p.err = err
	return n, err
}

// Sync makes an object of what was written, and of many that were synced before one. The last is not
// among those: a caller who could not note down that it is there goes on where it starts.
func (p *piece) Sync() error {
	o := p.open
	if p.err != nil || o == nil {
		return p.err
	}
	p.open = nil
	if p.err = o.end(); p.err != nil {
		return p.err
	}
	p.parts = append(p.parts, part{name: o.name, offset: p.at - o.size, size: o.size})
	if len(p.parts) <= composeLimit {
		return nil
	}
	old := slices.Clone(p.parts[:composeLimit])
	made, err := p.s.compose(p.ctx, p.s.partName(p.id, old[0].offset), old)
	if err != nil {
		return nil // the bytes are safe, and the next Sync tries again
	}
	p.parts = append([]part{made}, p.parts[composeLimit:]...)
	for _, o := range old {
		_ = p.s.remove(p.ctx, o.name) // it is covered; Finish and Drop see to the rest
	}
	return nil
}

// Truncate drops what lies past size bytes, of what was synced or not.
func (p *piece) Truncate(size int64) error {
	switch {
	case p.err != nil:
		return p.err
	case size < 0:
		return errRange
	case size > p.at:
		return fmt.Errorf("truncate an unfinished object to %d bytes: it has %d", size, p.at)
	case size > total(p.parts) && size < p.at: // of what was not synced some stays
		if err := p.Sync(); err != nil {
			return err
		}
	case p.open != nil && size < p.at:
		p.open.abort()
		p.open = nil
	}
	if p.at = max(size, total(p.parts)); size >= p.at {
		return nil
	}
	_, names, err := p.s.parts(p.ctx, p.id)
	if err != nil {
		return err
	}
	return p.cut(size, names)
}

// cut drops what lies past size bytes. names are those of all pieces, of which those that are covered
// would come to light.
func (p *piece) cut(size int64, names []string) error {
	var keep []part
	for _, q := range p.parts {
		if q.offset+q.size <= size {
			keep = append(keep, q)
		}
	}
	if at := total(keep); at < size { // it ends within a piece
		head, err := p.s.head(p.ctx, p.id, p.parts[len(keep)], size-at)
		if err != nil {
			return err
		}
		keep = append(keep, head)
	}
	if len(keep) == 0 {
		if err := p.s.mark(p.ctx, p.id); err != nil {
			return err
		}
	}
	p.parts, p.at = keep, size
	for _, name := range slices.Backward(names) { // the last first: what is left has no gap
		if !slices.ContainsFunc(keep, func(q part) bool { return q.name == name }) {
			if err := p.s.remove(p.ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// head stores the first n bytes of a piece once more: the service cannot.
func (s *Store) head(ctx context.Context, id core.FileID, of part, n int64) (part, error) {
	r, err := s.open(ctx, of.name, data.Range{Length: n})
	if err != nil {
		return part{}, err
	}
	defer r.Close()
	o := s.create(ctx, s.partName(id, of.offset), n)
	copied, err := io.Copy(o, r)
	if err == nil && copied != n {
		err = fmt.Errorf("gcs: a piece has %d bytes, %d were expected", copied, n)
	}
	if err != nil {
		o.abort()
		return part{}, err
	}
	return part{name: o.name, offset: of.offset, size: n}, o.end()
}

func (p *piece) Close() error {
	if p.open != nil {
		p.open.abort()
		p.open = nil
	}
	p.cancel()
	if p.err == nil {
		p.err = context.Canceled // what is written later is lost
	}
	return nil
}

// Drop removes an unfinished object; see data.Appender.
func (s *Store) Drop(ctx context.Context, id core.FileID) error {
	if !data.PlainID(string(id)) {
		return nil
	}
	_, names, err := s.parts(ctx, id)
	if err != nil && !errors.Is(err, errUnfinished) {
		return err
	}
	return s.removeAll(ctx, names) // the first first: it is absent at once
}

// Unfinished yields the unfinished objects; see data.Appender.
func (s *Store) Unfinished(ctx context.Context) iter.Seq2[data.Unfinished, error] {
	return func(yield func(data.Unfinished, error) bool) {
		var u data.Unfinished
		more := true
		emit := func() {
			if more && u.ID != "" {
				more = yield(u, nil)
			}
			u = data.Unfinished{}
		}
		err := s.walk(ctx, s.prefix+unfinishedDir, "", func(o *storage.ObjectAttrs) bool {
			id, _, ok := strings.Cut(strings.TrimPrefix(o.Name, s.prefix+unfinishedDir), "/")
			if !ok || !data.PlainID(id) {
				return true
			}
			if core.FileID(id) != u.ID {
				emit()
				u = data.Unfinished{ID: core.FileID(id), Modified: time.Time{}}
			}
			u.Modified = newest(u.Modified, o.Updated)
			return more
		})
		if err != nil {
			yield(data.Unfinished{}, err)
			return
		}
		emit()
	}
}

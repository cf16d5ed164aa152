package mem

import (
	"context"
	"iter"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

var _ data.Appender = (*Store)(nil)

var errUnfinishedAbsent = core.E(core.KindNotFound, "data_not_found", "the bytes of this upload are not there any more, begin it anew")

// piece is an unfinished object that is open.
type piece struct {
	s    *Store
	id   core.FileID
	data []byte
}

// Append opens an unfinished object; see data.Appender.
func (s *Store) Append(ctx context.Context, id core.FileID, offset int64) (data.Piece, error) {
	if !data.PlainID(string(id)) {
		return nil, core.E(core.KindInvalid, "file_id_invalid", "invalid file id")
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.unfinished[id]
	if int64(len(o.bytes)) < offset {
		return nil, errUnfinishedAbsent
	}
	p := &piece{s: s, id: id, data: append([]byte{}, o.bytes[:offset]...)}
	s.unfinished[id] = object{bytes: p.data, modified: time.Now()}
	return p, nil
}

func (p *piece) Write(b []byte) (int, error) {
	p.data = append(p.data, b...)
	return len(b), p.Sync()
}

func (p *piece) Sync() error {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	p.s.unfinished[p.id] = object{bytes: p.data, modified: time.Now()}
	return nil
}

func (p *piece) Truncate(size int64) error {
	p.data = append([]byte{}, p.data[:size]...)
	return p.Sync()
}

func (*piece) Close() error { return nil }

// Join makes a new unfinished object out of others; see data.Appender.
func (s *Store) Join(ctx context.Context, id core.FileID, parts []core.FileID) error {
	p, err := s.Append(ctx, id, 0)
	if err != nil {
		return err
	}
	for _, part := range parts {
		s.mu.Lock()
		o, ok := s.unfinished[part]
		s.mu.Unlock()
		if !ok {
			_ = s.Drop(ctx, id) // it is in memory
			return errUnfinishedAbsent
		}
		p.Write(o.bytes)
	}
	return nil
}

// Finish makes an unfinished object that of key; see data.Appender.
func (s *Store) Finish(ctx context.Context, id core.FileID, key data.Key, size int64) (data.Stored, error) {
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.unfinished[id]
	if !ok {
		o, ok = s.objects[key.File]
	}
	if !ok || !key.Plain() || int64(len(o.bytes)) != size {
		return data.Stored{}, errUnfinishedAbsent
	}
	delete(s.unfinished, id)
	s.objects[key.File] = o
	return data.Stored{Size: size}, nil
}

// Drop removes an unfinished object; see data.Appender.
func (s *Store) Drop(ctx context.Context, id core.FileID) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.unfinished, id)
	return nil
}

// Unfinished yields the unfinished objects; see data.Appender.
func (s *Store) Unfinished(context.Context) iter.Seq2[data.Unfinished, error] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []data.Unfinished
	for id, o := range s.unfinished {
		list = append(list, data.Unfinished{ID: id, Modified: o.modified})
	}
	return func(yield func(data.Unfinished, error) bool) {
		for _, u := range list {
			if !yield(u, nil) {
				return
			}
		}
	}
}

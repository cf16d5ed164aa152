package swift

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	lib "github.com/ncw/swift/v2"
	"golang.org/x/sync/errgroup"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Append opens an unfinished object; see data.Appender. The piece outlives ctx.
func (s *Store) Append(ctx context.Context, id core.FileID, offset int64) (data.Piece, error) {
	if !data.PlainID(string(id)) {
		return nil, errKey
	}
	if offset < 0 {
		return nil, core.E(core.KindInvalid, "range_invalid", "invalid range")
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err := s.prepare(ctx); err != nil {
		return nil, err
	}
	st, err := s.load(ctx, id)
	fresh := offset == 0 && errors.Is(err, errUnfinished)
	if fresh {
		st, err = &state{}, nil
	}
	if err != nil {
		return nil, err
	}
	size := st.size()
	if size < offset {
		return nil, errUnfinished
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
	p := &piece{s: s, ctx: ctx, cancel: cancel, id: id, st: st}
	if size > offset {
		err = p.cut(offset)
	} else if fresh {
		err = s.save(ctx, id, st)
	}
	if err != nil {
		cancel()
		return nil, err
	}
	p.g = s.segmenter(ctx, offset, func(at int64) string { return segmentName(id, at) }, p.add)
	return p, nil
}

// piece is an unfinished object that is open.
type piece struct {
	s      *Store
	ctx    context.Context
	cancel context.CancelFunc
	id     core.FileID
	g      *segmenter
	st     *state
	fresh  []segment // that Swift has and st has not
	loose  bool      // segments are not put together
}

func (p *piece) add(part segment) { p.fresh = append(p.fresh, part) }

func (p *piece) Write(b []byte) (int, error) { return p.g.Write(b) }

// Sync makes what was written part of the unfinished object, in this order: the segments, what tells
// of them, and then fewer segments of those that are small.
func (p *piece) Sync() error {
	if err := p.g.flush(); err != nil {
		return err
	}
	if len(p.fresh) == 0 {
		return nil
	}
	p.st.Parts, p.fresh = append(p.st.Parts, p.fresh...), nil
	if err := p.s.save(p.ctx, p.id, p.st); err != nil {
		return err
	}
	if p.loose {
		return nil
	}
	replaced, err := p.s.compact(p.ctx, p.id, p.st)
	p.loose = err != nil // the bytes are safe, and the next piece tries again
	if len(replaced) == 0 {
		return nil
	}
	if err := p.s.save(p.ctx, p.id, p.st); err != nil {
		return err
	}
	_ = p.s.removeAll(p.ctx, replaced) // Finish and Drop see to the rest
	return nil
}

// Truncate drops what lies past size bytes, of what was synced or not.
func (p *piece) Truncate(size int64) error {
	if size < 0 {
		return core.E(core.KindInvalid, "range_invalid", "invalid range")
	}
	if size > p.st.size() { // of what was not synced some stays
		if err := p.Sync(); err != nil {
			return err
		}
	}
	if size > p.st.size() {
		return fmt.Errorf("truncate an unfinished object to %d bytes: it has %d", size, p.st.size())
	}
	p.g.drop(size)
	for _, part := range p.fresh {
		_ = p.s.remove(p.ctx, p.s.segments, part.Name) // as in Sync
	}
	p.fresh = nil
	if size == p.st.size() {
		return nil
	}
	return p.cut(size)
}

func (p *piece) cut(size int64) error {
	dropped := p.st.cut(size)
	if err := p.s.save(p.ctx, p.id, p.st); err != nil {
		return err
	}
	_ = p.s.removeAll(p.ctx, dropped) // as in Sync
	return nil
}

func (p *piece) Close() error {
	p.g.close()
	p.cancel()
	return nil
}

// joiners is how many requests of a Join Swift works on at once.
const joiners = 4

// Join makes a new unfinished object out of others; see data.Appender. Swift copies, up to copySize
// in a request.
func (s *Store) Join(ctx context.Context, id core.FileID, parts []core.FileID) error {
	if !data.PlainID(string(id)) {
		return errKey
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	var spans []span
	for _, part := range parts {
		if !data.PlainID(string(part)) {
			return errUnfinished
		}
		st, err := s.load(ctx, part)
		if err != nil {
			return err
		}
		spans = append(spans, wholes(st.Parts)...)
	}
	if err := s.Drop(ctx, id); err != nil {
		return err
	}
	st, err := s.copy(ctx, id, portions(spans, min(copySize, s.segmentSize), s.maxEntries))
	if err == nil {
		err = s.save(ctx, id, st)
	}
	if err != nil {
		settled, cancel := settle(ctx)
		defer cancel()
		return errors.Join(err, s.Drop(settled, id), s.removeAll(settled, st.names()))
	}
	return nil
}

func (st *state) names() (names []string) {
	for _, p := range st.Parts {
		if p.Name != "" {
			names = append(names, p.Name)
		}
	}
	return names
}

// copy makes a segment of each portion. After an error the state has those that were made.
func (s *Store) copy(ctx context.Context, id core.FileID, portions [][]span) (*state, error) {
	st := &state{Parts: make([]segment, len(portions))}
	var wg errgroup.Group
	wg.SetLimit(joiners)
	var at int64
	for i, portion := range portions {
		name := segmentName(id, at)
		for _, p := range portion {
			at += p.n
		}
		wg.Go(func() (err error) {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if st.Parts[i], err = s.fuse(ctx, portion, name); err != nil {
				return s.storing("copy a segment", err)
			}
			return nil
		})
	}
	return st, wg.Wait()
}

// Unfinished yields the unfinished objects; see data.Appender.
func (s *Store) Unfinished(ctx context.Context) iter.Seq2[data.Unfinished, error] {
	return func(yield func(data.Unfinished, error) bool) {
		err := s.prepare(ctx)
		if err == nil {
			err = s.walk(ctx, s.segments, unfinishedPrefix, func(o lib.Object) bool {
				id := strings.TrimPrefix(o.Name, unfinishedPrefix)
				return !data.PlainID(id) || yield(data.Unfinished{ID: core.FileID(id), Modified: o.LastModified}, nil)
			})
		}
		if err != nil {
			yield(data.Unfinished{}, s.failure("list the unfinished files", err))
		}
	}
}

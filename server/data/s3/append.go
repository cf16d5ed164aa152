package s3

import (
	"context"
	"iter"

	"github.com/minio/minio-go/v7"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// An unfinished object is a multipart upload of the object it will be, so that finishing it moves
// no byte. Parts are sent as they fill up; Sync stores what is not a part yet beside it.

// Append opens an unfinished object; see data.Appender. What is written goes on after ctx has
// ended, for as long as the store answers: bytes that came count.
func (s *Store) Append(ctx context.Context, id core.FileID, offset int64) (data.Piece, error) {
	if !data.PlainID(string(id)) {
		return nil, errInvalidID
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	p, err := s.appendAt(ctx, id, offset)
	if err != nil {
		return nil, s.failure(ctx, "go on with the file", err)
	}
	return p, nil
}

func (s *Store) appendAt(ctx context.Context, id core.FileID, offset int64) (*piece, error) {
	if offset == 0 {
		return s.anew(ctx, id)
	}
	st, tail, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if offset < 0 || st.size() < offset {
		tail.free()
		return nil, errUnfinishedAbsent
	}
	return s.resume(ctx, id, st, tail, offset)
}

// anew begins an unfinished object, whatever there is.
func (s *Store) anew(ctx context.Context, id core.FileID) (*piece, error) {
	return s.begin(ctx, id, &state{Key: s.newKey(), Nonce: newNonce()})
}

// begin makes st what there is of an unfinished object.
func (s *Store) begin(ctx context.Context, id core.FileID, st *state) (*piece, error) {
	old, err := s.loadState(ctx, id)
	if err == nil {
		err = s.forget(ctx, id, old)
	}
	if err != nil && core.KindOf(err) != core.KindNotFound {
		return nil, err
	}
	if err := s.save(ctx, id, st, nil); err != nil {
		return nil, err
	}
	return s.piece(ctx, id, st, nil), nil
}

// resume goes on at offset, which is within st. It takes tail over.
func (s *Store) resume(ctx context.Context, id core.FileID, st *state, tail *buffer, offset int64) (*piece, error) {
	whole, at := 0, int64(0) // the parts that stay
	for whole < len(st.Parts) && at+st.Parts[whole].Size <= offset {
		at += st.Parts[whole].Size
		whole++
	}
	if whole == len(st.Parts) && !st.Sealed {
		if err := s.requireParts(ctx, id, st); err != nil {
			tail.free()
			return nil, err
		}
		if tail != nil {
			tail.n = int(offset - at)
		}
		return s.piece(ctx, id, st, tail), nil
	}
	tail.free()
	if at == offset && !st.Sealed {
		st.Parts = st.Parts[:whole]
		return s.piece(ctx, id, st, nil), nil
	}
	// A part of a multipart upload can be read when it is an object only.
	if !st.Sealed {
		st.Parts = st.Parts[:whole+1]
	}
	if err := s.seal(ctx, id, st, nil); err != nil {
		return nil, err
	}
	return s.unseal(ctx, id, st, offset)
}

// piece is an unfinished object that is open.
type piece struct {
	s  *Store
	id core.FileID
	st *state
	w  *writer
}

// piece opens st with the bytes that follow its parts, which it takes over.
func (s *Store) piece(ctx context.Context, id core.FileID, st *state, tail *buffer) *piece {
	w := s.newWriter(context.WithoutCancel(ctx), s.objectName(id), st.Key, st.Nonce)
	w.upload, w.md5, w.parts, w.size = st.Upload, st.MD5, append([]part(nil), st.Parts...), sizeOf(st.Parts)
	w.direct = maxParts
	if w.upload != "" {
		s.begins(w.upload)
	}
	w.buf = tail
	w.size += int64(len(tail.bytes()))
	return &piece{s: s, id: id, st: st, w: w}
}

func (p *piece) Write(b []byte) (int, error) {
	if len(p.w.parts) >= p.s.limits.direct {
		if err := p.compact(); err != nil {
			return 0, err
		}
	}
	n, err := p.w.Write(b)
	return n, p.s.failure(p.w.ctx, "store the file", err)
}

// Sync makes what was written survive: the parts are at the store, the rest is put beside them.
func (p *piece) Sync() error { return p.sync(p.w.ctx) }

func (p *piece) sync(ctx context.Context) error {
	if p.w.err == nil {
		p.w.err = p.w.wait()
	}
	if p.w.err != nil {
		return p.s.failure(ctx, "store the file", p.w.err)
	}
	p.st.Upload, p.st.Parts = p.w.upload, p.w.parts
	return p.s.save(ctx, p.id, p.st, p.w.gathered())
}

// Truncate drops what lies past size bytes.
func (p *piece) Truncate(size int64) error {
	if size < 0 || size > p.w.size {
		return errUnfinishedAbsent
	}
	if p.w.buf != nil {
		if before := p.w.size - int64(p.w.buf.n); size >= before {
			p.w.buf.n, p.w.size = int(size-before), size
			return nil
		}
	}
	if err := p.Sync(); err != nil {
		return err
	}
	return p.reopen(func(ctx context.Context, tail *buffer) (*piece, error) {
		if size == 0 {
			tail.free()
			return p.s.anew(ctx, p.id)
		}
		return p.s.resume(ctx, p.id, p.st, tail, size)
	})
}

// compact makes few parts of the many there are, for an object has 10 000 at most. The store copies
// them: that takes a while.
func (p *piece) compact() error {
	if err := p.Sync(); err != nil {
		return err
	}
	return p.reopen(func(ctx context.Context, tail *buffer) (*piece, error) {
		defer tail.free()
		size := p.w.size
		if err := p.s.seal(ctx, p.id, p.st, tail.bytes()); err != nil {
			return nil, err
		}
		return p.s.unseal(ctx, p.id, p.st, size)
	})
}

// reopen makes p what open returns, which takes over the last bytes. p was synced before. When it
// fails p takes nothing any more.
func (p *piece) reopen(open func(context.Context, *buffer) (*piece, error)) error {
	ctx := context.WithoutCancel(p.w.ctx)
	tail := p.w.buf
	p.w.buf = nil
	p.w.release()
	next, err := open(ctx, tail)
	if err != nil {
		return p.s.failure(ctx, "go on with the file", err)
	}
	*p = *next
	return nil
}

// Close ends the use of p. What was not synced is lost.
func (p *piece) Close() error {
	p.w.release()
	return nil
}

// Drop removes an unfinished object; see data.Appender.
func (s *Store) Drop(ctx context.Context, id core.FileID) error {
	if !data.PlainID(string(id)) {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	st, err := s.loadState(ctx, id)
	if core.KindOf(err) == core.KindNotFound {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.forget(ctx, id, st); err != nil {
		return err
	}
	return s.failure(ctx, "forget the unfinished file", s.remove(ctx, s.unfinishedName(id)))
}

// Unfinished yields the unfinished objects; see data.Appender.
func (s *Store) Unfinished(ctx context.Context) iter.Seq2[data.Unfinished, error] {
	return func(yield func(data.Unfinished, error) bool) {
		err := s.ids(ctx, s.prefix+unfinishedDir, func(id core.FileID, o minio.ObjectInfo) error {
			if !yield(data.Unfinished{ID: id, Modified: o.LastModified}, nil) {
				return errStopped
			}
			return nil
		})
		if err != nil && err != errStopped {
			yield(data.Unfinished{}, s.failure(ctx, "list the unfinished files", err))
		}
	}
}

package s3

import (
	"context"
	"io"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// seal makes an unfinished object one that can be copied from: an object under its name, which
// lasts until it is dropped, finished or gone on with. Nothing asks for it by that name meanwhile:
// no file has it yet. It must have parts.
func (s *Store) seal(ctx context.Context, id core.FileID, st *state, tail []byte) error {
	if !st.Sealed {
		if len(tail) > 0 {
			p, err := s.putPart(ctx, st.target(s.objectName(id)), len(st.Parts)+1, tail)
			if err != nil {
				return err
			}
			st.Parts = append(st.Parts, p)
		}
		st.Sealed = true
		if err := s.save(ctx, id, st, nil); err != nil {
			return err
		}
	}
	// Also when a former life had: it may not have come to it. The store must not see us leave
	// in the middle of that.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), commitFor)
	defer cancel()
	return s.assemble(ctx, s.objectName(id), st.Upload, st.Parts, st.Key, st.Nonce)
}

// unseal goes on at offset of a sealed object, in a new multipart upload.
func (s *Store) unseal(ctx context.Context, id core.FileID, st *state, offset int64) (_ *piece, err error) {
	name := s.objectName(id)
	if err := s.abortAll(ctx, name, ""); err != nil { // what a former life had begun here
		return nil, err
	}
	p := s.piece(ctx, id, &state{Key: st.Key, Nonce: newNonce(), MD5: true}, nil)
	defer func() {
		if err != nil {
			p.w.release()
		}
	}()
	if err := p.w.copyFrom(ctx, source{name, st.Key, offset}); err != nil {
		return nil, err
	}
	if err := p.sync(ctx); err != nil {
		return nil, err
	}
	return p, s.remove(ctx, name)
}

// copies is the most parts that are made of one object.
const copies = 2000

// copyFrom adds another object to w, or fails when ctx ends. The store copies what is large enough for
// a part, until w waits for it.
func (w *writer) copyFrom(ctx context.Context, from source) error {
	defer context.AfterFunc(ctx, w.cancel)()
	most := max(w.s.limits.copied, (from.size+copies-1)/copies)
	for at := int64(0); at < from.size; {
		left, have := from.size-at, int64(len(w.gathered()))
		least := w.s.limits.minPart
		if have >= least || have > 0 && left < least && have+left > int64(len(w.buf.all)) {
			if err := w.flush(); err != nil {
				return err
			}
			continue
		}
		n := left
		if have == 0 && left >= least {
			n = min(left, most)
			if err := w.addCopy(from, at, n); err != nil {
				return err
			}
		} else {
			if have > 0 { // it has to become a part first
				n = min(left, least-have)
			}
			if err := w.addRead(ctx, from, at, n); err != nil {
				return err
			}
		}
		at += n
	}
	return nil
}

func (w *writer) addCopy(from source, at, n int64) error {
	if err := w.begin(); err != nil {
		return err
	}
	if len(w.parts) >= maxParts {
		return errTooLarge
	}
	if err := w.slot(); err != nil {
		return err
	}
	to := w.target
	w.size += n
	w.send(nil, n, func(number int) (part, error) {
		return w.s.copyPart(w.ctx, to, number, from, at, n)
	})
	return nil
}

// addRead brings n bytes here.
func (w *writer) addRead(ctx context.Context, from source, at, n int64) error {
	r, err := w.s.open(ctx, from.name, from.key, data.Range{Offset: at, Length: n})
	if err != nil {
		return err
	}
	defer r.Close()
	return w.fill(io.LimitReader(r, n))
}

package s3

import "context"

// sent is a part that was sent, or not.
type sent struct {
	i    int
	part part
	err  error
}

// flush sends what was gathered as a part.
func (w *writer) flush() error {
	if w.buf == nil || w.buf.n == 0 {
		return nil
	}
	if w.large() {
		return w.flushLarge()
	}
	if err := w.begin(); err != nil {
		return err
	}
	if err := w.slot(); err != nil {
		return err
	}
	b, to := w.buf, w.target
	w.buf = nil
	w.send(int64(b.n), func(number int) (part, error) {
		defer b.free()
		return w.s.putPart(w.ctx, to, number, b.bytes())
	})
	return nil
}

// slot waits until another part may be under way.
func (w *writer) slot() error {
	for w.flying >= atOnce {
		if err := w.collect(); err != nil {
			return err
		}
	}
	return nil
}

// send makes the next part, of size bytes, by calling do with its number elsewhere. There must be a
// slot.
func (w *writer) send(size int64, do func(number int) (part, error)) {
	i := len(w.parts)
	w.parts = append(w.parts, part{Size: size})
	w.flying++
	go func() {
		p, err := do(i + 1)
		w.done <- sent{i, p, err} // has room for all
	}()
}

// begin makes the multipart upload, unless there is one.
func (w *writer) begin() (err error) {
	if w.upload != "" {
		return nil
	}
	if w.upload, err = w.s.create(w.ctx, w.name, w.key, w.nonce, w.md5); err == nil {
		w.s.begins(w.upload)
	}
	return err
}

// collect waits for a part.
func (w *writer) collect() error {
	got := <-w.done
	w.flying--
	if got.err != nil {
		if w.ctx.Err() != nil {
			return context.Cause(w.ctx)
		}
		w.cancel() // the others are in vain
		return got.err
	}
	w.parts[got.i] = got.part
	return nil
}

// wait waits for all parts.
func (w *writer) wait() (err error) {
	for w.flying > 0 {
		if e := w.collect(); err == nil {
			err = e
		}
	}
	return err
}

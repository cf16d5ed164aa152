package s3

import "context"

// sent is a part that was sent, or not.
type sent struct {
	i    int
	part part
	err  error
	buf  *buffer // what it was sent from
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
	w.send(b, int64(b.n), func(number int) (part, error) {
		return w.s.putPart(w.ctx, to, number, b.bytes())
	})
	return nil
}

// slot waits until another part may be under way.
func (w *writer) slot() error {
	for w.flying >= atOnce {
		b, err := w.collect()
		b.free()
		if err != nil {
			return err
		}
	}
	return nil
}

// send makes the next part, of size bytes, by calling do with its number elsewhere, which may use b
// until it returns. There must be a slot.
func (w *writer) send(b *buffer, size int64, do func(number int) (part, error)) {
	i := len(w.parts)
	w.parts = append(w.parts, part{Size: size})
	w.flying++
	go func() {
		p, err := do(i + 1)
		w.done <- sent{i, p, err, b} // has room for all
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

// collect waits for a part, and returns what it was sent from: the caller's to free.
func (w *writer) collect() (*buffer, error) {
	got := <-w.done
	w.flying--
	if got.err != nil {
		if w.ctx.Err() != nil {
			return got.buf, context.Cause(w.ctx)
		}
		w.cancel() // the others are in vain
		return got.buf, got.err
	}
	w.parts[got.i] = got.part
	return got.buf, nil
}

// wait waits for all parts.
func (w *writer) wait() (err error) {
	for w.flying > 0 {
		b, e := w.collect()
		b.free()
		if err == nil {
			err = e
		}
	}
	return err
}

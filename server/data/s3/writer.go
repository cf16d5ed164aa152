package s3

import (
	"context"
	"errors"
	"io"

	"github.com/root-gg/plik/server/core"
)

// atOnce is how many parts of one object are sent at the same time, when there is memory for it.
const atOnce = 4

// growAfter is the number of parts after which they are of PartSize also where memory is short.
const growAfter = 1000

// writer cuts what is written into parts and sends them while the next ones are gathered. It
// belongs to one goroutine.
type writer struct {
	s      *Store
	ctx    context.Context // that of the parts under way
	cancel context.CancelFunc
	target
	nonce  string
	unit   int64 // bytes of a part
	direct int   // parts that are sent as they are
	parts  []part
	buf    *buffer // what is gathered; nil: nothing yet
	size   int64   // of the whole
	flying int     // parts under way
	done   chan sent
	err    error   // the first failure of the store, so that it is not taken for one of the source
	big    *writer // the large part in the making
	bigCRC uint32  // of its bytes
}

func (s *Store) newWriter(ctx context.Context, name, key, nonce string) *writer {
	w := &writer{s: s, target: target{name: name, key: key}, nonce: nonce, unit: s.limits.minPart, direct: s.limits.direct, done: make(chan sent, atOnce)}
	w.ctx, w.cancel = context.WithCancel(ctx)
	return w
}

// expect chooses the size of the parts and takes the memory for the first of them, for which it
// waits. size is a hint, -1: there is none.
func (w *writer) expect(size int64) (err error) {
	m, l := w.s.memory, w.s.limits
	w.md5 = size > l.minPart*int64(l.direct) // some parts will be copied
	if size >= 0 && size < l.minPart {       // one request, and one byte more to see that this is the end
		w.buf, err = m.get(w.ctx, size+1)
		return err
	}
	large := w.s.o.PartSize
	if size >= 0 && size < large { // one request is quicker than parts
		large = size + 1
	}
	if w.buf = m.try(large, m.total/3*2); w.buf != nil {
		w.unit = min(int64(len(w.buf.all)), w.s.o.PartSize)
		return nil
	}
	w.buf, err = m.get(w.ctx, w.unit)
	return err
}

// room makes w.buf one that has room.
func (w *writer) room() error {
	if w.err != nil {
		return w.err
	}
	if err := w.wants(); err != nil {
		w.err = err
	}
	return w.err
}

func (w *writer) wants() error {
	if w.ctx.Err() != nil {
		return context.Cause(w.ctx)
	}
	if w.buf != nil && w.buf.n < w.full() {
		return nil
	}
	if w.buf != nil && int64(w.buf.n) < w.s.limits.minPart { // longer than was said
		next, err := w.s.memory.get(w.ctx, w.unit)
		if err != nil {
			return err
		}
		next.n = copy(next.all, w.buf.bytes())
		w.buf.free()
		w.buf = next
		return nil
	}
	if err := w.flush(); err != nil {
		return err
	}
	return w.next()
}

// full is how many bytes w.buf takes.
func (w *writer) full() int {
	return int(min(int64(len(w.buf.all)), max(w.partSize(), int64(w.buf.n))))
}

func (w *writer) partSize() int64 {
	if len(w.parts) >= growAfter {
		return max(w.unit, w.s.o.PartSize)
	}
	return w.unit
}

// next gets a buffer. Who has parts under way takes that of the first which arrives rather than wait
// for that of others: what has begun goes on.
func (w *writer) next() (err error) {
	least := w.s.limits.minPart
	if len(w.parts) >= growAfter {
		least = w.partSize()
	}
	for {
		if w.flying < atOnce {
			if w.buf = w.s.memory.try(w.partSize(), 0); w.buf != nil {
				return nil
			}
		}
		if w.flying == 0 {
			w.buf, err = w.s.memory.get(w.ctx, least)
			return err
		}
		b, err := w.collect()
		if err == nil && b != nil && int64(len(b.all)) >= least {
			b.n, w.buf = 0, b
			return nil
		}
		b.free()
		if err != nil {
			return err
		}
	}
}

func (w *writer) Write(p []byte) (n int, err error) {
	for n < len(p) {
		if err := w.room(); err != nil {
			return n, err
		}
		m := copy(w.buf.all[w.buf.n:w.full()], p[n:])
		w.buf.n += m
		w.size += int64(m)
		n += m
	}
	return n, nil
}

// fill writes all of r. An error of r is returned as it is, one of the store is in w.err too.
func (w *writer) fill(r io.Reader) error {
	if from, ok := r.(io.WriterTo); ok {
		_, err := from.WriteTo(w)
		return err
	}
	for {
		if err := w.room(); err != nil {
			return err
		}
		n, err := r.Read(w.buf.all[w.buf.n:w.full()])
		w.buf.n += n
		w.size += int64(n)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// gathered are the bytes that are not sent yet.
func (w *writer) gathered() []byte { return w.buf.bytes() }

// commit makes the object. ctx should outlive that of who has sent all. A store that did it but
// could not say so is asked for the object once more.
func (w *writer) commit(ctx context.Context) error {
	err := w.commitTo(ctx)
	if err != nil && transient(err) {
		if _, there, lookErr := w.s.look(ctx, w.name, w.key, w.nonce); lookErr == nil && there {
			return nil
		}
	}
	return err
}

func (w *writer) commitTo(ctx context.Context) error {
	if w.upload == "" {
		return w.s.putSmall(ctx, w.name, w.key, w.nonce, w.gathered())
	}
	if err := w.sendRest(); err != nil {
		return err
	}
	if err := w.s.assemble(ctx, w.name, w.upload, w.parts, w.key, w.nonce); err != nil {
		return err
	}
	w.s.ends(w.upload)
	w.upload = ""
	return nil
}

// sendRest sends what is left, and waits.
func (w *writer) sendRest() error {
	err := w.flush()
	if err == nil && w.big != nil {
		err = w.endLarge()
	}
	return errors.Join(err, w.wait())
}

// release ends the use of w, whose multipart upload may go on later.
func (w *writer) release() {
	w.cancel()
	for ; w.flying > 0; w.flying-- {
		(<-w.done).buf.free()
	}
	w.buf.free()
	w.buf = nil
	if w.upload != "" {
		w.s.ends(w.upload)
	}
}

// close ends the use of w. What was not committed is forgotten.
func (w *writer) close(ctx context.Context) error {
	w.release()
	ctx, cancel := settle(ctx)
	defer cancel()
	var errs []error
	if w.big != nil {
		errs = append(errs, w.big.discard(ctx))
	}
	if w.upload != "" {
		errs = append(errs, w.s.abort(ctx, w.name, w.upload))
	}
	return errors.Join(errs...)
}

func newNonce() string { return core.RandomText(16) }

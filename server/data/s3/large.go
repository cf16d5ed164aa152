package s3

import (
	"context"
	"hash/crc32"

	"github.com/root-gg/plik/server/core"
)

// An object may have 10 000 parts only. So that they need not become larger than memory allows,
// the last ones are large: each is an object of its own first, which the store then copies.

// large tells whether the next part is one.
func (w *writer) large() bool { return len(w.parts) >= w.direct }

// flushLarge adds what was gathered to the large part.
func (w *writer) flushLarge() error {
	if len(w.parts) >= maxParts {
		return errTooLarge
	}
	if err := w.wait(); err != nil { // the memory of those is for the large one now
		return err
	}
	if w.big == nil {
		w.big = w.s.newWriter(w.ctx, w.s.prefix+partsDir+core.RandomText(16), w.key, newNonce())
		w.bigCRC = 0
		w.big.unit, w.big.direct = w.partSize(), maxParts
	}
	w.big.size += int64(w.buf.n)
	w.bigCRC = crc32.Update(w.bigCRC, castagnoli(), w.buf.bytes())
	w.big.buf, w.buf = w.buf, nil
	if err := w.big.flush(); err != nil {
		return err
	}
	if w.big.size+w.partSize() > w.s.limits.large {
		return w.endLarge()
	}
	return nil
}

// endLarge makes the large part one of w.
func (w *writer) endLarge() error {
	ctx, cancel := context.WithTimeout(w.ctx, commitFor)
	defer cancel()
	if err := w.big.commit(ctx); err != nil {
		return err
	}
	if err := w.begin(); err != nil {
		return err
	}
	from := source{w.big.name, w.key, w.big.size}
	var p part
	var err error
	if w.md5 || w.s.o.NoChecksum {
		p, err = w.s.copyPart(ctx, w.target, len(w.parts)+1, from, 0, from.size)
	} else {
		p, err = w.s.passPart(ctx, w.target, len(w.parts)+1, from, encodeCRC(w.bigCRC))
	}
	if err != nil {
		return err
	}
	w.parts = append(w.parts, p)
	err = w.big.discard(ctx)
	w.big = nil
	return err
}

// discard forgets a large part, whether it was made or not.
func (w *writer) discard(ctx context.Context) error {
	if err := w.close(ctx); err != nil {
		return err
	}
	return w.s.remove(ctx, w.name)
}

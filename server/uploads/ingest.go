package uploads

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"sync"

	"github.com/root-gg/plik/server/content"
	"github.com/root-gg/plik/server/core"
)

// blockSize is how much is read, hashed and written at a time: large enough that system
// calls cost nothing, small enough that hundreds of transfers fit in memory.
const blockSize = 128 << 10

var blocks = sync.Pool{New: func() any { return new([blockSize]byte) }}

// ingest reads a file that arrives, and knows in the end its size, digests and type.
// Its WriteTo computes the digests of one block while the next one is read and written.
// It is used by one goroutine.
type ingest struct {
	ctx   context.Context
	r     io.Reader
	limit int64 // bytes; <= 0: none
	room  *room // what the bytes must fit in; nil: anything does
	// eager hands bytes on as they come instead of gathering whole blocks.
	eager bool
	// frugal hands on also the bytes that came before the reading failed.
	frugal bool

	first  *[blockSize]byte // read ahead by gather; nil: nothing was
	firstN int
	read   int // of first, by Read

	size int64
	head []byte // the first bytes, to tell the type by
	md5  hash.Hash
	crc  uint32
	err  error // what ended the reading, io.EOF excepted
	eof  bool
}

const headSize = 512

// allow bounds what is read from now on.
func (in *ingest) allow(r *room) { in.room = r }

func newIngest(ctx context.Context, r io.Reader, limit int64, digest bool) *ingest {
	in := &ingest{ctx: ctx, r: r, limit: limit}
	if digest {
		in.md5 = md5.New()
	}
	return in
}

// Read is for backends that must pull; it hashes in line.
func (in *ingest) Read(p []byte) (int, error) {
	if in.first != nil {
		n := copy(p, in.first[in.read:in.firstN])
		if in.read += n; in.read == in.firstN {
			in.drop()
		}
		in.sum(p[:n])
		return n, nil
	}
	n, err := in.next(p)
	in.sum(p[:n])
	return n, err
}

// gather reads the first block, and tells whether that is all. drop must be called in the end.
func (in *ingest) gather() (whole bool, err error) {
	in.first = blocks.Get().(*[blockSize]byte)
	in.firstN, err = in.fill(in.first[:])
	if err == io.EOF {
		return true, nil
	}
	return false, err
}

// drop gives back what gather took.
func (in *ingest) drop() {
	if in.first != nil {
		blocks.Put(in.first)
		in.first = nil
	}
}

// start returns the first block and what is in it.
func (in *ingest) start() (a *[blockSize]byte, n int, err error) {
	if in.first == nil {
		in.first = blocks.Get().(*[blockSize]byte)
		in.firstN, err = in.fill(in.first[:])
	} else if in.eof {
		err = io.EOF
	}
	return in.first, in.firstN, err
}

// WriteTo moves everything to w.
func (in *ingest) WriteTo(w io.Writer) (int64, error) {
	a, n, err := in.start()
	defer in.drop()
	if err == io.EOF { // the usual small file: not worth a goroutine
		in.sum(a[:n])
		if n == 0 {
			return 0, nil
		}
		m, err := w.Write(a[:n])
		return int64(m), err
	}
	if err != nil {
		return 0, err
	}
	return in.pump(w, a, n)
}

// maxBlocks is how many blocks a transfer may have in use: enough that neither the hasher nor
// who feeds it has to be woken for each block. One that comes slowly never needs more than two.
const maxBlocks = 6

// filled is a block with content to be hashed.
type filled struct {
	block *[blockSize]byte
	n     int
}

// pump hashes blocks in a goroutine of its own while further ones are read and written.
func (in *ingest) pump(w io.Writer, a *[blockSize]byte, n int) (written int64, err error) {
	if in.md5 == nil { // a CRC alone costs less than handing it over
		return in.inline(w, a, n)
	}
	todo, free, gone := make(chan filled, maxBlocks), make(chan *[blockSize]byte, maxBlocks), make(chan struct{})
	go func() {
		defer close(gone)
		for f := range todo {
			in.md5.Write(f.block[:f.n])
			free <- f.block
		}
	}()
	var more []*[blockSize]byte
	defer func() {
		close(todo)
		<-gone
		for _, b := range more {
			blocks.Put(b)
		}
	}()
	for {
		todo <- filled{a, n}
		in.checksum(a[:n]) // here, for the hasher has more to do
		m, err := w.Write(a[:n])
		written += int64(m)
		if err != nil {
			return written, err
		}
		// What was hashed is also written: this goroutine does that before it asks for more.
		select {
		case a = <-free:
		default:
			if len(more) < maxBlocks-1 {
				a = blocks.Get().(*[blockSize]byte)
				more = append(more, a)
			} else {
				a = <-free
			}
		}
		if n, err = in.fill(a[:]); n == 0 && err != nil {
			return written, ignoreEOF(err)
		}
	}
}

// inline reads, sums and writes block by block.
func (in *ingest) inline(w io.Writer, a *[blockSize]byte, n int) (written int64, err error) {
	for {
		in.checksum(a[:n])
		m, err := w.Write(a[:n])
		written += int64(m)
		if err != nil {
			return written, err
		}
		if n, err = in.fill(a[:]); n == 0 && err != nil {
			return written, ignoreEOF(err)
		}
	}
}

func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// fill reads until p is full, or something once when eager. It returns an error only
// with no bytes, but io.EOF also with the last ones when the end is known.
func (in *ingest) fill(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = in.next(p[n:])
		n += m
		if in.eager && n > 0 {
			break
		}
	}
	if err != nil && err != io.EOF {
		if in.frugal && n > 0 {
			return n, nil // the next call tells
		}
		return 0, err
	}
	return n, err
}

// next reads once, counts, and refuses what is over the limit.
func (in *ingest) next(p []byte) (int, error) {
	if in.err != nil {
		return 0, in.err
	}
	if in.eof {
		return 0, io.EOF
	}
	if in.ctx.Err() != nil {
		return 0, in.fail(context.Cause(in.ctx))
	}
	n, err := in.r.Read(p)
	in.size += int64(n)
	if in.limit > 0 && in.size > in.limit {
		return 0, in.fail(tooBig(in.limit))
	}
	if in.room != nil && in.size > in.room.size {
		if err := in.room.grow(in.ctx, in.size); err != nil {
			return 0, in.fail(err)
		}
	}
	if len(in.head) < headSize {
		in.head = append(in.head, p[:min(n, headSize-len(in.head))]...)
	}
	switch {
	case err == io.EOF:
		in.eof = true
	case err != nil:
		if in.ctx.Err() != nil {
			err = context.Cause(in.ctx)
		}
		return n, in.fail(err)
	}
	return n, err
}

// fail remembers why the reading ended. What is not a core.Error came from the client's
// side of the line.
func (in *ingest) fail(err error) error {
	if _, ok := errors.AsType[*core.Error](err); !ok {
		err = core.E(core.KindInvalid, "body_unreadable", "unable to read data from request body : the connection was cut or the body is malformed").Because(err)
	}
	in.err = err
	return err
}

func (in *ingest) sum(p []byte) {
	if in.md5 != nil {
		in.md5.Write(p)
	}
	in.checksum(p)
}

func (in *ingest) checksum(p []byte) { in.crc = crc32.Update(in.crc, crc32.IEEETable, p) }

// describe writes what was learnt into f. Call it when all is read.
func (in *ingest) describe(f *core.File) {
	f.Size, f.Type = in.size, content.Detect(in.head)
	f.CRC32, f.HasCRC32 = in.crc, true
	f.MD5 = ""
	if in.md5 != nil {
		f.MD5 = hex.EncodeToString(in.md5.Sum(nil))
	}
}

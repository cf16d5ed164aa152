package plik

import (
	"bytes"
	"crypto/md5"
	"encoding"
	"encoding/hex"
	"hash"
	"hash/crc32"
	"sync"
)

const (
	digestBlock  = 256 << 10 // bytes hashed at a time
	digestBlocks = 4         // blocks that may wait
)

// digest is the MD5 or the CRC-32 of a file. MD5 is computed beside the transfer rather than between its reads and
// writes. It is not for concurrent use, except for stop.
type digest struct {
	pos int64 // bytes taken so far
	h   hash.Hash
	cur []byte // taken, not passed on yet

	mu      sync.Mutex
	queue   chan piece // nil: nothing is hashed beside
	free    chan []byte
	wg      sync.WaitGroup
	stopped bool
}

type piece struct {
	data []byte
	done chan<- struct{} // closed when hashed; nil: nobody waits
}

func newDigest() *digest { return &digest{h: md5.New()} }

// newCRC32 returns a digest that costs a tenth of MD5, for servers that tell it of what they have.
func newCRC32() *digest { return &digest{h: crc32.NewIEEE()} }

// isCRC32 tells which of both it is.
func (d *digest) isCRC32() bool { return d.h.Size() == crc32.Size }

// restoreDigest goes on from what state returned.
func restoreDigest(state []byte, pos int64) (*digest, bool) {
	d := newDigest()
	if bytes.HasPrefix(state, []byte("crc")) { // as the standard library marks it
		d = newCRC32()
	}
	if err := d.h.(encoding.BinaryUnmarshaler).UnmarshalBinary(state); err != nil || pos < 0 {
		return nil, false
	}
	d.pos = pos
	return d, true
}

// write takes the bytes of the file at offset. Those it had before are left out, so that a part may be sent
// twice; it must not miss any.
func (d *digest) write(offset int64, p []byte) {
	skip := d.pos - offset
	if skip < 0 || skip >= int64(len(p)) {
		return
	}
	p = p[skip:]
	d.pos += int64(len(p))
	if d.isCRC32() { // this costs less than handing it over
		d.h.Write(p)
		return
	}
	for len(p) > 0 {
		if d.cur == nil {
			d.cur = d.block()
		}
		n := min(len(p), digestBlock-len(d.cur))
		d.cur, p = append(d.cur, p[:n]...), p[n:]
		if len(d.cur) == digestBlock {
			d.push(nil)
		}
	}
}

// block returns an empty block. The first one grows as needed: most files are small.
func (d *digest) block() []byte {
	if d.queue == nil {
		return []byte{}
	}
	return (<-d.free)[:0]
}

// push hands the current block on.
func (d *digest) push(done chan<- struct{}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.stopped {
		d.cur = d.cur[:0]
		if done != nil {
			close(done)
		}
		return
	}
	if d.queue == nil {
		d.queue, d.free = make(chan piece, digestBlocks+1), make(chan []byte, digestBlocks+1)
		for range digestBlocks {
			d.free <- make([]byte, 0, digestBlock)
		}
		d.wg.Go(d.run)
	}
	d.queue <- piece{d.cur, done} // has room for all blocks and one that only waits
	d.cur = nil
}

func (d *digest) run() {
	for p := range d.queue {
		d.h.Write(p.data)
		if cap(p.data) >= digestBlock && len(d.free) < digestBlocks {
			d.free <- p.data
		}
		if p.done != nil {
			close(p.done)
		}
	}
}

// flush returns when all that was taken is hashed.
func (d *digest) flush() {
	if d.queue == nil {
		d.h.Write(d.cur)
		d.cur = nil
		return
	}
	done := make(chan struct{})
	d.push(done)
	<-done
}

// sum returns the digest of what was taken, in hex.
func (d *digest) sum() string {
	d.flush()
	return hex.EncodeToString(d.h.Sum(nil))
}

// state returns what restoreDigest needs to go on at pos.
func (d *digest) state() []byte {
	d.flush()
	state, _ := d.h.(encoding.BinaryMarshaler).MarshalBinary() // never fails
	return state
}

// stop ends the hashing. What is written later is ignored.
func (d *digest) stop() {
	d.mu.Lock()
	stopped := d.stopped
	d.stopped = true
	if d.queue != nil && !stopped {
		close(d.queue)
	}
	d.mu.Unlock()
	d.wg.Wait()
}

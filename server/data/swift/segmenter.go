package swift

import (
	"context"
	"encoding/hex"
	"math"
	"sync"
	"time"
)

// Of a segment that is open no more is known, to anybody, than that the one before it was finished.
// So none is open for long, and none waits for a sender who pauses: Swift gives up after a minute.
const (
	segmentAge  = 20 * time.Minute
	segmentIdle = 30 * time.Second
)

// segmenter cuts what is written to it into objects. Up to bufferSize it holds in memory.
type segmenter struct {
	s     *Store
	ctx   context.Context
	whole string                    // the object all goes to, uncut; or
	name  func(offset int64) string // of the segment that starts there
	done  func(segment)             // called with each that Swift has

	mu     sync.Mutex // against the timer
	buffer *[bufferSize]byte
	n      int     // bytes in it
	up     *upload // that the bytes after those in the buffer go to; may be nil
	began  time.Time
	timer  *time.Timer
	offset int64 // of the next segment
	err    error // what made it useless
}

// segment is a part of an object.
type segment struct {
	Name string `json:"n"`
	Size int64  `json:"s"` // bytes of it
	Hash string `json:"h"` // MD5
	Used int64  `json:"u"` // how many of its bytes count, from its start on
}

func (s *Store) segmenter(ctx context.Context, offset int64, name func(int64) string, done func(segment)) *segmenter {
	return &segmenter{s: s, ctx: ctx, name: name, done: done, offset: offset, buffer: s.buffers.Get().(*[bufferSize]byte)}
}

// begin opens the next object with what is in the buffer.
func (g *segmenter) begin(last bool) *upload {
	if g.whole != "" {
		return g.s.upload(g.ctx, g.s.container, g.whole, g.buffer[:g.n], last)
	}
	return g.s.upload(g.ctx, g.s.segments, g.name(g.offset), g.buffer[:g.n], last)
}

// limit is how long an object may be, in bytes.
func (g *segmenter) limit() int64 {
	if g.whole != "" {
		return math.MaxInt64 // Swift says
	}
	return g.s.segmentSize
}

func (g *segmenter) Write(p []byte) (n int, err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil && g.ctx.Err() != nil {
		g.err = context.Cause(g.ctx)
	}
	for n < len(p) && g.err == nil {
		n += g.write(p[n:])
	}
	return n, g.err
}

// write takes some of p.
func (g *segmenter) write(p []byte) (n int) {
	if g.up == nil && g.n < bufferSize {
		n = copy(g.buffer[g.n:], p)
		g.n += n
		return n
	}
	if g.up == nil && g.limit() == bufferSize {
		g.cut()
		return 0
	}
	if g.up == nil {
		g.up, g.began = g.begin(false), g.s.now()
		if g.whole == "" {
			g.timer = time.AfterFunc(g.s.idle, g.idle)
		}
	}
	n, g.err = g.up.Write(p[:min(int64(len(p)), g.limit()-g.up.size)])
	if g.err != nil {
		g.err = g.failure(g.err)
		return n
	}
	if g.whole != "" {
		return n
	}
	g.timer.Reset(g.s.idle)
	if g.up.size == g.limit() || g.s.now().Sub(g.began) >= segmentAge {
		g.cut()
	}
	return n
}

func (g *segmenter) failure(err error) error {
	if g.ctx.Err() != nil {
		return context.Cause(g.ctx)
	}
	return g.s.storing("store an object", err)
}

// idle finishes a segment nothing was added to for a while.
func (g *segmenter) idle() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.up != nil && g.err == nil {
		g.cut()
	}
}

// cut finishes the object that is open.
func (g *segmenter) cut() {
	up := g.up
	if up == nil && g.n == 0 && g.whole == "" {
		return
	}
	if up == nil {
		up = g.begin(true)
	} else if g.timer != nil {
		g.timer.Stop()
	}
	err := up.end()
	g.up, g.n = nil, 0
	if err != nil {
		g.err = g.failure(err)
		return
	}
	g.offset += up.size
	g.done(segment{Name: up.name, Size: up.size, Used: up.size, Hash: hex.EncodeToString(up.sum.Sum(nil))})
}

// flush makes Swift have all that was written.
func (g *segmenter) flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil && g.ctx.Err() != nil {
		g.err = context.Cause(g.ctx)
	}
	if g.err == nil {
		g.cut()
	}
	return g.err
}

// failed returns what made g useless.
func (g *segmenter) failed() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

// gather makes an object of all that was written, if that is still in memory.
func (g *segmenter) gather(name string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.up == nil && g.offset == 0 {
		g.whole = name
	}
}

// drop forgets what no segment was made of, and goes on at offset.
func (g *segmenter) drop(offset int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.timer != nil {
		g.timer.Stop()
	}
	if g.up != nil {
		g.up.abort()
	}
	g.up, g.n, g.offset = nil, 0, offset
}

// close ends the use of g, which must not be written to after that. What was not flushed is lost.
func (g *segmenter) close() {
	g.drop(0)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = errGivenUp
	}
	if g.buffer != nil {
		g.s.buffers.Put(g.buffer)
		g.buffer = nil
	}
}

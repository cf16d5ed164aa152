package s3

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/root-gg/plik/server/core"
)

// memory is what the parts that are gathered and sent may take. It is kept out of the heap where
// the system lets it: as garbage to come it would count twice.
type memory struct {
	total   int64
	room    *semaphore.Weighted
	waiting atomic.Int64

	mu     sync.Mutex
	used   int64
	spare  map[int][][]byte // by size
	spared int64            // bytes in spare
}

// buffer is a part in the making. It has one owner.
type buffer struct {
	m   *memory
	all []byte
	n   int // bytes that count
}

func newMemory(total int64) *memory {
	return &memory{total: total, room: semaphore.NewWeighted(total), spare: map[int][][]byte{}}
}

const (
	// waitFor is how long one may wait for memory.
	waitFor    = time.Minute
	bufferStep = 256 << 10 // what sizes are a multiple of, bytes
	idleSpare  = 32 << 20  // what is kept while nothing is going on, bytes
)

var errBusy = core.E(core.KindUnavailable, "store_busy", "the server is storing too many files at the moment, try again later")

func roundUp(size int64) int64 { return (size + bufferStep - 1) / bufferStep * bufferStep }

// get returns a buffer of at least size bytes, for which it waits.
func (m *memory) get(ctx context.Context, size int64) (*buffer, error) {
	size = min(roundUp(size), m.total)
	m.waiting.Add(1)
	defer m.waiting.Add(-1)
	bounded, cancel := context.WithTimeout(ctx, waitFor)
	defer cancel()
	if err := m.room.Acquire(bounded, size); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, errBusy
	}
	return m.take(int(size)), nil
}

// try returns nil when there is no room now, or less than leave would be left.
func (m *memory) try(size, leave int64) *buffer {
	size = roundUp(size)
	if m.waiting.Load() > 0 || !m.room.TryAcquire(size+leave) {
		return nil
	}
	if leave > 0 {
		m.room.Release(leave)
	}
	return m.take(int(size))
}

func (m *memory) take(size int) *buffer {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.used += int64(size)
	if list := m.spare[size]; len(list) > 0 {
		m.spare[size] = list[:len(list)-1]
		m.spared -= int64(size)
		return &buffer{m: m, all: list[len(list)-1]}
	}
	if m.used+m.spared > m.total { // those of other sizes
		m.dropSpare()
	}
	return &buffer{m: m, all: allocate(size)}
}

// free gives b back, if there is one. Nobody may touch it any more.
func (b *buffer) free() {
	if b == nil {
		return
	}
	m, size := b.m, int64(len(b.all))
	m.mu.Lock()
	m.used -= size
	m.spare[len(b.all)] = append(m.spare[len(b.all)], b.all)
	m.spared += size
	if m.used == 0 && m.spared > idleSpare {
		m.dropSpare()
	}
	m.mu.Unlock()
	b.all = nil
	m.room.Release(size)
}

func (m *memory) dropSpare() {
	for _, list := range m.spare {
		for _, b := range list {
			release(b)
		}
	}
	clear(m.spare)
	m.spared = 0
}

func (m *memory) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.dropSpare()
}

// bytes are those that count.
func (b *buffer) bytes() []byte {
	if b == nil {
		return nil
	}
	return b.all[:b.n]
}

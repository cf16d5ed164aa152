package throttle

import (
	"errors"
	"math"
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Defaults of a Limiter.
const (
	DefaultRate  = 10 * time.Second
	DefaultBurst = 10
	DefaultSize  = 65536
)

// Options of a Limiter. The zero value is good.
type Options struct {
	Rate  time.Duration // one more guess comes back each; 0: DefaultRate
	Burst int           // guesses of a key that has not made any; 0: DefaultBurst
	Size  int           // keys remembered; 0: DefaultSize
	Now   core.Clock    // nil: time.Now
}

// Limiter counts guesses by key, in a bucket for each: Burst guesses to begin with, of which one
// comes back every Rate. It is safe for concurrent use.
//
// At most Size buckets are remembered, some 200 bytes each. A bucket that is full again says
// nothing and is forgotten first. When all are in use, the fullest one goes, of equal ones the one
// that was used least recently: so a flood of fresh keys pushes out its own buckets, never one
// that is nearly empty. Who wants to push out that one has to empty Size others first, with
// guesses that each cost a hash.
type Limiter struct {
	rate  time.Duration
	burst time.Duration // the time an empty bucket takes to be full
	size  int
	now   core.Clock

	mu      sync.Mutex
	buckets map[string]*bucket
	order   queue
	uses    uint64 // counts what was taken, to tell what was used before what
}

// New checks the options and returns a Limiter.
func New(o Options) (*Limiter, error) {
	if o.Rate < 0 || o.Burst < 0 || o.Size < 0 {
		return nil, errors.New("throttle: Rate, Burst and Size must not be negative")
	}
	if o.Rate == 0 {
		o.Rate = DefaultRate
	}
	if o.Burst == 0 {
		o.Burst = DefaultBurst
	}
	if o.Size == 0 {
		o.Size = DefaultSize
	}
	if int64(o.Burst) > math.MaxInt64/int64(o.Rate) {
		return nil, errors.New("throttle: Rate times Burst is longer than 292 years")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Limiter{
		rate: o.Rate, burst: o.Rate * time.Duration(o.Burst), size: o.Size, now: o.Now,
		buckets: map[string]*bucket{},
	}, nil
}

// Wait returns how long the key has to wait before its next guess, zero if it may guess now. It
// takes nothing, so what it says may be over when others guess at the same time: see Reserve.
func (l *Limiter) Wait(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.wait(key, l.now())
}

// Reserve takes a guess from the key and returns zero, or takes nothing and returns how long to
// wait. Call it before the costly check of a guess, and Return after the right one: then no number
// of guesses made at once gets past the burst.
func (l *Limiter) Reserve(key string) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	if wait := l.wait(key, now); wait > 0 {
		return wait
	}
	l.take(key, now)
	return 0
}

// Failed takes a guess from the key, if it has any, for a wrong one that was not reserved.
func (l *Limiter) Failed(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.take(key, l.now())
}

// Return gives back a guess that was taken.
func (l *Limiter) Return(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.buckets[key]; ok {
		l.fill(b, b.full.Add(-l.rate), l.now())
	}
}

// Forget gives the key all its guesses back.
func (l *Limiter) Forget(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.buckets[key]; ok {
		l.drop(b)
	}
}

// wait returns the time until the bucket of a key holds a whole guess.
func (l *Limiter) wait(key string, now time.Time) time.Duration {
	b, ok := l.buckets[key]
	if !ok {
		return 0
	}
	// A clock that was set back must not make a bucket emptier than empty, which would last until
	// the clock is where it was.
	if empty := now.Add(l.burst); b.full.After(empty) {
		l.fill(b, empty, now)
	}
	return max(0, b.full.Sub(now)-(l.burst-l.rate))
}

func (l *Limiter) take(key string, now time.Time) {
	full := now
	b, ok := l.buckets[key]
	if ok && b.full.After(now) {
		full = b.full
	}
	if full = full.Add(l.rate); full.Sub(now) > l.burst {
		full = now.Add(l.burst)
	}
	l.uses++
	if !ok {
		l.makeRoom(now)
		b = &bucket{key: key, full: full, used: l.uses}
		l.add(b)
		return
	}
	b.used = l.uses
	l.fill(b, full, now)
}

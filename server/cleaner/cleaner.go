package cleaner

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

const (
	batch      = 500              // rows in one call of the store, so that no transaction lasts
	deadAfter  = 60 * time.Second // of silence, counted in heartbeats of our own
	longGone   = 10 * time.Minute // of silence by the clock, where heartbeats cannot be counted
	patience   = 5 * time.Second  // how long Recover may hold up the start
	farewell   = 5 * time.Second  // to leave things tidy once the context has ended
	sweepEvery = time.Hour        // between deep passes
	loud       = 10               // failures of one kind logged one by one
)

// Options is what a Cleaner works with. Store and Backend are required.
type Options struct {
	Store   Store
	Backend data.Backend
	Log     *logrus.Entry
	Now     core.Clock
	// Instance is this daemon; without an ID it is Self's. Two of them in one process need
	// different hosts: one of the same host and process id passes for a former life of the other.
	Instance core.Instance

	// Run makes a pass every Interval (300 s) plus a random time below Jitter (300 s; negative: none).
	Interval, Jitter time.Duration
	// LeaseTTL is how long others wait for a cleaner that died in mid-pass (60 s).
	LeaseTTL time.Duration
	// Heartbeat is how often Run gives a sign of life (10 s). Daemons that share a database
	// should agree on it.
	Heartbeat time.Duration
	// URL is where other daemons reach this one; may be empty.
	URL string
	// Held tells whether this process still hands out the bytes of a Removed file. May be nil.
	Held func(core.FileID) bool
	// Expire gives up the resumable uploads that nothing came for, and returns how many. May be nil.
	Expire func(context.Context) (int, error)
	// Observe is told of every pass that was not skipped. May be nil.
	Observe func(Result)
}

// Cleaner cleans one store and one backend. It is safe for concurrent use.
type Cleaner struct {
	store   Store
	backend data.Backend
	log     *logrus.Entry
	now     core.Clock
	self    core.Instance
	observe func(Result)
	held    func(core.FileID) bool
	expirer func(context.Context) (int, error)

	interval, jitter, leaseTTL, heartbeat time.Duration

	passing sync.Mutex    // held by the pass under way
	swept   time.Time     // when the last deep pass began; guarded by passing
	deep    bool          // the pass under way is a deep one; guarded by passing
	stays   atomic.Bool   // this process serves: its instance outlives a single pass
	wake    chan struct{} // an instance died: recover without waiting for the next pass
	watcher watcher
}

// New makes a Cleaner. It does nothing until asked to.
func New(o Options) (*Cleaner, error) {
	switch {
	case o.Store == nil:
		return nil, errors.New("cleaner: Store is required")
	case o.Backend == nil:
		return nil, errors.New("cleaner: Backend is required")
	case o.Interval < 0 || o.LeaseTTL < 0 || o.Heartbeat < 0:
		return nil, errors.New("cleaner: Interval, LeaseTTL and Heartbeat cannot be negative")
	}
	c := &Cleaner{
		store: o.Store, backend: o.Backend, log: o.Log, now: o.Now, self: o.Instance, observe: o.Observe, held: o.Held, expirer: o.Expire,
		interval: orElse(o.Interval, 300*time.Second), jitter: orElse(o.Jitter, 300*time.Second),
		leaseTTL: orElse(o.LeaseTTL, 60*time.Second), heartbeat: orElse(o.Heartbeat, 10*time.Second),
		wake: make(chan struct{}, 1),
	}
	if c.log == nil {
		quiet := logrus.New()
		quiet.SetOutput(io.Discard)
		c.log = logrus.NewEntry(quiet)
	}
	if c.held == nil {
		c.held = func(core.FileID) bool { return false }
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.self.ID == "" {
		c.self = Self(c.now())
		c.self.URL = o.URL
	}
	c.watcher.limit = max(1, int((deadAfter+c.heartbeat-1)/c.heartbeat))
	return c, nil
}

// Instance returns what this daemon is known as to the others.
func (c *Cleaner) Instance() core.Instance { return c.self }

func orElse(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}

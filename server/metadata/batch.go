package metadata

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
)

// maxBatch is how many changes one transaction takes: enough to share its cost, few enough
// that nobody waits long.
const maxBatch = 64

// change is one write that waits for its turn, or was made.
type change struct {
	op    string
	fn    func(context.Context) error
	ctx   context.Context // of the caller
	multi bool            // several statements: all of them, or none
	err   error           // valid once done is closed
	done  chan struct{}
}

// batch is the queue of changes. Who gets the gate makes all that wait in one transaction:
// under load a commit serves many requests, and few of them have to be woken to write.
type batch struct {
	mu      sync.Mutex
	waiting []*change
}

func (b *batch) push(c *change) {
	b.mu.Lock()
	b.waiting = append(b.waiting, c)
	b.mu.Unlock()
}

// take returns up to maxBatch of the waiting changes.
func (b *batch) take() []*change {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := min(len(b.waiting), maxBatch)
	list := b.waiting[:n:n]
	b.waiting = b.waiting[n:]
	return list
}

// withdraw takes back a change that nobody has begun.
func (b *batch) withdraw(c *change) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for i, w := range b.waiting {
		if w == c {
			b.waiting = append(b.waiting[:i:i], b.waiting[i+1:]...)
			return true
		}
	}
	return false
}

// submit makes a change, alone or with those of others, and returns when it is committed
// or has failed.
func (s *Store) submit(ctx context.Context, c *change) error {
	if err := ctx.Err(); err != nil {
		return failed(c.op, err)
	}
	defer s.observe(c.op, time.Now())
	c.ctx, c.done = ctx, make(chan struct{})
	s.queue.push(c)
	for {
		select {
		case <-c.done:
			return failed(c.op, c.err)
		case s.gate <- struct{}{}:
			s.lead()
			<-s.gate
		case <-ctx.Done():
			if s.queue.withdraw(c) {
				return failed(c.op, ctx.Err())
			}
			<-c.done // it is being made: its outcome is to be known
			return failed(c.op, c.err)
		}
	}
}

// lead makes the changes that wait. Its caller holds the gate.
func (s *Store) lead() {
	list := s.queue.take()
	defer func() {
		for _, c := range list {
			close(c.done)
		}
	}()
	if len(list) > 1 && s.together(list) {
		return
	}
	for _, c := range list {
		c.err = s.alone(c)
	}
}

// alone makes one change in a transaction of its own.
func (s *Store) alone(c *change) error {
	if err := c.ctx.Err(); err != nil { // it ended while those before were waiting for a lock
		return err
	}
	fn := func() error { return s.guard(c) }
	if c.multi {
		fn = func() error {
			return s.transaction(context.WithoutCancel(c.ctx), func() error { return s.guard(c) })
		}
	}
	return retryBusy(c.ctx, fn)
}

// errPanicked ends a change that panicked: the others of its batch must not suffer.
var errPanicked = errors.New("the change panicked")

func (s *Store) guard(c *change) (err error) {
	defer func() {
		if v := recover(); v != nil {
			s.log.WithField("panic", v).Error("metadata: " + c.op)
			err = errPanicked
		}
	}()
	return c.fn(context.WithoutCancel(c.ctx))
}

// together makes all changes in one transaction, each of them whole or not at all. It returns
// false, with nothing changed, when something went wrong that may concern them all, or another
// process has the lock: then each waits for it as long as its own caller does.
func (s *Store) together(list []*change) bool {
	ctx := context.Background()
	err := s.transaction(ctx, func() error {
		for _, c := range list {
			if err := s.member(ctx, c); err != nil {
				return err
			}
		}
		return nil
	})
	return err == nil
}

// member makes one change of a batch. What it returns ends the batch; a failure of the
// change alone is left in it.
func (s *Store) member(ctx context.Context, c *change) error {
	if !c.multi {
		c.err = s.guard(c)
		return shared(c.err)
	}
	if _, err := s.st.savepoint.ExecContext(ctx); err != nil {
		return err
	}
	c.err = s.guard(c)
	if err := shared(c.err); err != nil {
		return err
	}
	if c.err != nil {
		if _, err := s.st.rollbackTo.ExecContext(ctx); err != nil {
			return err
		}
	}
	_, err := s.st.release.ExecContext(ctx)
	return err
}

// shared returns an error that may have undone the whole transaction, as a full disk does, and
// nil for one that concerns its own change only.
func shared(err error) error {
	if err == nil || isDuplicate(err) || isForeignKey(err) || errors.Is(err, errPanicked) {
		return nil
	}
	if _, ok := errors.AsType[*core.Error](err); ok {
		return nil
	}
	return err
}

package metadata

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/root-gg/plik/server/core"
)

// busyLimit is how long an operation waits for other processes in all.
const busyLimit = 30 * time.Second

// read runs fn, which only reads. op names it in errors and logs.
//
// fn's context cannot be cancelled: watching one costs two goroutines for each statement,
// which takes longer than most statements do. Long ones use the caller's own.
func (s *Store) read(ctx context.Context, op string, fn func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return failed(op, err)
	}
	defer s.observe(op, time.Now())
	if s.remote != nil {
		return failed(op, s.remote.attempt(ctx, true, fn))
	}
	quick := context.WithoutCancel(ctx)
	return failed(op, retryBusy(ctx, func() error { return fn(quick) }))
}

// write runs fn, which makes one change in one statement. fn runs again from the start
// when another process has the lock, or when changes made with it failed.
func (s *Store) write(ctx context.Context, op string, fn func(ctx context.Context) error) error {
	if s.remote != nil {
		return s.change(ctx, &change{op: op, fn: fn})
	}
	return s.submit(ctx, &change{op: op, fn: fn})
}

// writeTx is write for a change in several statements: all of them, or none.
func (s *Store) writeTx(ctx context.Context, op string, fn func(ctx context.Context) error) error {
	if s.remote != nil {
		return s.change(ctx, &change{op: op, fn: fn, multi: true})
	}
	return s.submit(ctx, &change{op: op, fn: fn, multi: true})
}

// transaction runs fn between BEGIN and COMMIT. Its caller holds the gate: there is one
// connection and we have it to ourselves, so its transaction can be driven with prepared
// statements. IMMEDIATE takes the write lock here and now: nothing after it meets a lock.
func (s *Store) transaction(ctx context.Context, fn func() error) error {
	if _, err := s.st.begin.ExecContext(ctx); err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed { // fn failed or panicked, or the commit did
			// It fails when SQLite has rolled back by itself, as on a full disk.
			_, _ = s.st.rollback.ExecContext(ctx)
		}
	}()
	if err := fn(); err != nil {
		return err
	}
	_, err := s.st.commit.ExecContext(ctx)
	committed = err == nil
	return err
}

// exclusive runs fn as the only writer of this process, in no transaction.
func (s *Store) exclusive(ctx context.Context, op string, fn func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return failed(op, err)
	}
	select {
	case s.gate <- struct{}{}:
	case <-ctx.Done():
		return failed(op, ctx.Err())
	}
	defer func() { <-s.gate }()
	defer s.observe(op, time.Now())
	quick := context.WithoutCancel(ctx)
	return failed(op, retryBusy(ctx, func() error { return fn(quick) }))
}

// durable waits until every commit made before the call is on the disk.
func (s *Store) durable(op string) error {
	if s.remote != nil {
		return nil // as durable as the server makes commits
	}
	return failed(op, s.wal.sync())
}

// durableIfStored is durable when one of the files has its bytes already: whoever sent
// them is told so next.
func (s *Store) durableIfStored(op string, files ...*core.File) error {
	for _, f := range files {
		if f.Status == core.Uploaded {
			return s.durable(op)
		}
	}
	return nil
}

// retryBusy runs fn until it does not fail for a lock that another process holds, ctx
// ends, or busyLimit is over. SQLite waits for most locks by itself, but not for all
// (recovery, a change of journal mode), and not as long as it takes under load.
func retryBusy(ctx context.Context, fn func() error) error {
	err := fn()
	if !isBusy(err) {
		return err
	}
	const longest = 50 * time.Millisecond
	start := time.Now()
	for pause := time.Millisecond; isBusy(err) && time.Since(start) < busyLimit; pause = min(2*pause, longest) {
		// Never in step with the others that wait.
		timer := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		err = fn()
	}
	return err
}

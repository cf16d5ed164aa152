package uploads

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/root-gg/plik/server/core"
)

// Sink is where a receiver wants a stream. The sender calls Start once, then Write, from
// its own goroutine.
type Sink interface {
	// Start tells what comes: the declared content type, which may be empty, and the size in
	// bytes, -1 when unknown.
	Start(contentType string, size int64)
	// Write hands on bytes; they must be on their way when it returns.
	io.Writer
	// Interrupt makes a Write that is under way fail soon, from any goroutine.
	Interrupt()
}

// send waits for the receiver of f and hands it the body. ready is called when receivers may come.
func (s *Service) send(ctx context.Context, f *core.File, body Body, maxSize int64, ready func()) error {
	size, err := streamSize(f, body)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	snd, err := s.streams.offer(f.ID, stop)
	if err != nil {
		return err
	}
	defer s.streams.withdraw(f.ID, snd)
	if err := s.claim(ctx, f); err != nil {
		return err
	}
	s.streams.open(f.ID, snd)
	ready()
	if s.relay != nil {
		var watching sync.WaitGroup
		defer watching.Wait()
		watched, over := context.WithCancel(ctx)
		defer over()
		watching.Go(func() { s.watchDeletion(watched, f, stop) })
	}

	in := newIngest(ctx, nil, maxSize, !s.policy.NoDigest)
	in.eager = true
	err = s.handOver(ctx, snd, f, in, body, size)
	s.streams.withdraw(f.ID, snd) // before others see that the file may be sent again
	if err != nil {
		s.release(ctx, f)
		return err
	}
	done, cancel := settle(ctx)
	defer cancel()
	err = s.store.MoveFile(done, f, core.Deleted, in.describe)
	if k := core.KindOf(err); k == core.KindConflict || k == core.KindNotFound {
		return nil // deleted in the last moment: the receiver has it all the same
	}
	if err != nil {
		return fmt.Errorf("record stream: %w", err)
	}
	return nil
}

// streamSize returns the size to announce, -1 for none.
func streamSize(f *core.File, body Body) (int64, error) {
	switch {
	case f.Size > 0 && body.Size >= 0 && f.Size != body.Size:
		return 0, sizeMismatch(f.Size)
	case f.Size > 0:
		return f.Size, nil
	}
	return body.Size, nil
}

func sizeMismatch(declared int64) *core.Error {
	return core.E(core.KindInvalid, "file_size_mismatch", "the file is not of the size declared for it, %d bytes", declared)
}

// handOver waits for the receiver, watching that the sender stays, and moves the bytes.
func (s *Service) handOver(ctx context.Context, snd *sender, f *core.File, in *ingest, body Body, size int64) error {
	unwatch := body.watch(ctx)
	defer unwatch()
	ahead := newReadAhead(body.Reader)
	defer ahead.close(snd.stop)
	in.r = &exactly{r: ahead, want: size}

	var r *receiver
	select {
	case r = <-snd.receiver:
	case <-ahead.failed:
		return in.fail(ahead.err)
	case <-ctx.Done():
		return in.fail(context.Cause(ctx))
	}
	ahead.pause()
	out := &delivery{to: r.sink}
	unlink := whenDone(r.ctx, func() {
		if size < 0 || out.n.Load() < size { // else it has got all that was announced, and may leave
			snd.stop(errReceiverGone)
		}
	})
	release := whenDone(ctx, r.sink.Interrupt)

	r.sink.Start(f.Type, size)
	_, err := in.WriteTo(out)
	switch {
	case in.err != nil:
		err = in.err
	case err != nil:
		if cause, ok := errors.AsType[*core.Error](context.Cause(ctx)); ok {
			err = cause
		} else {
			err = errReceiverGone.Because(err)
		}
	}
	release()
	unlink()
	r.done <- err // from here the receiver goes its way
	return err
}

// delivery counts what is handed to a receiver, before it is: who has got it may leave at once.
type delivery struct {
	to Sink
	n  atomic.Int64
}

func (d *delivery) Write(p []byte) (int, error) {
	d.n.Add(int64(len(p)))
	return d.to.Write(p)
}

// exactly fails when its reader does not yield want bytes; any number when want is negative.
type exactly struct {
	r    io.Reader
	want int64
	n    int64
}

func (e *exactly) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	e.n += int64(n)
	if e.want >= 0 && (e.n > e.want || err == io.EOF && e.n != e.want) {
		return 0, sizeMismatch(e.want)
	}
	return n, err
}

// Stream hands the bytes of f, as they come from its sender, to sink, and returns when
// that is over. Exactly one receiver gets them, for the others it is KindNotFound. After
// an error what sink has got is not the whole file.
func (s *Service) Stream(ctx context.Context, f *core.File, sink Sink) error {
	if s.isElsewhere(f) {
		return s.relay.Fetch(ctx, f, sink)
	}
	return s.StreamHere(ctx, f, sink)
}

// StreamHere is Stream for senders of this daemon only.
func (s *Service) StreamHere(ctx context.Context, f *core.File, sink Sink) error {
	r := &receiver{ctx: ctx, sink: sink, done: make(chan error, 1)}
	for {
		opening, err := s.streams.take(f.ID, r)
		if err != nil {
			return err
		}
		if opening == nil {
			return <-r.done
		}
		select {
		case <-opening:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

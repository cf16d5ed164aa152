package uploads_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

// sending is a stream that its sender is offering.
type sending struct {
	*fixture
	u    *core.Upload
	file *core.File // as the receiver loads it
	done chan error
}

// offer starts a sender and waits until receivers may come.
func offer(t *testing.T, r uploads.Request, body uploads.Body) *sending {
	t.Helper()
	f := setup(t, generous())
	r.Stream = true
	u := f.declare(t, r, "x")
	s := &sending{fixture: f, u: u, done: make(chan error, 1)}
	mine := *u.Files[0]
	go func() { s.done <- f.Receive(t.Context(), u, &mine, body) }()
	require.NoError(t, f.AwaitSender(t.Context(), u.Files[0]))
	_, file, err := f.UploadAndFile(t.Context(), u.ID, u.Files[0].ID)
	require.NoError(t, err)
	require.Equal(t, core.Uploading, file.Status)
	s.file = file
	return s
}

func TestStream(t *testing.T) {
	t.Parallel()
	for name, oneShot := range map[string]bool{"plain": false, "one shot": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, w := pipe()
			s := offer(t, uploads.Request{OneShot: oneShot}, body)
			out := newSink()
			got := make(chan error, 1)
			go func() { got <- s.Stream(t.Context(), s.file, out) }()
			<-out.started
			for _, part := range []string{"hello ", "world"} {
				w.Write([]byte(part))
				<-out.came // each part goes on when it comes
			}
			w.Close()
			require.NoError(t, <-got)
			require.NoError(t, <-s.done)
			require.Equal(t, "hello world", out.String())
			require.EqualValues(t, -1, out.size)
			require.Equal(t, core.Deleted, s.status(t, s.file))
			require.Zero(t, s.objects(t), "nothing is stored")
			_, file, err := s.UploadAndFile(t.Context(), s.u.ID, s.file.ID)
			require.NoError(t, err)
			require.Equal(t, "5eb63bbbe01eeed093cb22bb8f5acdc3", file.MD5)
			require.EqualValues(t, 11, file.Size)
			requireKind(t, core.KindNotFound, s.Stream(t.Context(), s.file, newSink()))
		})
	}
}

func TestStreamLarge(t *testing.T) {
	t.Parallel()
	content := string(random(3 << 20))
	s := offer(t, uploads.Request{}, text(content))
	out := newSink()
	require.NoError(t, s.Stream(t.Context(), s.file, out))
	require.NoError(t, <-s.done)
	require.True(t, content == out.String())
}

func TestStreamHasOneReceiver(t *testing.T) {
	t.Parallel()
	body, w := pipe()
	s := offer(t, uploads.Request{}, body)
	out := newSink()
	got := make(chan error, 1)
	go func() { got <- s.Stream(t.Context(), s.file, out) }()
	<-out.started
	requireKind(t, core.KindNotFound, s.Stream(t.Context(), s.file, newSink()))
	w.Close()
	require.NoError(t, <-got)
	require.NoError(t, <-s.done)
}

func TestSenderLeavesWhileWaiting(t *testing.T) {
	t.Parallel()
	body, w := pipe()
	s := offer(t, uploads.Request{}, body)
	w.Write([]byte("some"))
	w.CloseWithError(errors.New("gone"))
	requireKind(t, core.KindInvalid, <-s.done)
	require.Equal(t, core.Missing, s.status(t, s.file))
	requireKind(t, core.KindNotFound, s.Stream(t.Context(), s.file, newSink()))
}

func TestSenderLeavesInTheMiddle(t *testing.T) {
	t.Parallel()
	body, w := pipe()
	s := offer(t, uploads.Request{}, body)
	out := newSink()
	got := make(chan error, 1)
	go func() { got <- s.Stream(t.Context(), s.file, out) }()
	<-out.started
	w.Write([]byte("some"))
	<-out.came
	w.CloseWithError(errors.New("gone"))
	require.Error(t, <-got, "a short stream must not look whole")
	requireKind(t, core.KindInvalid, <-s.done)
	require.Equal(t, core.Missing, s.status(t, s.file), "it can be sent again")
}

func TestReceiverLeaves(t *testing.T) {
	t.Parallel()
	body, w := pipe()
	s := offer(t, uploads.Request{}, body)
	ctx, leave := context.WithCancel(t.Context())
	out := newSink()
	got := make(chan error, 1)
	go func() { got <- s.Stream(ctx, s.file, out) }()
	<-out.started
	w.Write([]byte("some"))
	<-out.came
	leave()
	err := <-s.done // though the sender is silent
	requireKind(t, core.KindConflict, err)
	require.Contains(t, err.Error(), "receiver left")
	require.Error(t, <-got)
	require.Equal(t, core.Missing, s.status(t, s.file))

	// Sent again, it arrives.
	again := *s.file
	again.Status = core.Missing
	go func() { s.done <- s.Receive(t.Context(), s.u, &again, text("whole")) }()
	require.NoError(t, s.AwaitSender(t.Context(), s.file))
	out = newSink()
	require.NoError(t, s.Stream(t.Context(), s.file, out))
	require.NoError(t, <-s.done)
	require.Equal(t, "whole", out.String())
}

func TestStreamDeleted(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(*testing.T, *sending) error{
		"file":   func(t *testing.T, s *sending) error { return s.RemoveFile(t.Context(), s.file) },
		"upload": func(t *testing.T, s *sending) error { return s.RemoveUpload(t.Context(), s.u) },
	} {
		for when, transfer := range map[string]bool{"waiting": false, "in the middle": true} {
			t.Run(name+" "+when, func(t *testing.T) {
				t.Parallel()
				body, w := pipe()
				s := offer(t, uploads.Request{}, body)
				got := make(chan error, 1)
				if transfer {
					out := newSink()
					go func() { got <- s.Stream(t.Context(), s.file, out) }()
					<-out.started
					w.Write([]byte("some"))
					<-out.came
				}
				require.NoError(t, remove(t, s))
				err := <-s.done
				requireKind(t, core.KindConflict, err)
				require.Contains(t, err.Error(), "was deleted")
				if transfer {
					require.Error(t, <-got)
				}
			})
		}
	}
}

func TestStreamSize(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		declared int64
		content  string
		ok       bool
	}{
		"right": {5, "hello", true}, "shorter": {9, "hello", false}, "longer": {3, "hello", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, generous())
			u, err := f.Create(t.Context(), uploads.Caller{}, uploads.Request{
				Stream: true, Files: []uploads.NewFile{{Name: "x", Size: c.declared, Type: "image/png"}}})
			require.NoError(t, err)
			mine := *u.Files[0]
			done := make(chan error, 1)
			go func() { done <- f.Receive(t.Context(), u, &mine, text(c.content)) }()
			require.NoError(t, f.AwaitSender(t.Context(), u.Files[0]))
			out := newSink()
			err = f.Stream(t.Context(), u.Files[0], out)
			require.Equal(t, c.declared, out.size)
			require.Equal(t, "image/png", out.typ)
			if c.ok {
				require.NoError(t, err)
				require.NoError(t, <-done)
				return
			}
			require.Error(t, err)
			require.LessOrEqual(t, int64(len(out.String())), c.declared)
			requireKind(t, core.KindInvalid, <-done)
			require.Equal(t, core.Missing, f.status(t, &mine))
		})
	}
}

func TestShutdownWakesThoseWhoWait(t *testing.T) {
	t.Parallel()
	body, w := pipe()
	defer w.Close()
	s := offer(t, uploads.Request{}, body)
	other := s.declare(t, uploads.Request{Stream: true}, "y")
	waiting := make(chan error, 1)
	go func() { waiting <- s.AwaitSender(t.Context(), other.Files[0]) }()
	s.Shutdown()
	requireKind(t, core.KindUnavailable, <-s.done)
	requireKind(t, core.KindUnavailable, <-waiting)
	require.Equal(t, core.Missing, s.status(t, s.file))
	requireKind(t, core.KindUnavailable, s.Receive(t.Context(), other, other.Files[0], text("x")))
}

func TestAwaitSenderGivesUp(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{Stream: true}, "x")
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	require.ErrorIs(t, f.AwaitSender(ctx, u.Files[0]), context.DeadlineExceeded)
}

func TestStreamsMayBeForbiddenLater(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{Stream: true}, "x")
	p := generous()
	p.Stream = uploads.Feature{}
	strict, err := uploads.New(uploads.Options{Store: f.store, Backend: f.backend, Passwords: nopPasswords{}, Policy: p})
	require.NoError(t, err)
	err = strict.Receive(t.Context(), u, u.Files[0], text("x"))
	requireKind(t, core.KindInvalid, err)
	require.True(t, strings.Contains(err.Error(), "disabled"))
	require.Equal(t, core.Missing, f.status(t, u.Files[0]))
}

// gate is a store that holds a file's first move until it is opened.
type gate struct {
	uploads.Store
	moved, open chan struct{}
	once        sync.Once
}

func (g *gate) MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error {
	err := g.Store.MoveFile(ctx, f, to, edit)
	g.once.Do(func() { close(g.moved); <-g.open })
	return err
}

// Between the moment the store says Uploading and the one when the sender is ready.
func TestReceiverComesAsTheSenderOpens(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.declare(t, uploads.Request{Stream: true}, "x")
	g := &gate{Store: f.store, moved: make(chan struct{}), open: make(chan struct{})}
	svc, err := uploads.New(uploads.Options{Store: g, Backend: f.backend, Passwords: f.passwords, Policy: generous(), Instance: "me"})
	require.NoError(t, err)
	mine := *u.Files[0]
	sent, got := make(chan error, 1), make(chan error, 1)
	go func() { sent <- svc.Receive(t.Context(), u, &mine, text("hello")) }()
	<-g.moved
	out := newSink()
	go func() { got <- svc.Stream(t.Context(), u.Files[0], out) }()
	leaving, leave := context.WithCancel(t.Context())
	leave()
	require.ErrorIs(t, svc.Stream(leaving, u.Files[0], newSink()), context.Canceled)
	close(g.open)
	require.NoError(t, <-got)
	require.NoError(t, <-sent)
	require.Equal(t, "hello", out.String())
}

// The connections of both serve further requests, which an interruption would break.
func TestNothingIsInterruptedAfterAStream(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	for range 100 {
		u := f.declare(t, uploads.Request{Stream: true}, "x")
		var interrupted atomic.Int32
		body := text("hello")
		body.Interrupt = func() { interrupted.Add(1) }
		mine, sent := *u.Files[0], make(chan error, 1)
		go func() { sent <- f.Receive(t.Context(), u, &mine, body) }()
		require.NoError(t, f.AwaitSender(t.Context(), u.Files[0]))
		ctx, leave := context.WithCancel(t.Context())
		require.NoError(t, f.Stream(ctx, u.Files[0], newSink()))
		leave()
		require.NoError(t, <-sent)
		require.Zero(t, interrupted.Load())
	}
}

// A receiver that has got all that was announced may leave, though the sender has not ended yet.
func TestReceiverLeavesAfterTheLastByte(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	for range 100 {
		u, err := f.Create(t.Context(), uploads.Caller{}, uploads.Request{Stream: true, Files: []uploads.NewFile{{Name: "x", Size: 5}}})
		require.NoError(t, err)
		body, w := pipe()
		mine, sent, got := *u.Files[0], make(chan error, 1), make(chan error, 1)
		go func() { sent <- f.Receive(t.Context(), u, &mine, body) }()
		require.NoError(t, f.AwaitSender(t.Context(), u.Files[0]))
		ctx, leave := context.WithCancel(t.Context())
		out := newSink()
		go func() { got <- f.Stream(ctx, u.Files[0], out) }()
		<-out.started
		w.Write([]byte("hello"))
		<-out.came
		leave()
		for range 200 {
			runtime.Gosched() // let that be noticed, if it is
		}
		w.Close()
		require.NoError(t, <-got)
		require.NoError(t, <-sent)
		require.Equal(t, core.Deleted, f.status(t, u.Files[0]))
	}
}

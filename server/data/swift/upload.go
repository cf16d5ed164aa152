package swift

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"net/http"
	"sync"

	lib "github.com/ncw/swift/v2"
)

// upload is one object on its way. Swift has it when end returns nil, and not otherwise: the mark of
// the end, which a chunked body has, is sent last, and only by end.
type upload struct {
	s               *Store
	ctx             context.Context
	cancel          context.CancelCauseFunc
	container, name string

	head []byte         // sent first
	in   *io.PipeReader // what follows
	pipe *io.PipeWriter
	done chan struct{} // closed when the request has ended
	err  error         // of the request; after done
	etag string        // what Swift made of it; after done
	sum  hash.Hash
	size int64
}

var errGivenUp = errors.New("given up")

// upload begins to send an object that starts with head, which must not change until end or abort. Of
// one that is whole nothing follows. As long as only head was sent a request that fails is repeated.
func (s *Store) upload(ctx context.Context, container, name string, head []byte, whole bool) *upload {
	u := &upload{
		s: s, container: container, name: name, head: head, done: make(chan struct{}), sum: md5.New(), size: int64(len(head)),
	}
	u.ctx, u.cancel = context.WithCancelCause(ctx)
	u.sum.Write(head)
	if !whole {
		u.in, u.pipe = io.Pipe()
	}
	go u.run()
	return u
}

func (u *upload) run() {
	defer close(u.done)
	u.err = u.s.retry(u.ctx, func(ctx context.Context) error {
		b := &body{head: u.head, in: u.in}
		h, err := u.s.call(ctx, lib.RequestOpts{
			Container: u.container, ObjectName: u.name, Operation: http.MethodPut, Body: b,
			Headers: lib.Headers{"Content-Type": contentType},
		})
		u.etag = h["Etag"]
		if b.end() && err != nil {
			return lastError{err}
		}
		return err
	})
	if u.err != nil && u.in != nil {
		_ = u.in.CloseWithError(u.err) // never fails
	}
}

// body is head and then a pipe, for one request.
type body struct {
	in *io.PipeReader // may be nil

	mu    sync.Mutex // a transport may read on after its request has ended
	head  []byte
	taken bool // something of the pipe was
	ended bool
}

func (b *body) Read(p []byte) (int, error) {
	b.mu.Lock()
	if b.ended {
		b.mu.Unlock()
		return 0, errGivenUp
	}
	if len(b.head) > 0 {
		defer b.mu.Unlock()
		n := copy(p, b.head)
		b.head = b.head[n:]
		return n, nil
	}
	if b.in == nil {
		b.mu.Unlock()
		return 0, io.EOF
	}
	b.taken = true
	b.mu.Unlock()
	return b.in.Read(p)
}

// end makes what is read after it fail, and tells whether something is gone for another body.
func (b *body) end() (taken bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	return b.taken
}

func (u *upload) Write(p []byte) (int, error) {
	n, err := u.pipe.Write(p)
	u.sum.Write(p[:n])
	u.size += int64(n)
	return n, err
}

// end finishes the object. After an error it is not there, unless nothing could be asked any more.
func (u *upload) end() error {
	defer u.cancel(nil)
	if u.pipe != nil {
		_ = u.pipe.Close() // never fails
	}
	<-u.done
	sum := hex.EncodeToString(u.sum.Sum(nil))
	if u.err == nil && u.etag != "" && u.etag != sum {
		u.err = errors.New("the bytes that arrived are not those that were sent")
		return errors.Join(u.err, u.undo(sum, u.etag))
	}
	if u.err == nil {
		return nil
	}
	// The answer may have been lost.
	if arrived, err := u.arrived(sum); err == nil && arrived && u.ctx.Err() == nil {
		return nil
	}
	return errors.Join(u.err, u.undo(sum, sum))
}

// abort ends the request before its end, after which Swift keeps nothing.
func (u *upload) abort() {
	u.cancel(errGivenUp)
	if u.pipe != nil {
		_ = u.pipe.CloseWithError(errGivenUp) // never fails
	}
	<-u.done
}

// arrived tells whether the object is there.
func (u *upload) arrived(sum string) (bool, error) {
	ctx, cancel := settle(u.ctx)
	defer cancel()
	o, err := u.s.head(ctx, u.container, u.name)
	if absent(err) {
		return false, nil
	}
	return err == nil && o.Hash == sum && o.Bytes == u.size, err
}

// undo removes what may have arrived all the same, or still will: a removal is later than it. What
// was there before is left.
func (u *upload) undo(sums ...string) error {
	ctx, cancel := settle(u.ctx)
	defer cancel()
	o, err := u.s.head(ctx, u.container, u.name)
	if err == nil && o.Hash != sums[0] && o.Hash != sums[1] {
		return nil
	}
	if err != nil && !absent(err) {
		return err
	}
	return u.s.remove(ctx, u.container, u.name)
}

// settle returns a ctx for what must be done although the caller may have left.
func settle(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), patience)
}

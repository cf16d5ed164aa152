package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
)

// maxBody is how many bytes an answer may have.
const maxBody = 1 << 20

var errTooLong = errors.New("the answer is too long")

// bounded is a transport whose answers end after maxBody bytes, with an error.
type bounded struct{}

func (bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if res.ContentLength > maxBody {
		res.Body.Close()
		return nil, errTooLong
	}
	res.Body = &body{ReadCloser: res.Body, left: maxBody}
	return res, nil
}

type body struct {
	io.ReadCloser
	left int64
}

func (b *body) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errTooLong
	}
	// One byte more than may be tells an answer that is too long from one that just is not.
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return n - 1, errTooLong
	}
	return n, err
}

// Within returns a client like this peer's whose every request ends with ctx, also those
// that a library makes without it.
func (p *Peer) Within(ctx context.Context) *http.Client {
	c := *p.client
	c.Transport = within{ctx}
	return &c
}

type within struct{ ctx context.Context }

func (t within) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	stop := context.AfterFunc(t.ctx, func() { cancel(context.Cause(t.ctx)) })
	release := func() { stop(); cancel(nil) }
	res, err := bounded{}.RoundTrip(req.WithContext(ctx))
	if err != nil {
		release()
		return nil, err
	}
	res.Body = &releasing{ReadCloser: res.Body, release: release}
	return res, nil
}

// releasing lets go of a request's context when its answer is closed.
type releasing struct {
	io.ReadCloser
	release func()
}

func (r *releasing) Close() error {
	defer r.release()
	return r.ReadCloser.Close()
}

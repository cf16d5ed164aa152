package middleware

import (
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// IdleTimeout is how long a transfer may stand still. A slow one that moves lives on.
const IdleTimeout = 5 * time.Minute

// writer counts what is answered, and gives up on a client that takes nothing for
// IdleTimeout. It keeps the way open for sendfile.
type writer struct {
	http.ResponseWriter
	status   int
	sent     int64
	deadline time.Time
	now      func() time.Time
	last     atomic.Bool // the connection is to be closed after this answer
}

// Started tells whether the header is out.
func (w *writer) Started() bool { return w.status != 0 }

// Unwrap is for http.ResponseController.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *writer) WriteHeader(status int) {
	if w.status == 0 && status >= 200 {
		w.status = status
		if w.last.Load() {
			w.Header().Set("Connection", "close")
		}
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *writer) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if len(p) > smallWrite {
		w.extend()
	}
	n, err := w.ResponseWriter.Write(p)
	w.sent += int64(n)
	return n, err
}

// smallWrite fits into the connection's buffers, so it does not block for long.
const smallWrite = 64 << 10

// Flush sends what is buffered.
func (w *writer) Flush() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// Pieces of a body that the kernel sends on its own: as small as a slow client needs to
// take one within IdleTimeout, growing while the client is fast.
const (
	firstPiece = 512 << 10
	largePiece = 64 << 20
)

// ReadFrom hands src down in pieces, each with a deadline of its own.
func (w *writer) ReadFrom(src io.Reader) (total int64, err error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	rf, ok := w.ResponseWriter.(io.ReaderFrom)
	if !ok {
		return io.Copy(struct{ io.Writer }{w}, src)
	}
	remain := int64(1<<63 - 1)
	if l, ok := src.(*io.LimitedReader); ok {
		src, remain = l.R, l.N // sendfile sees through one limit, not two
		defer func() { l.N -= total }()
		if wn, ok := src.(writerN); ok {
			return wn.WriteN(w, remain)
		}
	}
	for piece := int64(firstPiece); remain > 0; {
		w.extend()
		began := w.now()
		want := min(piece, remain)
		n, err := rf.ReadFrom(&io.LimitedReader{R: src, N: want})
		total, remain, w.sent = total+n, remain-n, w.sent+n
		if err != nil || n < want {
			return total, err
		}
		if w.now().Sub(began) < time.Second && piece < largePiece {
			piece *= 2
		} else if piece > firstPiece {
			piece /= 2
		}
	}
	return total, nil
}

// writerN is a source that writes its next n bytes itself, the files in it one by one.
type writerN interface {
	WriteN(w io.Writer, n int64) (int64, error)
}

// extend moves the write deadline, not at every call.
func (w *writer) extend() {
	now := w.now()
	if w.deadline.Sub(now) > IdleTimeout-time.Second*5 {
		return
	}
	w.deadline = now.Add(IdleTimeout)
	http.NewResponseController(w.ResponseWriter).SetWriteDeadline(w.deadline)
}

// release takes the deadline away before the connection serves its next request.
func (w *writer) release() {
	if !w.deadline.IsZero() {
		http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Time{})
	}
}

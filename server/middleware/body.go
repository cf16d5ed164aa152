package middleware

import (
	"io"
	"net/http"
	"time"
)

// Body reads a request body and gives up on a client that sends nothing for Idle. It
// belongs to one goroutine, but for Interrupt.
type Body struct {
	r        io.Reader
	rc       *http.ResponseController
	w        *writer // may be nil
	idle     time.Duration
	deadline time.Time
}

// NewBody returns the body of r. idle zero means that the client may take all its time.
func NewBody(w http.ResponseWriter, r *http.Request, idle time.Duration) *Body {
	b := &Body{r: r.Body, rc: http.NewResponseController(w), idle: idle}
	b.w, _ = w.(*writer)
	return b
}

func (b *Body) Read(p []byte) (int, error) {
	if b.idle > 0 {
		if now := time.Now(); b.deadline.Sub(now) < b.idle-5*time.Second {
			b.deadline = now.Add(b.idle)
			b.rc.SetReadDeadline(b.deadline)
		}
	}
	n, err := b.r.Read(p)
	if err == io.EOF && b.idle > 0 {
		// The server goes on reading to see the client leave; that must not time out.
		b.rc.SetReadDeadline(time.Time{})
	}
	return n, err
}

// Interrupt makes a Read that is under way fail at once, and all that follow. The
// connection serves no further request.
func (b *Body) Interrupt() {
	if b.w != nil {
		b.w.last.Store(true)
	}
	b.rc.SetReadDeadline(time.Unix(1, 0))
}

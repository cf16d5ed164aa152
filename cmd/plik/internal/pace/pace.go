// Package pace slows connections down.
package pace

import (
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// burst is for how long bytes are let through at once.
const burst = 50 * time.Millisecond

// Limit has all connections of t together send, and receive, no more than rate bytes a second. It must be called
// before t is used.
func Limit(t *http.Transport, rate int64) {
	dial := t.DialContext
	if dial == nil {
		dial = (&net.Dialer{}).DialContext
	}
	out, in := &bucket{rate: rate}, &bucket{rate: rate}
	t.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		return &conn{Conn: c, out: out, in: in, closed: make(chan struct{})}, nil
	}
}

// bucket says when bytes may go on.
type bucket struct {
	rate int64

	mu   sync.Mutex
	free time.Time // when all that was let through so far is through
}

// size returns how many bytes to move at once.
func (b *bucket) size() int { return max(1, int(float64(b.rate)*burst.Seconds())) }

// take returns how long to wait after n bytes.
func (b *bucket) take(n int) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	if b.free.Before(now) {
		b.free = now
	}
	b.free = b.free.Add(time.Duration(float64(n) / float64(b.rate) * float64(time.Second)))
	return b.free.Sub(now)
}

type conn struct {
	net.Conn

	out, in *bucket
	once    sync.Once
	closed  chan struct{}
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p[:min(len(p), c.in.size())])
	if n > 0 {
		c.wait(c.in.take(n))
	}
	return n, err
}

func (c *conn) Write(p []byte) (int, error) {
	total := 0
	for {
		part := p[:min(len(p), c.out.size())]
		n, err := c.Conn.Write(part)
		total += n
		p = p[n:]
		if err != nil {
			return total, err
		}
		c.wait(c.out.take(n))
		if len(p) == 0 {
			return total, nil
		}
	}
}

func (c *conn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// wait waits, less when the connection is closed.
func (c *conn) wait(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-c.closed:
	}
}

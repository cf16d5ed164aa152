package chaos

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Options of a Proxy.
type Options struct {
	Target string           // address of the server
	Fate   func(n int) Line // of connection n, counted from 0; nil: all are spared
}

// Proxy is a bad line to a server. It is safe for concurrent use.
type Proxy struct {
	o      Options
	l      net.Listener
	ctx    context.Context
	cancel context.CancelFunc
	wg     sync.WaitGroup
	struck [kinds]atomic.Int64
}

// New listens on a free port of this machine and forwards until Close.
func New(o Options) (*Proxy, error) {
	if o.Target == "" {
		return nil, errors.New("chaos: Target is required")
	}
	if o.Fate == nil {
		o.Fate = func(int) Line { return Line{} }
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("chaos: %w", err)
	}
	p := &Proxy{o: o, l: l}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.wg.Go(p.accept)
	return p, nil
}

// Addr returns where clients connect to.
func (p *Proxy) Addr() string { return p.l.Addr().String() }

// Close ends all connections and waits for them.
func (p *Proxy) Close() error {
	err := p.l.Close()
	p.cancel()
	p.wg.Wait()
	return err
}

// Struck returns how often a fate has come true.
func (p *Proxy) Struck(k Kind) int64 { return p.struck[k].Load() }

// String tells how often each fate has come true.
func (p *Proxy) String() string {
	var list []string
	for k := range kinds {
		list = append(list, fmt.Sprintf("%s %d", k, p.Struck(k)))
	}
	return strings.Join(list, ", ")
}

func (p *Proxy) accept() {
	for n := 0; ; n++ {
		c, err := p.l.Accept()
		if err != nil {
			return
		}
		line := p.o.Fate(n)
		p.wg.Go(func() { p.serve(c.(*net.TCPConn), line) })
	}
}

// connection is one that is being forwarded.
type connection struct {
	p              *Proxy
	client, server *net.TCPConn
}

func (p *Proxy) serve(client *net.TCPConn, line Line) {
	defer client.Close()
	var d net.Dialer
	s, err := d.DialContext(p.ctx, "tcp", p.o.Target)
	if err != nil {
		return
	}
	defer s.Close()
	c := &connection{p, client, s.(*net.TCPConn)}
	stop := context.AfterFunc(p.ctx, c.close)
	defer stop()
	if line.Up.Kind == Spared && line.Down.Kind == Spared {
		p.struck[Spared].Add(1)
	}
	var up sync.WaitGroup
	up.Go(func() { c.forward(c.server, c.client, line.Up) })
	c.forward(c.client, c.server, line.Down)
	up.Wait()
}

func (c *connection) close() {
	c.client.Close()
	c.server.Close()
}

// reset ends both sides at once, with whatever is still on its way.
func (c *connection) reset() {
	// A socket that is gone already cannot be told.
	_ = c.client.SetLinger(0)
	_ = c.server.SetLinger(0)
	c.close()
}

// forward moves bytes one way, until their fate strikes or they end.
func (c *connection) forward(to, from *net.TCPConn, f Fate) {
	var moved int64
	struck := false
	buf := make([]byte, 32<<10)
	for {
		p := buf
		if f.Kind != Spared && !struck {
			p = buf[:min(int64(len(buf)), max(f.After-moved, 1))]
		} else if struck && f.Kind == Slowed {
			p = buf[:min(len(buf), f.Piece)]
		}
		n, err := from.Read(p)
		moved += int64(n)
		if n > 0 && f.Kind != Spared && !struck && moved > f.After {
			struck = true
			c.p.struck[f.Kind].Add(1)
			if c.strike(from, f) {
				return
			}
		}
		if struck && f.Kind == Slowed && n > 0 && !c.pause(f.Pause/10) {
			return
		}
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				c.close()
				return
			}
		}
		if err != nil {
			if err == io.EOF {
				_ = to.CloseWrite() // it may be gone
			} else {
				c.close()
			}
			return
		}
	}
}

// strike lets a fate come true, and tells whether that was the end. What was read last is lost then.
func (c *connection) strike(from *net.TCPConn, f Fate) bool {
	switch f.Kind {
	case Cut:
		c.reset()
		return true
	case Stalled:
		c.pause(f.Pause)
		c.reset()
		return true
	case Truncated:
		// What is swallowed looks sent to its sender.
		_ = from.SetReadDeadline(time.Now().Add(f.Pause + time.Millisecond))
		_, _ = io.CopyN(io.Discard, from, f.Drop) // it may be less
		c.close()
		return true
	case Hiccup:
		return !c.pause(f.Pause)
	}
	return false
}

// pause waits, and tells whether the proxy goes on.
func (c *connection) pause(d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-c.p.ctx.Done():
		return false
	}
}

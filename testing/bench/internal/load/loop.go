//go:build linux

package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"syscall"
	"time"
)

// loop drives all connections from one thread with epoll, as wrk does: no goroutine
// switch and no allocation per request.
type loop struct {
	plan      Plan
	epoll     int
	conns     []*conn
	started   int // operations
	active    int // connections that still have something to do
	buf       []byte
	latencies []time.Duration
	began     time.Time
	last      time.Time // when the last answer came
}

type conn struct {
	fd      int
	step    Step
	parser  Parser
	request Request
	sent    time.Time
	spent   time.Duration // of the operation under way
}

func (l *loop) open() error {
	l.epoll = -1
	addr, err := netip.ParseAddrPort(l.plan.Addr)
	if err != nil {
		return err
	}
	if l.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	l.buf = make([]byte, 256<<10)
	for i := range l.plan.Conns {
		fd, err := dial(addr)
		if err != nil {
			return err
		}
		l.conns = append(l.conns, &conn{fd: fd, step: l.plan.Script(i)})
		event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(i)}
		if err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, fd, &event); err != nil {
			return fmt.Errorf("epoll: %w", err)
		}
	}
	return nil
}

func dial(addr netip.AddrPort) (int, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return -1, err
	}
	err = errors.Join(
		// With the default a response of 64 KiB overflows the first window, and waits 40 ms
		// for the delayed acknowledgement. The kernel takes what it allows of this.
		syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 1<<20),
		syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(addr.Port()), Addr: addr.Addr().As4()}),
		syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1),
		syscall.SetNonblock(fd, true))
	if err != nil {
		_ = syscall.Close(fd)
		return -1, err
	}
	return fd, nil
}

func (l *loop) close() {
	for _, c := range l.conns {
		_ = syscall.Close(c.fd)
	}
	if l.epoll >= 0 {
		_ = syscall.Close(l.epoll)
	}
}

func (l *loop) run(ctx context.Context) error {
	l.began = time.Now()
	l.last = l.began
	for _, c := range l.conns {
		if err := l.advance(c, Response{}, l.began); err != nil {
			return err
		}
	}
	events := make([]syscall.EpollEvent, len(l.conns))
	for l.active > 0 {
		n, err := syscall.EpollWait(l.epoll, events, 100)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return fmt.Errorf("epoll: %w", err)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if n <= 0 && time.Since(l.last) > stallAfter {
			return errStalled
		}
		for _, e := range events[:max(n, 0)] {
			if err := l.readable(l.conns[e.Fd]); err != nil {
				return err
			}
		}
	}
	return nil
}

// readable takes what came in on c, and sends the next request if that was all.
func (l *loop) readable(c *conn) error {
	n, err := syscall.Read(c.fd, l.buf)
	switch {
	case errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR):
		return nil
	case err != nil:
		return err
	case n == 0:
		return fmt.Errorf("the server closed a connection: %w", io.ErrUnexpectedEOF)
	}
	done, err := c.parser.Feed(l.buf[:n])
	if err != nil || !done {
		return err
	}
	response := c.parser.Take()
	if want := c.request.Status; response.Status != want && (want != 0 || response.Status/100 != 2) {
		return fmt.Errorf("status %d instead of %d for %.60q", response.Status, max(want, 200), c.request.Bytes)
	}
	now := time.Now()
	l.last = now
	if !c.request.Silent {
		c.spent += now.Sub(c.sent)
	}
	if c.request.Last {
		l.latencies = append(l.latencies, c.spent)
		c.spent = 0
		l.active--
	}
	return l.advance(c, response, now)
}

// advance sends the next request of c, unless it would begin an operation too many.
func (l *loop) advance(c *conn, prev Response, now time.Time) error {
	if c.request.Last || c.sent.IsZero() {
		over := l.plan.Duration > 0 && now.Sub(l.began) >= l.plan.Duration
		if over || l.plan.Ops > 0 && l.started >= l.plan.Ops {
			return nil
		}
		l.started++
		l.active++
	}
	request, err := c.step(prev)
	if err != nil {
		return err
	}
	c.request, c.parser.KeepBody, c.sent = request, request.Keep, now
	n, err := syscall.Write(c.fd, request.Bytes)
	if err != nil {
		return err
	}
	if n < len(request.Bytes) { // never on a connection with nothing else under way
		return fmt.Errorf("a request of %d bytes does not fit the socket", len(request.Bytes))
	}
	return nil
}

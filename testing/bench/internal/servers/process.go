//go:build linux

// Package servers starts, watches and stops the servers that the benchmark measures,
// on loopback, each with its own directory.
package servers

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// Process is a running server.
type Process struct {
	Name  string
	Addr  string        // host:port
	Ready time.Duration // from exec to the first right answer

	cmd  *exec.Cmd
	log  string
	done chan struct{} // closed when it has ended
	err  error         // why it ended, valid once done is closed
}

// start runs cmd with its output in the file log, and waits until probe, asked every
// millisecond, is satisfied. A server that ends before that, or takes 30 s, is an error
// that holds the end of its log.
func start(ctx context.Context, name, addr, log string, cmd *exec.Cmd, probe func(context.Context) bool) (*Process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	// Should this program be killed, the kernel stops the server in its place.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM, Setpgid: true}
	p := &Process{Name: name, Addr: addr, cmd: cmd, log: log, done: make(chan struct{})}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", name, err)
	}
	go func() {
		p.err = cmd.Wait()
		close(p.done)
	}()
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !probe(ctx) {
		select {
		case <-tick.C:
		case <-p.done:
			return nil, fmt.Errorf("%s ended (%v): %s", name, p.err, p.tail())
		case <-ctx.Done():
			p.Stop()
			return nil, fmt.Errorf("%s did not answer: %w: %s", name, ctx.Err(), p.tail())
		}
	}
	p.Ready = time.Since(began)
	return p, nil
}

// PID is the id of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Stop asks the process to end and waits; after 15 s it is killed.
func (p *Process) Stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
	select {
	case <-p.done:
	case <-time.After(15 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// Check returns an error if the process has ended by itself.
func (p *Process) Check() error {
	select {
	case <-p.done:
		return fmt.Errorf("%s ended (%v): %s", p.Name, p.err, p.tail())
	default:
		return nil
	}
}

// tail is the end of the log.
func (p *Process) tail() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-2000):])
}

// freeAddr returns an address on loopback that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// listens tells whether somebody accepts connections on addr.
func listens(ctx context.Context, addr string) bool {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	return err == nil && conn.Close() == nil
}

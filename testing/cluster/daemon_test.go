package cluster_test

import (
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long things may take that take no time on a machine that is not busy.
const patience = 4 * time.Minute

// daemon is a running plikd.
type daemon struct {
	c       *cluster
	port    int
	address string // host:port
	site
	cmd  *exec.Cmd
	out  *output
	done chan struct{} // closed when the process has ended
	err  error         // how it ended
}

// output keeps what a daemon prints, and tells when it serves.
type output struct {
	mu     sync.Mutex
	text   strings.Builder
	served bool
	serves chan struct{} // closed when it does
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text.Write(p)
	if !o.served && strings.Contains(o.text.String(), "plikd is serving") {
		o.served = true
		close(o.serves)
	}
	return len(p), nil
}

// String returns all of it.
func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// tail returns the last lines.
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := strings.Split(o.text.String(), "\n")
	return strings.Join(lines[max(0, len(lines)-30):], "\n")
}

func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// launch starts one more.
func (c *cluster) launch(port int) *daemon {
	c.Helper()
	d := &daemon{c: c, port: port, address: fmt.Sprintf("127.0.0.1:%d", port), cmd: exec.Command(plikd),
		out: &output{serves: make(chan struct{})}, done: make(chan struct{})}
	d.site = site{c.T, "http://" + d.address}
	d.cmd.Dir, d.cmd.Stdout, d.cmd.Stderr = c.dir, d.out, d.out
	d.cmd.Env = append(c.env, fmt.Sprintf("PLIKD_LISTEN_PORT=%d", port), "PLIKD_ADVERTISE_URL=http://"+d.address)
	require.NoError(c, d.cmd.Start())
	go func() { d.err = d.cmd.Wait(); close(d.done) }()
	c.Cleanup(func() {
		d.kill()
		if c.Failed() {
			c.Logf("%s said last:\n%s", d.address, d.out.tail())
		}
	})
	return d
}

// await returns when it serves.
func (d *daemon) await() *daemon {
	c := d.c
	c.Helper()
	select {
	case <-d.out.serves:
	case <-d.done:
		c.Fatalf("plikd did not start: %v\n%s", d.err, d.out.tail())
	case <-time.After(patience):
		_ = d.cmd.Process.Signal(syscall.SIGQUIT) // it tells where it is
		<-d.done
		c.Fatalf("plikd does not serve:\n%s", d.out)
	}
	return d
}

// kill ends it without a word. It may have ended already.
func (d *daemon) kill() {
	_ = d.cmd.Process.Signal(syscall.SIGKILL)
	<-d.done
}

// again starts a daemon that was killed.
func (d *daemon) again() *daemon {
	d.c.Helper()
	return d.c.launch(d.port).await()
}

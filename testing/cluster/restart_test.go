package cluster_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestRestart restarts three daemons one after the other, as one does with a new version, while files
// go in and out.
func TestRestart(t *testing.T) {
	t.Parallel()
	c := start(t, 3)
	n := front(t, c.daemons...)
	big := random(40<<20, 98)
	bigPath := n.put("big", big)
	l := begin(n, 2)
	var outages []outage
	for i, d := range c.daemons {
		l.more(50)
		finish := l.span(bigPath, big)
		o := outage{address: d.address, from: time.Now()}
		require.NoError(t, d.cmd.Process.Signal(syscall.SIGTERM))
		require.Eventually(t, func() bool { return strings.Contains(d.out.String(), "stopping") }, patience, time.Millisecond)
		l.more(50) // the others go on
		finish()
		<-d.done
		require.NoError(t, d.err, d.out.tail())
		o.to = time.Now()
		outages = append(outages, o)
		c.daemons[i] = d.again()
		require.Eventually(t, func() bool { return strings.Contains(c.daemons[i].out.String(), "[200 OK]") }, patience,
			50*time.Millisecond, "nginx comes back to it")
	}
	l.end()
	l.judge(outages)
	for _, f := range l.failures { // nginx sent it into an idle connection in the moment that was closed
		require.Contains(t, f.what, "502 ", "a transfer was cut")
	}
	l.check()
	c.consistent()
}

package cluster_test

import (
	"crypto/sha256"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// outage is when a daemon was not there.
type outage struct {
	address  string
	from, to time.Time
}

// TestKill kills each of three daemons in turn while files go in and out. Nobody but who was talking
// to the dead one notices.
func TestKill(t *testing.T) {
	t.Parallel()
	c := start(t, 3)
	n := front(t, c.daemons...)
	big := random(40<<20, 99)
	bigPath := n.put("big", big)
	l := begin(n, 3)
	var outages []outage
	for i, d := range c.daemons {
		l.more(50)
		finish := l.span(bigPath, big)
		o := outage{address: d.address, from: time.Now()}
		d.kill()
		finish()
		l.more(100)
		o.to = time.Now()
		outages = append(outages, o)
		c.daemons[i] = d.again()
		require.Eventually(t, func() bool { return strings.Contains(c.daemons[i].out.String(), "[200 OK]") }, patience,
			50*time.Millisecond, "nginx comes back to it")
	}
	l.more(50)
	l.end()
	l.judge(outages)
	require.NotEmpty(t, l.failures, "no kill has hit anything")
	l.check()

	out, err := c.command("fsck", "--repair", "--min-age", "1ns")
	require.NoError(t, err, out)
	t.Logf("what the kills left: %s", out)
	c.settled()
	l.check()
}

// settled checks that database and bytes agree. Multipart uploads of who was killed may be there: others
// cannot tell for an hour that nobody goes on with them, then the cleaner removes them.
func (c *cluster) settled() {
	c.Helper()
	out, _ := c.command("fsck", "--min-age", "1ns")
	require.Contains(c, out, "objects checked")
	for line := range strings.Lines(out) {
		if strings.Contains(line, "objects checked") || strings.HasPrefix(line, "plikd: ") {
			continue
		}
		require.True(c, strings.HasPrefix(line, "unfinished data: "), line)
	}
}

// more waits until so many requests have gone well.
func (l *load) more(requests int64) {
	l.n.Helper()
	from := l.done.Load()
	require.Eventually(l.n, func() bool { return l.done.Load() >= from+requests }, patience, 10*time.Millisecond)
}

// span begins transfers, and returns when each has come to its half; finish lets them end.
func (l *load) span(bigPath string, big []byte) (finish func()) {
	l.n.Helper()
	const each = 4
	var half, all sync.WaitGroup
	release := make(chan struct{})
	var went atomic.Int32
	for range each {
		half.Add(2)
		all.Go(func() {
			body := newSlow(big, len(big)/2)
			go func() { <-body.sent; half.Done(); <-release; close(body.release) }()
			a, ok := l.try(200, func(mark string) answer { return l.n.do("PUT", "/slow"+mark, body) })
			if ok {
				went.Add(1)
				l.keep(path(strings.TrimSpace(a.body)), big)
			}
		})
		all.Go(func() {
			_, ok := l.try(200, func(mark string) answer { return l.halves(bigPath+mark, half.Done, release, big) })
			if ok {
				went.Add(1)
			}
		})
	}
	half.Wait()
	return func() {
		close(release)
		all.Wait()
		require.Positive(l.n, went.Load(), "they are not all at one daemon")
	}
}

// halves downloads a file with a pause in its middle.
func (l *load) halves(path string, half func(), release <-chan struct{}, want []byte) answer {
	once := sync.OnceFunc(half)
	defer once()
	r, err := http.NewRequestWithContext(l.n.Context(), "GET", l.n.url+path, nil)
	if err != nil {
		return answer{err: err}
	}
	resp, err := client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	sum := sha256.New()
	if _, err := io.CopyN(sum, resp.Body, int64(len(want))/2); err != nil {
		return answer{err: err}
	}
	once()
	<-release
	_, err = io.Copy(sum, resp.Body)
	if err == nil && [32]byte(sum.Sum(nil)) != sha256.Sum256(want) {
		l.n.Errorf("%s has not the bytes that were sent", path)
	}
	return answer{status: resp.StatusCode, err: err}
}

// judge checks that each failure was of a request to a daemon that was gone, or went, at the time.
func (l *load) judge(outages []outage) {
	l.n.Helper()
	for _, f := range l.failures {
		var address string
		require.Eventually(l.n, func() bool {
			var found bool
			address, found = l.n.served(f.mark)
			return found
		}, patience, 50*time.Millisecond, "nginx knows nothing of %s: %s", f.mark, f.what)
		excused := false
		for _, o := range outages {
			excused = excused || o.address == address && f.to.After(o.from) && f.from.Before(o.to)
		}
		if !excused {
			l.n.Errorf("a request to %s failed, which was there: %s", address, f.what)
		}
	}
	l.n.Logf("%d requests went well, %d were cut, %d files were acknowledged", l.done.Load(), len(l.failures), len(l.files))
}

// check fetches everything that was acknowledged.
func (l *load) check() {
	l.n.Helper()
	before := len(l.failures)
	queue := make(chan acknowledged)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for f := range queue {
				l.fetch(f)
			}
		})
	}
	for _, f := range l.files {
		queue <- f
	}
	close(queue)
	wg.Wait()
	require.Empty(l.n, l.failures[before:])
}

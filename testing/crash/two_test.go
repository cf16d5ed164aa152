package crash_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestTwoDaemons: two daemons on one database and one folder hand a one-shot file out once,
// and neither takes the other's uploads for abandoned.
func TestTwoDaemons(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	a := start(t, dir)
	half, release := make(chan struct{}), make(chan struct{})
	sent := make(chan string, 1)
	go func() {
		_, link, _ := a.request("PUT", "/slow", &slow{n: 200 << 10, half: half, release: release}, "")
		sent <- link
	}()
	<-half
	b := start(t, dir) // recovers what is abandoned, at its start
	out, err := b.command("clean")
	require.NoError(t, err, out)
	close(release)
	link := strings.TrimPrefix(strings.TrimSpace(<-sent), a.url)
	status, body, err := b.request("GET", link, nil, "")
	require.NoError(t, err)
	require.Equal(t, 200, status)
	require.Len(t, body, 200<<10)

	for range 5 {
		_, link, err := a.request("PUT", "/once?oneshot", strings.NewReader("hello"), "")
		require.NoError(t, err)
		path := strings.TrimPrefix(strings.TrimSpace(link), a.url)
		var got atomic.Int32
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				d := []*daemon{a, b}[i%2]
				status, body, err := d.request("GET", path, nil, "")
				switch {
				case err != nil || status != 200 && status != 404:
					t.Errorf("%d %q %v", status, body, err)
				case status == 200:
					got.Add(1)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, got.Load())
	}

	// One dies; the other goes on.
	a.kill()
	status, _, err = b.request("PUT", "/more", strings.NewReader("hello"), "")
	require.NoError(t, err)
	require.Equal(t, 200, status)
}

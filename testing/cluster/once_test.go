package cluster_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"
)

// race asks for a one-shot file many times at once, and returns how often it was handed out.
func (s site) race(path string, times int, want string) int {
	var got atomic.Int32
	var wg sync.WaitGroup
	begin := make(chan struct{})
	for range times {
		wg.Go(func() {
			<-begin
			switch a := s.do("GET", path, nil); {
			case a.err == nil && a.status == 200 && a.body == want:
				got.Add(1)
			case a.err != nil || a.status != 404:
				s.Errorf("GET %s: %d %.200s %v", path, a.status, a.body, a.err)
			}
		})
	}
	close(begin)
	wg.Wait()
	return int(got.Load())
}

func TestOneShot(t *testing.T) {
	t.Parallel()
	c := start(t, 3)
	n := front(t, c.daemons...)

	t.Run("one file, 200 receivers", func(t *testing.T) {
		for i := range 3 {
			content := random(1+i*100_000, uint64(i))
			path := n.put("once?oneshot", content)
			require.Equal(t, 1, n.race(path, 200, string(content)))
		}
	})

	t.Run("50 files, 4 receivers each", func(t *testing.T) {
		paths, contents := make([]string, 50), make([][]byte, 50)
		for i := range paths {
			contents[i] = random(2000*i+1, uint64(i))
			paths[i] = n.put(fmt.Sprintf("once-%d?oneshot", i), contents[i])
		}
		var wg sync.WaitGroup
		for i, path := range paths {
			wg.Go(func() {
				if got := n.race(path, 4, string(contents[i])); got != 1 {
					t.Errorf("file %d was handed out %d times", i, got)
				}
			})
		}
		wg.Wait()
	})

	for _, d := range c.daemons {
		require.Contains(t, d.out.String(), "/file/", "each of them was asked")
	}
	out, err := c.command("clean")
	require.NoError(t, err, out)
	c.consistent()
}

package cluster_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// receive reads a stream, which may not have its sender yet, into w.
func (s site) receive(path string, w io.Writer) error {
	r, err := http.NewRequestWithContext(s.Context(), "GET", s.url+path+"?wait=60", nil)
	if err != nil {
		return err
	}
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != 200 {
		return fmt.Errorf("the answer is %s", resp.Status)
	}
	_, err = io.Copy(w, resp.Body)
	return err
}

// pass streams body from one site to another.
func pass(from, to site, body io.Reader, w io.Writer) error {
	f := from.stream()
	received := make(chan error, 1)
	go func() { received <- to.receive(f.path, w) }()
	sent := from.do("PUT", f.path, body, "X-UploadToken", f.token)
	if err := <-received; err != nil {
		return err
	}
	if sent.err != nil || sent.status != 200 {
		return fmt.Errorf("the sender is told %d %s %w", sent.status, sent.body, sent.err)
	}
	return nil
}

// zeros is a body of that many bytes.
type zeros struct{ left int64 }

func (z *zeros) length() int64 { return z.left }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.left)
	z.left -= n
	return int(n), nil // what is in p will do
}

// count is a writer that counts.
type count int64

func (c *count) Write(p []byte) (int, error) {
	*c += count(len(p))
	return len(p), nil
}

// TestStreamSpeed compares a stream between two daemons to one on a single daemon, through nginx each.
// It runs alone, and says only what it found: the speed of machines differs.
func TestStreamSpeed(t *testing.T) {
	c := start(t, 2)
	a, b := front(t, c.daemons[0]), front(t, c.daemons[1])
	const size, rounds = 1 << 30, 3
	measure := func(to site) float64 {
		var got count
		began := time.Now()
		require.NoError(t, pass(a.site, to, &zeros{size}, &got))
		require.EqualValues(t, size, got)
		return size / 1e6 / time.Since(began).Seconds()
	}
	var one, two []float64
	for range rounds {
		one = append(one, measure(a.site))
		two = append(two, measure(b.site))
	}
	slices.Sort(one)
	slices.Sort(two)
	t.Logf("streams of 1 GiB, medians of %d: %.0f MB/s on one daemon, %.0f MB/s between two: %.2f", rounds, one[rounds/2],
		two[rounds/2], two[rounds/2]/one[rounds/2])
}

func TestStream(t *testing.T) {
	t.Parallel()
	c := start(t, 3)
	all := front(t, c.daemons...)
	content := random(8<<20+5, 1)

	t.Run("from one to another", func(t *testing.T) {
		for i, from := range c.daemons {
			to := c.daemons[(i+1)%3]
			var got bytes.Buffer
			require.NoError(t, pass(front(t, from).site, front(t, to).site, bytes.NewReader(content), &got))
			require.True(t, bytes.Equal(content, got.Bytes()))
		}
	})

	t.Run("from any to any", func(t *testing.T) {
		for range 6 {
			var got bytes.Buffer
			require.NoError(t, pass(all.site, all.site, bytes.NewReader(content), &got))
			require.True(t, bytes.Equal(content, got.Bytes()))
		}
	})

	t.Run("bytes come as they are sent", func(t *testing.T) {
		f := all.stream()
		r, w := io.Pipe()
		sent := make(chan answer, 1)
		go func() { sent <- all.do("PUT", f.path, r, "X-UploadToken", f.token) }()
		in, out := io.Pipe()
		received := make(chan error, 1)
		go func() { received <- all.receive(f.path, out); out.Close() }()
		for i := range 5 {
			line := fmt.Sprintf("line %d\n", i)
			_, err := io.WriteString(w, line)
			require.NoError(t, err)
			got := make([]byte, len(line))
			_, err = io.ReadFull(in, got)
			require.NoError(t, err)
			require.Equal(t, line, string(got), "nobody waits for more")
		}
		require.NoError(t, w.Close())
		require.NoError(t, <-received)
		a := <-sent
		require.NoError(t, a.err)
		require.Equal(t, 200, a.status, a.body)
	})

	t.Run("nobody asks for a relay from outside", func(t *testing.T) {
		f := all.stream()
		a := all.do("GET", "/relay"+f.path[len("/stream"):], nil)
		require.NoError(t, a.err)
		require.Equal(t, 404, a.status)
		require.Contains(t, a.body, "nginx")
	})
}

package pace_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/pace"
)

// pair returns a connection that is limited to rate, and its other end.
func pair(t *testing.T, rate int64) (limited, other net.Conn) {
	t.Helper()
	near, far := net.Pipe()
	tr := &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) { return near, nil }}
	pace.Limit(tr, rate)
	limited, err := tr.DialContext(t.Context(), "tcp", "x")
	require.NoError(t, err)
	return limited, far
}

func TestWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, other := pair(t, 1000)
		go io.Copy(io.Discard, other)
		start := time.Now()
		n, err := c.Write(make([]byte, 10_000))
		require.NoError(t, err)
		require.Equal(t, 10_000, n)
		require.InDelta(t, 10, time.Since(start).Seconds(), 0.1)
		require.NoError(t, c.Close())
		require.NoError(t, other.Close())
	})
}

func TestRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, other := pair(t, 1000)
		go func() {
			other.Write(make([]byte, 5000))
			other.Close()
		}()
		start := time.Now()
		n, err := io.Copy(io.Discard, c)
		require.NoError(t, err)
		require.EqualValues(t, 5000, n)
		require.InDelta(t, 5, time.Since(start).Seconds(), 0.1)
		require.NoError(t, c.Close())
	})
}

func TestCloseEndsTheWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c, other := pair(t, 1)
		go io.Copy(io.Discard, other)
		start := time.Now()
		go func() {
			time.Sleep(time.Second / 2)
			c.Close()
		}()
		_, err := c.Write(make([]byte, 1000))
		require.Error(t, err)
		require.Less(t, time.Since(start), 2*time.Second)
		require.NoError(t, other.Close())
	})
}

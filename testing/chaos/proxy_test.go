package chaos_test

import (
	"bytes"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/testing/chaos"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers each connection with what it got, once it got all.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				got, _ := io.ReadAll(c) // what came before a cut counts too
				c.Write(got)
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return l.Addr().String()
}

// send sends content through a proxy and returns what comes back.
func send(t *testing.T, target string, line chaos.Line, content []byte) (got []byte, p *chaos.Proxy, err error) {
	t.Helper()
	p, err = chaos.New(chaos.Options{Target: target, Fate: func(int) chaos.Line { return line }})
	require.NoError(t, err)
	defer p.Close()
	c, err := net.Dial("tcp", p.Addr())
	require.NoError(t, err)
	defer c.Close()
	if _, err = c.Write(content); err != nil {
		return nil, p, err
	}
	if err = c.(*net.TCPConn).CloseWrite(); err != nil {
		return nil, p, err
	}
	got, err = io.ReadAll(c)
	return got, p, err
}

func TestFates(t *testing.T) {
	t.Parallel()
	target := echo(t)
	content := bytes.Repeat([]byte("0123456789"), 10_000)
	for _, kind := range []chaos.Kind{chaos.Spared, chaos.Cut, chaos.Stalled, chaos.Hiccup, chaos.Truncated, chaos.Slowed} {
		for name, line := range map[string]chaos.Line{
			"up":   {Up: chaos.Fate{Kind: kind, After: 40_000, Pause: time.Millisecond, Piece: 1000, Drop: 30_000}},
			"down": {Down: chaos.Fate{Kind: kind, After: 40_000, Pause: time.Millisecond, Piece: 1000, Drop: 30_000}},
		} {
			got, p, err := send(t, target, line, content)
			switch kind {
			case chaos.Spared, chaos.Hiccup, chaos.Slowed:
				require.NoError(t, err, "%s %s", kind, name)
				require.True(t, bytes.Equal(content, got), "%s %s", kind, name)
			default:
				require.LessOrEqual(t, len(got), 40_000, "%s %s", kind, name)
				require.True(t, bytes.HasPrefix(content, got))
				if kind != chaos.Truncated {
					require.Error(t, err, "%s %s", kind, name)
				}
			}
			require.EqualValues(t, 1, p.Struck(kind), "%s %s: %s", kind, name, p)
		}
	}
}

func TestSeedRepeats(t *testing.T) {
	t.Parallel()
	seen := map[chaos.Kind]bool{}
	for n := range 200 {
		line := chaos.Random(7, n, 1<<20)
		require.Equal(t, line, chaos.Random(7, n, 1<<20))
		seen[line.Up.Kind] = true
	}
	require.Len(t, seen, 6)
	require.NotEqual(t, chaos.Random(7, 1, 1<<20), chaos.Random(8, 1, 1<<20))
}

func TestSeedOfEnvironment(t *testing.T) {
	t.Setenv(chaos.SeedVariable, "42")
	seed, err := chaos.Seed()
	require.NoError(t, err)
	require.EqualValues(t, 42, seed)
	t.Setenv(chaos.SeedVariable, "x")
	_, err = chaos.Seed()
	require.Error(t, err)
}

func TestNoServer(t *testing.T) {
	t.Parallel()
	_, err := chaos.New(chaos.Options{})
	require.Error(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	got, _, _ := send(t, l.Addr().String(), chaos.Line{}, []byte("x")) // it is closed, now or then
	require.Empty(t, got)
}

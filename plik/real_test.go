package plik_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
)

// cutting is a way to a server on which each connection is lost after so many bytes.
func cutting(t testing.TB, url string, after int64) (string, *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var wg sync.WaitGroup
	cuts := &atomic.Int32{}
	wg.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			out, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
			if err != nil {
				in.Close()
				continue
			}
			wg.Go(func() { io.Copy(in, out); in.Close() })
			wg.Go(func() {
				if n, _ := io.CopyN(out, in, after); n == after {
					cuts.Add(1)
				}
				in.Close()
				out.Close()
			})
		}
	})
	t.Cleanup(func() { l.Close(); wg.Wait() })
	return "http://" + l.Addr().String(), cuts
}

// Our own daemon, without and with a bad line between.
func TestDaemonTakesPieces(t *testing.T) {
	t.Parallel()
	url := daemon(t, nil)
	b := random(3<<20 + 17)
	bad, cuts := cutting(t, url, 1<<20)
	for line, base := range map[string]string{"good line": url, "bad line": bad} {
		for what, r := range map[string]io.Reader{"bytes": bytes.NewReader(b), "pipe": struct{ io.Reader }{bytes.NewReader(b)}} {
			t.Run(line+"/"+what, func(t *testing.T) {
				c := resumableClient(t, base)
				conf, err := c.GetServerConfig()
				require.NoError(t, err)
				require.Equal(t, "/tus/", conf.ResumableUploads)
				var out bytes.Buffer
				c.Debug, c.DebugOutput = true, &out
				_, f, err := c.UploadReader("näme", r)
				require.NoError(t, f.Error())
				require.NoError(t, err)
				require.Contains(t, out.String(), "PATCH /tus/")
				require.Equal(t, plik.StatusUploaded, f.Metadata().Status)
				require.Equal(t, sum(b), f.Metadata().Md5)
				c.Debug = false
				require.True(t, bytes.Equal(b, content(t, f)))
			})
		}
	}
	require.GreaterOrEqual(t, cuts.Load(), int32(4))
}

func TestDaemonUploadIsResumed(t *testing.T) {
	t.Parallel()
	url := daemon(t, nil)
	b := random(3<<20 + 17)
	path := write(t, "name", b)
	// The line is lost for good in the middle.
	var lost atomic.Bool
	c := resumableClient(t, url)
	c.Retry.GiveUp = 1
	way := c.HTTPClient.Transport
	c.HTTPClient.Transport = roundTripper(func(r *http.Request) (*http.Response, error) {
		if lost.Load() {
			if r.Body != nil {
				r.Body.Close()
			}
			return nil, io.ErrUnexpectedEOF
		}
		return way.RoundTrip(r)
	})
	t.Cleanup(way.(*http.Transport).CloseIdleConnections)
	u := c.NewUpload()
	_, err := u.AddFileFromPath(path)
	require.NoError(t, err)
	kept := keep(t, t.TempDir())
	n := 0
	u.OnCheckpoint(func(s *plik.State) {
		if !lost.Load() {
			kept.save(s)
		}
		if n++; n == 4 {
			lost.Store(true)
		}
	})
	require.Error(t, u.Upload())
	again, err := resumableClient(t, url).Resume(t.Context(), kept.load())
	require.NoError(t, err)
	var first atomic.Int64
	again.OnProgress(func(p plik.Progress) { first.CompareAndSwap(0, p.Sent) })
	require.NoError(t, again.Upload())
	require.Greater(t, first.Load(), int64(64<<10), "it goes on where it was")
	require.Equal(t, sum(b), again.Files()[0].Metadata().Md5)
	require.True(t, bytes.Equal(b, content(t, again.Files()[0])))
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

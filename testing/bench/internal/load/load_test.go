//go:build linux

package load_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/testing/bench/internal/load"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func serve(t *testing.T, h http.HandlerFunc) *httptest.Server {
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s
}

func addr(s *httptest.Server) string { return s.Listener.Addr().String() }

// post is a request with a body.
func post(path, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", path, len(body), body)
}

func always(r load.Request) func(int) load.Step {
	return func(int) load.Step { return func(load.Response) (load.Request, error) { return r, nil } }
}

func TestRunCountsOperations(t *testing.T) {
	t.Parallel()
	var served atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		served.Add(1)
		_, _ = io.Copy(w, r.Body)
	})
	outcome, err := load.Run(t.Context(), load.Plan{
		Addr: addr(s), Conns: 3, Ops: 100, Script: always(load.Request{Bytes: post("/", "x"), Last: true}),
	})
	require.NoError(t, err)
	require.Len(t, outcome.Latencies, 100)
	require.EqualValues(t, 100, served.Load())
	require.Positive(t, outcome.PerSecond())
}

func TestRunStopsAfterDuration(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "ok") })
	outcome, err := load.Run(t.Context(), load.Plan{
		Addr: addr(s), Conns: 2, Duration: 20 * time.Millisecond, Script: always(load.Request{Bytes: post("/", ""), Last: true}),
	})
	require.NoError(t, err)
	require.NotEmpty(t, outcome.Latencies)
}

// An operation of two requests: the second is built from the answer to the first.
func TestRunHandsAnswersOn(t *testing.T) {
	t.Parallel()
	var count, right atomic.Int64
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/create" {
			fmt.Fprintf(w, "id%d", count.Add(1))
			return
		}
		id, _ := io.ReadAll(r.Body)
		if "/add/"+string(id) == r.URL.Path {
			right.Add(1)
		}
	})
	outcome, err := load.Run(t.Context(), load.Plan{Addr: addr(s), Conns: 4, Ops: 50, Script: func(int) load.Step {
		create := false
		return func(prev load.Response) (load.Request, error) {
			if create = !create; create {
				return load.Request{Bytes: post("/create", ""), Keep: true, Silent: true}, nil
			}
			id := string(prev.Body)
			return load.Request{Bytes: post("/add/"+id, id), Last: true}, nil
		}
	}})
	require.NoError(t, err)
	require.Len(t, outcome.Latencies, 50)
	require.EqualValues(t, 50, right.Load())
}

func TestRunErrors(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/busy":
			http.Error(w, "busy", http.StatusServiceUnavailable)
		case "/chunked": // without a length, so it cannot be told apart from what follows
			_ = http.NewResponseController(w).Flush()
		case "/close":
			panic(http.ErrAbortHandler)
		}
	})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := map[string]struct {
		ctx  context.Context
		plan load.Plan
		want string
	}{
		"no connections": {t.Context(), load.Plan{Addr: addr(s), Ops: 1}, "needs connections"},
		"no end":         {t.Context(), load.Plan{Addr: addr(s), Conns: 1}, "needs connections"},
		"bad address":    {t.Context(), load.Plan{Addr: "nowhere", Conns: 1, Ops: 1}, "connect to nowhere"},
		"nobody there":   {t.Context(), load.Plan{Addr: "127.0.0.1:1", Conns: 1, Ops: 1, Script: always(load.Request{})}, "refused"},
		"error status":   {t.Context(), load.Plan{Addr: addr(s), Conns: 1, Ops: 1, Script: always(load.Request{Bytes: post("/busy", ""), Last: true})}, "status 503"},
		"other status": {t.Context(), load.Plan{Addr: addr(s), Conns: 1, Ops: 1,
			Script: always(load.Request{Bytes: post("/", ""), Status: 206, Last: true})}, "status 200 instead of 206"},
		"no length":       {t.Context(), load.Plan{Addr: addr(s), Conns: 1, Ops: 1, Script: always(load.Request{Bytes: post("/chunked", ""), Last: true})}, "without a Content-Length"},
		"connection lost": {t.Context(), load.Plan{Addr: addr(s), Conns: 1, Ops: 1, Script: always(load.Request{Bytes: post("/close", ""), Last: true})}, "closed"},
		"cancelled":       {cancelled, load.Plan{Addr: addr(s), Conns: 1, Ops: 1 << 30, Script: always(load.Request{Bytes: post("/", ""), Last: true})}, "canceled"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := load.Run(tt.ctx, tt.plan)
			require.ErrorContains(t, err, tt.want)
		})
	}
}

//go:build linux

package scripts_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/testing/bench/internal/load"
	"github.com/root-gg/plik/testing/bench/internal/scripts"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// play runs 20 operations of the script on two connections to the handler.
func play(t *testing.T, script scripts.Script, h http.HandlerFunc) load.Outcome {
	s := httptest.NewServer(h)
	defer s.Close()
	outcome, err := load.Run(t.Context(), load.Plan{Addr: s.Listener.Addr().String(), Conns: 2, Ops: 20, Script: script})
	require.NoError(t, err)
	require.Len(t, outcome.Latencies, 20)
	return outcome
}

func names() scripts.Names {
	var n atomic.Int64
	return func() string { return fmt.Sprintf("file%03d", n.Add(1)) }
}

func TestCycle(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int{}
	play(t, scripts.Cycle(scripts.Get("/a"), scripts.Get("/b")), func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.Method+" "+r.URL.Path]++
	})
	require.Len(t, seen, 2)
	require.Equal(t, 20, seen["GET /a"]+seen["GET /b"])
}

func TestRanges(t *testing.T) {
	t.Parallel()
	content := bytes.NewReader(make([]byte, 5000))
	var sizes atomic.Int64
	play(t, scripts.Ranges("/big", 5000, 1000), func(w http.ResponseWriter, r *http.Request) {
		http.ServeContent(w, r, "big", time.Time{}, io.NewSectionReader(content, 0, 5000))
		if w.Header().Get("Content-Length") == "1000" {
			sizes.Add(1)
		}
	})
	require.EqualValues(t, 20, sizes.Load())
}

func TestPut(t *testing.T) {
	t.Parallel()
	var seen sync.Map
	var right atomic.Int64
	play(t, scripts.Put("/dir/", names(), http.StatusCreated), func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		_, again := seen.LoadOrStore(r.URL.Path, true)
		if err == nil && !again && len(body) == scripts.Size && r.Method == http.MethodPut && strings.HasPrefix(r.URL.Path, "/dir/file") {
			right.Add(1)
		}
		w.WriteHeader(http.StatusCreated)
	})
	require.EqualValues(t, 20, right.Load())
}

// api is a small stand-in for plikd: it takes one file of the right size for each
// upload that it made.
type api struct {
	count, right atomic.Int64
	tokens       sync.Map // by upload id
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/upload" {
		id := fmt.Sprint(a.count.Add(1))
		a.tokens.Store("/file/"+id, "token"+id)
		fmt.Fprintf(w, `{"id":%q,"uploadToken":"token%s","files":null}`, id, id)
		return
	}
	token, _ := a.tokens.LoadAndDelete(r.URL.Path)
	file, head, err := r.FormFile("file")
	if err == nil {
		defer file.Close()
	}
	if err == nil && token == r.Header.Get("X-UploadToken") && head.Size == scripts.Size && strings.HasPrefix(head.Filename, "file") {
		a.right.Add(1)
	}
}

func TestCreateAndAdd(t *testing.T) {
	t.Parallel()
	for _, addOnly := range []bool{false, true} {
		var a api
		play(t, scripts.CreateAndAdd(names(), addOnly), a.ServeHTTP)
		require.EqualValues(t, 20, a.right.Load())
	}
}

func TestCreateAndAddRefusesAnythingElse(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, `{"id":"x"}`) }))
	defer s.Close()
	_, err := load.Run(t.Context(), load.Plan{
		Addr: s.Listener.Addr().String(), Conns: 1, Ops: 1, Script: scripts.CreateAndAdd(names(), false),
	})
	require.ErrorContains(t, err, "not an upload")
}

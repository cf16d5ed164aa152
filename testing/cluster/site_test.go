package cluster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
)

// site is where requests go: a daemon, or nginx.
type site struct {
	*testing.T
	url string
}

// client opens a connection for whatever is under way, and keeps them.
var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256, WriteBufferSize: 256 << 10, ReadBufferSize: 256 << 10}}

// answer is what came of a request. err: no answer, or not all of it.
type answer struct {
	status int
	head   http.Header
	body   string
	err    error
}

// do sends a request; headers are names and values in turn.
func (s site) do(method, path string, body io.Reader, headers ...string) answer {
	return s.doIn(s.Context(), method, path, body, headers...)
}

func (s site) doIn(ctx context.Context, method, path string, body io.Reader, headers ...string) answer {
	r, err := http.NewRequestWithContext(ctx, method, s.url+path, body)
	if err != nil {
		return answer{err: err}
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if known, ok := body.(interface{ length() int64 }); ok {
		r.ContentLength = known.length()
	}
	resp, err := client.Do(r)
	if err != nil {
		return answer{err: err}
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(got), err}
}

// must is do for what has to work.
func (s site) must(method, path string, body io.Reader, headers ...string) answer {
	s.Helper()
	a := s.do(method, path, body, headers...)
	require.NoError(s, a.err, "%s %s", method, path)
	require.Equal(s, 200, a.status, "%s %s: %s", method, path, a.body)
	return a
}

// put uploads a file and returns its path.
func (s site) put(name string, content []byte) string {
	s.Helper()
	return path(strings.TrimSpace(s.must("PUT", "/"+name, bytes.NewReader(content)).body))
}

// path takes the address of the server away.
func path(url string) string {
	if i := strings.Index(url, "://"); i >= 0 {
		url = url[i+3:]
		return url[strings.Index(url, "/"):]
	}
	return url
}

// random returns n bytes that are the same for the same seed.
func random(n int, seed uint64) []byte {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	b := make([]byte, n)
	_, _ = rand.NewChaCha8(key).Read(b) // never fails
	return b
}

// streamed is a file to be streamed.
type streamed struct{ path, token string }

func (s site) stream() streamed {
	s.Helper()
	var u api.Upload
	a := s.must("POST", "/upload", strings.NewReader(`{"stream":true,"files":[{"fileName":"s.bin"}]}`))
	require.NoError(s, json.Unmarshal([]byte(a.body), &u))
	return streamed{"/stream/" + u.ID + "/" + u.Files[0].ID + "/s.bin", u.UploadToken}
}

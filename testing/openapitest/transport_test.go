package openapitest_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/testing/openapitest"
)

func get(t *testing.T, client *http.Client, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(got)
}

func TestPrefix(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(answer{200, asJSON, upload})
	defer server.Close()
	rec := &recorder{}
	client := openapitest.New(rec).Client(server.URL, "/plik")
	defer rec.end()

	get(t, client, server.URL+"/plik/upload/u")
	require.Empty(t, rec.String())
	get(t, client, server.URL+"/upload/u")
	require.Contains(t, rec.String(), "not below /plik")
}

func TestForeign(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(answer{418, nil, ""})
	defer server.Close()
	rec := &recorder{}
	client := openapitest.New(rec).Client(server.URL, "")
	defer rec.end()

	req, err := http.NewRequestWithContext(openapitest.Foreign(t.Context()), http.MethodGet, server.URL+"/nowhere/at/all", nil)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	require.Equal(t, 418, resp.StatusCode)
	require.Empty(t, rec.String())

	get(t, client, strings.Replace(server.URL, "127.0.0.1", "localhost", 1)+"/health")
	require.Contains(t, rec.String(), "the request went to http://localhost")
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	asked := 0
	report := ask(t, "GET", "/file/u/f/a", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		answer{302, with("Location", "/#/?err=a&errcode=404&uri=b", "Cache-Control", "no-store"), ""}.ServeHTTP(w, r)
	}))
	require.Empty(t, report)
	require.Equal(t, 1, asked)
}

// TestEarlyText makes sure that the URL of a quick stream upload reaches the caller while the
// server is still receiving, and that it is checked all the same at its end.
func TestEarlyText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"http://h/file/u/f/a\n": "", "no address\n": "does not match"} {
		received := make(chan string, 1)
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			control := http.NewResponseController(w)
			_ = control.EnableFullDuplex()
			answer{200, asQuick, text}.ServeHTTP(w, r)
			_ = control.Flush()
			body, _ := io.ReadAll(r.Body)
			received <- string(body)
		}))
		rec := &recorder{}
		client := openapitest.New(rec).Client(server.URL, "")

		source, sink := io.Pipe()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, server.URL+"/a", source)
		require.NoError(t, err)
		resp, err := client.Do(req)
		require.NoError(t, err)
		lines := bufio.NewReader(resp.Body)
		line, err := lines.ReadString('\n')
		require.NoError(t, err)
		assert.Equal(t, text, line)
		fmt.Fprint(sink, "content")
		require.NoError(t, sink.Close())
		assert.Equal(t, "content", <-received)
		_, err = io.Copy(io.Discard, lines)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Contains(t, rec.String(), want)
		assert.Equal(t, want == "", rec.String() == "")
		rec.end()
		server.Close()
	}
}

// TestLargeBodies checks that a file passes unchecked whatever its length, and that JSON
// beyond all measure is reported and still handed on whole.
func TestLargeBodies(t *testing.T) {
	t.Parallel()
	large := strings.Repeat(" ", 9<<20)
	assert.Empty(t, ask(t, "GET", "/file/u/f/a.txt", answer{200, with(append(fileHead, "Content-Type", "text/plain")...), large}))
	assert.Contains(t, ask(t, "GET", "/upload/u", answer{200, asJSON, large + upload}), "longer than")
}

// TestCutBody makes sure that an error text that was cut is reported, and that the caller
// sees the failure as well.
func TestCutBody(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer{404, with("Content-Type", "text/plain", "X-Content-Type-Options", "nosniff", "Content-Length", "100"), "upload u not found\n"}.ServeHTTP(w, r)
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer server.Close()
	rec := &recorder{}
	client := openapitest.New(rec).Client(server.URL, "")
	defer rec.end()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/upload/u", nil)
	require.NoError(t, err)
	resp, err := client.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	require.Equal(t, "upload u not found\n", string(got))
	require.Contains(t, rec.String(), "read the body")
}

func TestNothingIsReportedAfterTheEnd(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(answer{200, asJSON, "{}"})
	defer server.Close()
	rec := &recorder{}
	client := openapitest.New(rec).Client(server.URL, "")
	rec.end()
	get(t, client, server.URL+"/upload/u")
	client.CloseIdleConnections()
	require.Empty(t, rec.String())
}

func TestCoverage(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(answer{404, asError, "upload u not found\n"})
	defer server.Close()
	var cover openapitest.Coverage
	require.Empty(t, cover.Missing())
	for range 2 {
		rec := &recorder{}
		checker := openapitest.New(rec, &cover)
		before := len(checker.Missing())
		get(t, checker.Client(server.URL, ""), server.URL+"/upload/u")
		require.Empty(t, rec.String())
		require.Len(t, checker.Missing(), before-1)
		rec.end()
	}
	require.Equal(t, []string{"GET /upload/{uploadID} 404"}, cover.Seen())
	require.NotContains(t, cover.Missing(), "GET /upload/{uploadID} 404")
	require.Contains(t, cover.Missing(), "GET /upload/{uploadID} 200")
	require.Contains(t, cover.Missing(), "PUT /{filename} 507")
}

package plik_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/root-gg/plik/plik"
	"github.com/stretchr/testify/require"
)

// legacy makes a daemon look like Plik 1.3: no PUT, no HEAD, no ranges, no entity tags, JSON labelled as text, errors as
// text only, and forms may be all it knows. It returns the requests that came.
func legacy(t testing.TB) (base string, requests func() []string) {
	t.Helper()
	target, err := url.Parse(daemon(t, nil))
	require.NoError(t, err)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(transport.CloseIdleConnections)
	passOn := &httputil.ReverseProxy{
		ErrorLog: quiet, Transport: transport,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			for _, k := range []string{"Range", "If-Range", "Accept"} {
				r.Out.Header.Del(k)
			}
		},
		ModifyResponse: func(resp *http.Response) error {
			for _, k := range []string{"Etag", "Accept-Ranges", "Last-Modified", "X-Request-Id"} {
				resp.Header.Del(k)
			}
			if resp.Request.URL.Path == "/config" {
				old := &plik.Configuration{}
				if err := json.NewDecoder(resp.Body).Decode(old); err != nil {
					return err
				}
				resp.Body.Close()
				old.ResumableUploads = ""
				b, err := json.Marshal(old)
				if err != nil {
					return err
				}
				resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(b)), int64(len(b))
				resp.Header.Set("Content-Length", strconv.Itoa(len(b)))
			}
			if strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
				resp.Header.Set("Content-Type", "text/plain; charset=utf-8")
			}
			return nil
		},
	}
	seen := make(chan string, 1000)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Method + " " + r.URL.Path
		switch {
		case r.Method != "GET" && r.Method != "POST" && r.Method != "DELETE", strings.HasPrefix(r.URL.Path, "/tus"):
			http.Error(w, "404 page not found", http.StatusNotFound)
		default:
			passOn.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() (list []string) {
		for {
			select {
			case r := <-seen:
				list = append(list, r)
			default:
				return list
			}
		}
	}
}

func TestPlik13(t *testing.T) {
	t.Parallel()
	base, requests := legacy(t)
	c := resumableClient(t, base)
	for _, n := range []int{0, 1000, 300 << 10, large} {
		b := random(n)
		for _, r := range []io.Reader{bytes.NewReader(b), struct{ io.Reader }{bytes.NewReader(b)}} {
			_, f, err := c.UploadReader("näme #1", r)
			require.NoError(t, f.Error())
			require.NoError(t, err)
			require.Equal(t, sum(b), f.Metadata().Md5)
			require.Equal(t, b, content(t, f))
		}
	}
	for _, r := range requests() {
		require.False(t, strings.HasPrefix(r, "PUT") || strings.HasPrefix(r, "PATCH") || strings.HasPrefix(r, "HEAD"), r)
	}
	_, err := c.GetUpload("nothing")
	require.EqualError(t, err, "404 Not Found : upload nothing not found")
}

// A proxy that does not let through what it does not know.
func TestResumableIsKeptBack(t *testing.T) {
	t.Parallel()
	s, base := newTus(t)
	s.setFault(func(w http.ResponseWriter, r *http.Request, patch int) bool {
		if r.Method == "OPTIONS" || !strings.HasPrefix(r.URL.Path, "/tus/") {
			return false
		}
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return true
	})
	b := random(large)
	for _, r := range []io.Reader{bytes.NewReader(b), struct{ io.Reader }{bytes.NewReader(b)}} {
		_, f, err := resumableClient(t, base).UploadReader("name", r)
		require.NoError(t, err)
		require.Equal(t, b, content(t, f))
	}
}

// A server that looks as if it took PUT and does not.
func TestPutIsRefused(t *testing.T) {
	t.Parallel()
	for what, status := range map[string]int{"unknown": 404, "method": 405, "not implemented": 501} {
		for name, r := range map[string]func(b []byte) io.Reader{
			"bytes": func(b []byte) io.Reader { return bytes.NewReader(b) },
			"pipe":  func(b []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(b)} },
		} {
			t.Run(what+"/"+name, func(t *testing.T) {
				t.Parallel()
				target, err := url.Parse(daemon(t, nil))
				require.NoError(t, err)
				transport := http.DefaultTransport.(*http.Transport).Clone()
				t.Cleanup(transport.CloseIdleConnections)
				passOn := &httputil.ReverseProxy{ErrorLog: quiet, Transport: transport, Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }}
				c := client(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
					if r.Method == "PUT" {
						http.Error(w, "no such thing", status)
						return
					}
					passOn.ServeHTTP(w, r)
				}))
				b := random(large)
				_, f, err := c.UploadReader("name", r(b))
				require.NoError(t, err)
				require.Equal(t, b, content(t, f))
			})
		}
	}
}

// What Plik 1.3 does with a transfer that was cut: the file is deleted, and there is no second go.
func TestPlik13AfterACut(t *testing.T) {
	t.Parallel()
	attempts := 0
	c := client(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/upload":
			w.Write([]byte(`{"id":"u","files":[{"id":"f","fileName":"name","status":"missing","reference":"0"}]}`))
		case r.URL.Path == "/upload/u":
			w.Write([]byte(`{"id":"u","files":[{"id":"f","fileName":"name","status":"deleted","reference":"0"}]}`))
		case attempts == 0:
			attempts++
			cut(w)
		default:
			attempts++
			http.Error(w, "invalid file status deleted, expected missing", http.StatusBadRequest)
		}
	}))
	_, f, err := c.UploadFile(write(t, "name", random(1000)))
	require.Error(t, err)
	var refusal *plik.Error
	require.False(t, errors.As(f.Error(), &refusal), "the first failure is the one that tells, not %v", f.Error())
	require.Equal(t, 2, attempts)
	require.Equal(t, plik.StatusMissing, f.Metadata().Status)
}

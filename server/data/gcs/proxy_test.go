package gcs_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/gcs"
)

// harm is done to a request. It may answer itself, and then returns true.
type harm func(w http.ResponseWriter, r *http.Request, forward http.Handler) bool

// proxy stands between a store and the service.
type proxy struct {
	mu   sync.Mutex
	harm harm
}

func (p *proxy) set(h harm) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.harm = h
}

// proxied returns a store in a hurry that reaches the emulator through a proxy, and one of the same
// folder that does not.
func proxied(t *testing.T) (s, direct *gcs.Store, p *proxy) {
	t.Helper()
	p = &proxy{}
	o := emulator(t)
	direct = open(t, o)
	to, err := url.Parse(o.Endpoint)
	require.NoError(t, err)
	transport := &http.Transport{}
	var front *httptest.Server
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.Out.URL.Scheme, r.Out.URL.Host = to.Scheme, to.Host },
		Transport: transport,
		ModifyResponse: func(r *http.Response) error { // the session of an upload is at a URL
			r.Header.Set("Location", strings.ReplaceAll(r.Header.Get("Location"), to.Host, front.Listener.Addr().String()))
			return nil
		},
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) },
	}
	front = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		h := p.harm
		p.mu.Unlock()
		if h == nil || !h(w, r, forward) {
			forward.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
		transport.CloseIdleConnections()
	})
	o.Endpoint = front.URL
	s = open(t, o)
	s.Hurry()
	return s, direct, p
}

// the kinds of requests
func isUpload(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/upload/") }

func isCompose(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/compose") }

func isGet(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.Query().Get("alt") == "media"
}

func isDelete(r *http.Request) bool { return r.Method == http.MethodDelete }

// isLast tells whether a request ends an upload.
func isLast(r *http.Request) bool {
	return isUpload(r) && (r.URL.Query().Get("uploadType") == "multipart" ||
		r.Header.Get("Content-Range") != "" && !strings.HasSuffix(r.Header.Get("Content-Range"), "/*"))
}

func isWrite(r *http.Request) bool { return isUpload(r) || isCompose(r) || isDelete(r) }

// lose lets the service do it and cuts the connection instead of answering.
func lose(r *http.Request, forward http.Handler) {
	forward.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
	panic(http.ErrAbortHandler)
}

// refused answers all requests of a kind with a status.
func refused(kind func(*http.Request) bool, status int) harm {
	return func(w http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if kind(r) {
			refuse(w, r, status)
		}
		return kind(r)
	}
}

// refuse takes the body first: Google's library fills the buffer of a chunk anew while net/http may still
// send it for an answer that came early, which the race detector reports.
func refuse(w http.ResponseWriter, r *http.Request, status int) {
	_, _ = io.Copy(io.Discard, r.Body) // it may be cut off
	http.Error(w, `{"error": {"message": "no"}}`, status)
}

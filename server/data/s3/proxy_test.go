package s3_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/s3"
)

// proxy stands between a store and the real server and does harm.
type proxy struct {
	mu sync.Mutex
	// harm is asked for each request. It may answer itself, and then returns true.
	harm func(w http.ResponseWriter, r *http.Request, forward http.Handler) bool
}

func (p *proxy) set(harm func(http.ResponseWriter, *http.Request, http.Handler) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.harm = harm
}

// proxied returns a store that reaches the server through a proxy.
func proxied(t *testing.T, change func(*s3.Options)) (*s3.Store, *proxy) {
	t.Helper()
	p := &proxy{}
	o := server(t)
	to := &url.URL{Scheme: "https", Host: o.Endpoint}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots(t, o.CACert), MinVersion: tls.VersionTLS12}, DisableCompression: true}
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(to); r.Out.Host = r.In.Host }, // the host is signed
		Transport: transport,
		ErrorHandler: func(http.ResponseWriter, *http.Request, error) {
			panic(http.ErrAbortHandler)
		},
	}
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		harm := p.harm
		p.mu.Unlock()
		if harm == nil || !harm(w, r, forward) {
			forward.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(func() {
		front.CloseClientConnections()
		front.Close()
		transport.CloseIdleConnections()
	})
	o.Endpoint, o.UseSSL, o.CACert, o.Prefix = strings.TrimPrefix(front.URL, "http://"), false, "", "proxied"
	o.PartSize = s3.MinPartSize
	if change != nil {
		change(&o)
	}
	return openWith(t, o), p
}

func roots(t testing.TB, file string) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(file)
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	return pool
}

// the kinds of requests
func isComplete(r *http.Request) bool {
	return r.Method == http.MethodPost && r.URL.Query().Has("uploadId")
}

func isPart(r *http.Request) bool {
	return r.Method == http.MethodPut && r.URL.Query().Has("partNumber")
}

func isWhole(r *http.Request) bool {
	return r.Method == http.MethodPut && !r.URL.Query().Has("partNumber")
}

func isGet(r *http.Request) bool {
	return r.Method == http.MethodGet && r.URL.RawQuery == ""
}

// refuse answers as the store does.
func refuse(w http.ResponseWriter, status int, code, text string) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<Error><Code>" + code + "</Code><Message>" + text + "</Message></Error>"))
}

// lose lets the store do it and cuts the connection instead of answering.
func lose(r *http.Request, forward http.Handler) {
	forward.ServeHTTP(httptest.NewRecorder(), r.WithContext(context.WithoutCancel(r.Context())))
	panic(http.ErrAbortHandler)
}

// Package openapitest holds real HTTP answers against the OpenAPI document of the API.
//
// A test gives its requests to the client of a Checker. Every answer that differs from
// what docs/api/openapi.yaml says (a status, header, media type or JSON field that is not
// documented, or one that is documented and missing) fails the test. A Coverage collects
// what was exercised, over any number of tests.
package openapitest

import (
	"context"
	"net/http"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/root-gg/plik/docs/api"
)

// TB is the part of testing.TB that a Checker reports to.
type TB interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
}

// parsed keeps the document: it never changes, and parsing takes longer than most tests.
var parsed = sync.OnceValues(func() (*document, error) {
	return load(context.Background(), api.Spec())
})

// Checker validates answers for one test. It is safe for concurrent use.
type Checker struct {
	doc    *document
	covers []*Coverage

	mu    sync.Mutex
	t     TB // nil once the test is over: nothing may be reported any more
	nexts []*http.Transport
}

// New returns a Checker over the API's own document, which it validates first; an
// invalid document ends the test. Exchanges are noted in each of the coverages.
func New(t TB, covers ...*Coverage) *Checker {
	t.Helper()
	doc, err := parsed()
	if err != nil {
		t.Fatalf("openapitest: %v", err)
		return nil
	}
	c := &Checker{doc: doc, covers: append([]*Coverage{{}}, covers...), t: t}
	for _, cover := range c.covers {
		cover.learn(doc)
	}
	t.Cleanup(c.end)
	return c
}

// Document returns the parsed document, for tests of what it says. It must not be changed.
func (c *Checker) Document() *openapi3.T { return c.doc.T }

// Routes returns every documented route as "METHOD /path/{template}".
func (c *Checker) Routes() map[string]bool {
	routes := map[string]bool{}
	for _, p := range c.doc.paths {
		for method := range p.item.Operations() {
			routes[method+" "+p.template] = true
		}
	}
	return routes
}

// Missing returns the documented answers that this Checker has not seen, as
// Coverage.Missing does.
func (c *Checker) Missing() []string { return c.covers[0].Missing() }

// Client returns a client for the server at base ("http://127.0.0.1:8080") that serves
// the API below the path prefix (empty, or "/plik"). It follows no redirects.
// It is closed when the test ends.
func (c *Checker) Client(base, prefix string) *http.Client {
	next := http.DefaultTransport.(*http.Transport).Clone()
	next.Proxy = nil
	next.DisableCompression = true // Content-Length is to be seen as sent
	c.mu.Lock()
	c.nexts = append(c.nexts, next)
	c.mu.Unlock()
	return &http.Client{
		Transport:     c.Transport(next, base, prefix),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// end stops reporting and closes the clients' idle connections.
func (c *Checker) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = nil
	for _, next := range c.nexts {
		next.CloseIdleConnections()
	}
}

// fail reports what is wrong with the answer to r.
func (c *Checker) fail(r *http.Request, status int, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.t == nil {
		return // a body read after the end of the test
	}
	c.t.Helper()
	c.t.Errorf("openapi: %s %s answered %d: %v", r.Method, r.URL.Path, status, err)
}

type foreignKey struct{}

// Foreign marks requests made with ctx as not being of the API (static files, unknown
// paths, broken path syntax): their answers are not checked.
func Foreign(ctx context.Context) context.Context {
	return context.WithValue(ctx, foreignKey{}, true)
}

func isForeign(ctx context.Context) bool {
	foreign, _ := ctx.Value(foreignKey{}).(bool)
	return foreign
}

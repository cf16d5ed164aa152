package openapitest

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Transport checks what next answers, for those who bring a transport of their own. Every
// request must go to base, below prefix, unless it is Foreign. Bodies are checked where they
// are text or JSON; file contents pass through untouched and are never held in memory.
func (c *Checker) Transport(next http.RoundTripper, base, prefix string) http.RoundTripper {
	return &transport{c, next, strings.TrimSuffix(base, "/"), strings.TrimSuffix(prefix, "/")}
}

type transport struct {
	checker *Checker
	next    http.RoundTripper
	base    string
	prefix  string
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := t.next.RoundTrip(r)
	if err != nil || isForeign(r.Context()) {
		return resp, err
	}
	if base := r.URL.Scheme + "://" + r.URL.Host; base != t.base {
		t.checker.fail(r, resp.StatusCode, fmt.Errorf("the request went to %s instead of %s", base, t.base))
		return resp, nil
	}
	t.checker.check(r, resp, t.prefix)
	return resp, nil
}

// check validates resp, but for a body that is still to be read, and notes it as exercised.
func (c *Checker) check(r *http.Request, resp *http.Response, prefix string) {
	template, op, err := c.doc.match(r.Method, r.URL, prefix)
	if err != nil {
		c.fail(r, resp.StatusCode, err)
		return
	}
	var want *openapi3.Response
	switch {
	case op == nil && resp.StatusCode == http.StatusMethodNotAllowed:
		want = c.doc.other.Value
	case op == nil:
		c.fail(r, resp.StatusCode, fmt.Errorf("the method is not documented on %s, 405 was expected", template))
		return
	default:
		// Only the exact status counts, neither "default" nor "4XX".
		ref := op.Responses.Value(fmt.Sprint(resp.StatusCode))
		if ref == nil {
			c.fail(r, resp.StatusCode, fmt.Errorf("the status is not documented for %s %s", r.Method, template))
			return
		}
		want = ref.Value
		for _, cover := range c.covers {
			cover.note(r.Method, template, resp.StatusCode)
		}
	}
	if err := c.doc.checkHeaders(want, resp.Header); err != nil {
		c.fail(r, resp.StatusCode, err)
	}
	c.checkContent(r, resp, want)
}

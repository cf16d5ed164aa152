package handlers

import (
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/throttle"
)

// statuses is the only place where kinds become HTTP statuses.
var statuses = [core.KindCount]int{
	core.KindInternal:        http.StatusInternalServerError,
	core.KindInvalid:         http.StatusBadRequest,
	core.KindUnauthenticated: http.StatusUnauthorized,
	core.KindForbidden:       http.StatusForbidden,
	core.KindNotFound:        http.StatusNotFound,
	core.KindConflict:        http.StatusConflict,
	core.KindGone:            http.StatusGone,
	core.KindTooLarge:        http.StatusRequestEntityTooLarge,
	core.KindRateLimited:     http.StatusTooManyRequests,
	core.KindNoSpace:         http.StatusInsufficientStorage,
	core.KindUnavailable:     http.StatusServiceUnavailable,
	core.KindUnsupported:     http.StatusNotImplemented,
}

// statusError is an answer whose status no Kind stands for.
type statusError struct {
	status int
	err    *core.Error
}

func (e *statusError) Error() string { return e.err.Error() }
func (e *statusError) Unwrap() error { return e.err }

var errMethod = &statusError{http.StatusMethodNotAllowed,
	core.E(core.KindInvalid, "method_not_allowed", "method not allowed")}

// renderError is the only writer of errors.
func (h *Handlers) renderError(w http.ResponseWriter, r *http.Request, err error) {
	scope := middleware.ScopeOf(r)
	p := h.problem(scope, err)
	clearHeaders(w.Header())
	if p.Status == http.StatusUnauthorized {
		if !asksItself(r) {
			w.Header().Set("WWW-Authenticate", challenge(err))
		}
	}
	if wait, ok := throttle.RetryAfter(err); ok {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	}
	if scope.Redirect && p.Status != http.StatusUnauthorized && navigates(r) {
		h.errorPage(w, r, p)
		return
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'")
	w.Header().Set("Cache-Control", "no-store")
	if wantsJSON(r) {
		w.Header().Set("Content-Type", "application/problem+json")
		body, _ := json.Marshal(p) // strings and numbers only
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(p.Status)
		w.Write(body)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(p.Detail)+1))
	w.WriteHeader(p.Status)
	w.Write([]byte(p.Detail + "\n"))
}

// challenge says how to get in. Only for an upload's password a browser may ask its user by itself: it
// does not know the other scheme.
func challenge(err error) string {
	if errors.Is(err, errLogin) {
		return `Session realm="plik"`
	}
	return `Basic realm="plik", charset="UTF-8"`
}

// problem is what a client may know of err.
func (h *Handlers) problem(scope *middleware.Scope, err error) api.Problem {
	p := api.Problem{Type: "about:blank", Status: http.StatusInternalServerError, Code: "internal", Detail: "internal server error"}
	if e, ok := errors.AsType[*core.Error](err); ok {
		p.Status, p.Code, p.Detail = statuses[e.Kind], e.Code, e.Text
	} else if h.Debug {
		p.Detail = strings.SplitN(err.Error(), "\n", 2)[0]
	}
	if e, ok := errors.AsType[*statusError](err); ok {
		p.Status = e.status
	}
	if p.Status >= 500 {
		p.Ref = scope.ID
		p.Detail += " (ref " + scope.ID + ")"
	}
	p.Title = http.StatusText(p.Status)
	return p
}

// clearHeaders drops what a handler said of the body it then did not send.
func clearHeaders(h http.Header) {
	for _, k := range []string{"Content-Length", "Content-Disposition", "Content-Type", "Content-Encoding", "Etag", "Last-Modified", "Accept-Ranges", "Pragma", "Expires"} {
		h.Del(k)
	}
}

// wantsJSON tells whether a client asked for JSON and would not take text. Browsers'
// scripts that list JSON beside text show the body as it is to people.
func wantsJSON(r *http.Request) bool {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if strings.Contains(accept, "application/problem+json") {
		return true
	}
	return strings.Contains(accept, "application/json") && !strings.Contains(accept, "text/") && !strings.Contains(accept, "*/*")
}

// redirects marks routes that people open in their browsers.
func redirects(next middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		middleware.ScopeOf(r).Redirect = true
		return next(w, r)
	}
}

// navigates tells whether a person's browser opens this URL as a page.
func navigates(r *http.Request) bool {
	if r.Method != "GET" && r.Method != "HEAD" {
		return false
	}
	if accept, ok := r.Header["Accept"]; ok {
		return strings.Contains(strings.Join(accept, ","), "text/html")
	}
	return strings.HasPrefix(r.UserAgent(), "Mozilla/")
}

// errorPage sends the browser to the web page, which shows the error.
func (h *Handlers) errorPage(w http.ResponseWriter, r *http.Request, p api.Problem) {
	q := url.Values{}
	q.Set("err", p.Detail)
	q.Set("errcode", strconv.Itoa(p.Status))
	q.Set("uri", r.RequestURI)
	// %20 and not +: the page reads the fragment with decodeURIComponent.
	w.Header().Set("Location", h.Path+"/#/?"+strings.ReplaceAll(q.Encode(), "+", "%20"))
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(http.StatusFound)
}

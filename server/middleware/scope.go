// Package middleware holds the steps that every request passes before its handler,
// as far as they know nothing of uploads.
package middleware

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Handler answers a request or returns why it did not. An error after the answer has
// begun aborts the connection, so that a short body never looks whole.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Middleware is a step around a Handler.
type Middleware func(Handler) Handler

// Chain puts steps around h, the first one outermost.
func Chain(h Handler, steps ...Middleware) Handler {
	for i := len(steps) - 1; i >= 0; i-- {
		h = steps[i](h)
	}
	return h
}

// Scope is what the steps before a handler found out about its request. It belongs to
// the goroutine that serves the request.
type Scope struct {
	ID     string     // request id, in logs and in the body of server errors
	Route  string     // route template, for metrics; empty: none
	IP     netip.Addr // of the client
	Secure bool       // the client speaks TLS, to us or to a trusted proxy

	Who     core.Identity
	Session Session // the user came with; zero: none

	Upload *core.Upload
	Admin  bool // the request has the rights of the upload's creator
	File   *core.File

	// Redirect makes errors go to the web page when a person's browser navigates here.
	Redirect bool
	Err      error // what the handler returned, for the access log
}

// Session is the session of a user, as far as ending it needs to know.
type Session struct {
	ID    string
	Until time.Time // it ends by itself
}

type scopeKey struct{}

// ScopeOf returns the scope of a request that Serve has begun.
func ScopeOf(r *http.Request) *Scope {
	s, _ := r.Context().Value(scopeKey{}).(*Scope)
	return s
}

func withScope(r *http.Request, s *Scope) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), scopeKey{}, s))
}

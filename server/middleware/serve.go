package middleware

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
)

// Observer is told of each request that was served.
type Observer interface {
	Request(method, route string, status int, took time.Duration, received, sent int64)
}

// Server begins and ends each request: it gives it a scope and an id, finds the client's
// address, turns panics into errors, writes the access line and the metrics.
type Server struct {
	Next    http.Handler // reads ScopeOf
	Proxies Proxies
	Log     *logrus.Logger
	Observe Observer // nil: none
	// Render answers with an error. Called only when nothing has been sent yet.
	Render func(w http.ResponseWriter, r *http.Request, err error)
	Now    core.Clock
	Dump   bool // log the headers of requests
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := s.Now()
	scope := &Scope{ID: core.RandomText(10)}
	r = withScope(r, scope)
	out := &writer{ResponseWriter: w, now: s.Now}
	out.Header().Set("X-Request-Id", scope.ID)
	counted := &countingBody{ReadCloser: r.Body}
	r.Body = counted

	aborted := true
	defer func() {
		out.release()
		s.end(out, r, scope, began, counted.n, aborted)
	}()
	err := s.serve(out, r, scope)
	if err != nil {
		scope.Err = err
		if out.Started() {
			panic(http.ErrAbortHandler) // a cut connection, not a short body that looks whole
		}
		s.refuse(out, r, counted, err)
	}
	aborted = false
}

// refuse answers with an error, and sees to it that the client gets it.
func (s *Server) refuse(w *writer, r *http.Request, body *countingBody, err error) {
	lingering := lingers(r, body)
	rc := http.NewResponseController(w)
	if lingering {
		rc.EnableFullDuplex() // or the answer waits for the body
		w.Header().Set("Connection", "close")
	}
	s.Render(w, r, err)
	if lingering {
		linger(rc, body.ReadCloser)
	}
}

// errPanic carries what a handler panicked with.
type errPanic struct {
	value any
	stack []byte
}

func (e *errPanic) Error() string { return fmt.Sprintf("panic: %v\n%s", e.value, e.stack) }

func (s *Server) serve(w http.ResponseWriter, r *http.Request, scope *Scope) (err error) {
	defer func() {
		if v := recover(); v == http.ErrAbortHandler {
			panic(v)
		} else if v != nil {
			err = &errPanic{v, debug.Stack()}
		}
	}()
	if scope.IP, scope.Secure, err = s.Proxies.Client(r); err != nil {
		return err
	}
	if s.Dump {
		dump(s.Log, r, scope)
	}
	s.Next.ServeHTTP(w, r)
	return scope.Err
}

// end writes down what came of the request. It runs also while a panic passes.
func (s *Server) end(w *writer, r *http.Request, scope *Scope, began time.Time, received int64, aborted bool) {
	took := s.Now().Sub(began)
	status := w.status
	switch {
	case r.Context().Err() != nil && (aborted || scope.Err != nil):
		status = StatusClientGone
	case status == 0:
		status = http.StatusOK
	}
	if s.Observe != nil && scope.Route != "" {
		s.Observe.Request(r.Method, scope.Route, status, took, received, w.sent)
	}
	s.access(r, scope, status, took, received, w.sent, aborted)
}

// StatusClientGone stands in the log for a client that left before the answer.
const StatusClientGone = 499

// quiet routes are polled by machines; they are logged at debug level only.
func quiet(path string) bool { return path == "/health" || path == "/ready" }

func (s *Server) access(r *http.Request, scope *Scope, status int, took time.Duration, received, sent int64, aborted bool) {
	level := logrus.InfoLevel
	switch {
	case status >= 500 && status != http.StatusNotImplemented:
		level = logrus.ErrorLevel
	case quiet(r.URL.Path):
		level = logrus.DebugLevel
	}
	if !s.Log.IsLevelEnabled(level) {
		return
	}
	f := logrus.Fields{
		"ip": scope.IP, "method": r.Method,
		"path": path(r, scope), "status": status,
		"took": took, "ref": scope.ID, "in": received, "out": sent,
	}
	if scope.Upload != nil {
		f["upload"] = scope.Upload.ID
	}
	if scope.File != nil {
		f["file"] = scope.File.Name
	}
	if id := scope.Who.ID(); id != "" {
		f["user"] = id
	}
	if scope.Who.By != nil {
		f["by"] = scope.Who.By.ID
	}
	if aborted {
		f["aborted"] = true
	}
	if scope.Err != nil && (level == logrus.ErrorLevel || s.Log.IsLevelEnabled(logrus.DebugLevel) || cause(scope.Err)) {
		f["error"] = scope.Err.Error()
	}
	s.Log.WithFields(f).Log(level, AccessMessage)
}

// path is that of the request, without its query, which may hold a password, and without a secret.
func path(r *http.Request, scope *Scope) string {
	if strings.Contains(scope.Route, "{token}") || strings.Contains(scope.Route, "{tusID}") {
		return scope.Route
	}
	return r.URL.EscapedPath()
}

// cause tells whether an error knows more than its client was told.
func cause(err error) bool {
	e, ok := errors.AsType[*core.Error](err)
	return !ok || e.Err != nil
}

// AccessMessage is the message of an access line; the rest is in its fields.
const AccessMessage = "request"

// countingBody counts what is received.
type countingBody struct {
	io.ReadCloser
	n     int64
	ended bool
}

func (b *countingBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n += int64(n)
	b.ended = b.ended || err == io.EOF
	return n, err
}

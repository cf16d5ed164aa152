// Package tus speaks the resumable upload protocol tus 1.0.0 (https://tus.io/protocols/resumable-upload)
// and, as far as tusd does, the draft of the IETF's HTTP working group (draft-ietf-httpbis-resumable-upload).
// tusd's handler does the protocol; this adds checksums and expiration, and leads to a Store.
package tus

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/tus/tusd/v2/pkg/handler"
	"github.com/tus/tusd/v2/pkg/memorylocker"
	"golang.org/x/exp/slog"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

// Extensions of tus that are spoken.
const (
	extensions = "creation,creation-with-upload,creation-defer-length,termination,concatenation,checksum,expiration"
	algorithms = "sha1,sha256,crc32c"
)

// New is a transfer that a client asks for.
type New struct {
	Length   int64             // bytes; -1: told later
	Metadata map[string]string // decoded
	Raw      string            // as it was sent
	Partial  bool
	Parts    []string // ids of partials to join; empty: its bytes follow
}

// Store does what the protocol asks for. Errors are rendered by who called Serve.
type Store interface {
	Create(ctx context.Context, r *http.Request, n New) (*core.Resumable, error)
	Resumable(ctx context.Context, id string) (*core.Resumable, error)
	Append(ctx context.Context, r *core.Resumable, body uploads.Body, sum *uploads.Checksum) (int64, error)
	SetLength(ctx context.Context, r *core.Resumable, length int64) error
	GiveUp(ctx context.Context, r *core.Resumable) error
	// Describe returns headers that are added to an answer that concerns r.
	Describe(ctx context.Context, req *http.Request, r *core.Resumable, created bool) (http.Header, error)
}

// Options of a Server.
type Options struct {
	Store Store
	Path  string                     // below which the transfers are, such as "/tus/"
	Site  func(*http.Request) string // URL of the server for who asks, without a slash at the end
	Life  time.Duration              // of a transfer that nothing is added to
	// Leases are asked before anything is done to a transfer; nil: there is no other daemon.
	Leases Leases
	Now    core.Clock // nil: time.Now
}

// Server serves the transfers. It is safe for concurrent use.
type Server struct {
	Options
	protocol *handler.UnroutedHandler
}

// NewServer returns a Server.
func NewServer(o Options) (*Server, error) {
	s := &Server{Options: o}
	if o.Now == nil {
		o.Now = time.Now
	}
	locker := locker{memorylocker.New(), o.Leases, o.Now}
	c := handler.NewStoreComposer()
	c.UseCore(dataStore{s})
	c.UseTerminater(dataStore{s})
	c.UseConcater(dataStore{s})
	c.UseLengthDeferrer(dataStore{s})
	c.UseLocker(locker)
	p, err := handler.NewUnroutedHandler(handler.Config{
		StoreComposer: c, BasePath: o.Path, DisableDownload: true, EnableExperimentalProtocol: true,
		Cors:           &handler.CorsConfig{Disable: true},
		Logger:         slog.New(slog.NewTextHandler(io.Discard, nil)), // the access log tells, without the secret in the path
		NetworkTimeout: 5 * time.Minute,
		// The store finishes what it must by itself, and tusd keeps a goroutine for so long.
		GracefulRequestCompletionTimeout: time.Millisecond,
	})
	if err != nil {
		return nil, fmt.Errorf("tus: %w", err)
	}
	s.protocol = p
	return s, nil
}

// Serve answers a request for the transfer id, empty for the creation of one. An error has not
// been answered yet.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request, id string) error {
	e := &exchange{s: s, w: w, req: r, id: id}
	sum, err := checksum(r.Header.Get("Upload-Checksum"))
	if err != nil {
		return err
	}
	e.sum = sum
	ctx, cancel := context.WithCancelCause(r.Context())
	defer cancel(nil)
	e.appending, e.interrupt = ctx, func() { cancel(errInterrupted) }
	r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, e))
	u := *r.URL
	u.Path, u.RawPath = "/"+id, "" // all that tusd wants to see
	r.URL = &u
	e.req = r
	s.protocol.Middleware(http.HandlerFunc(s.dispatch)).ServeHTTP(e, r)
	return e.err
}

// dispatch comes after X-HTTP-Method-Override has had its effect.
func (s *Server) dispatch(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == "POST":
		s.protocol.PostFile(w, r)
	case r.Method == "HEAD":
		s.protocol.HeadFile(w, r)
	case r.Method == "PATCH":
		s.protocol.PatchFile(w, r)
	case r.Method == "DELETE":
		s.protocol.DelFile(w, r)
	default:
		exchangeOf(r.Context()).err = core.E(core.KindInvalid, "method_not_allowed", "method not allowed")
	}
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	e, _ := ctx.Value(exchangeKey{}).(*exchange)
	return e
}

// exchange is a request and its answer, which it completes. An error of the store's takes the place
// of tusd's answer. It belongs to one goroutine.
type exchange struct {
	s   *Server
	w   http.ResponseWriter
	req *http.Request
	id  string // of the URL
	sum *uploads.Checksum

	resumable *core.Resumable // that it is about
	created   bool
	err       error // of the store
	begun     bool

	appending context.Context // ends when another request wants the transfer
	interrupt func()          // ends it, from any goroutine
}

func (e *exchange) Header() http.Header         { return e.w.Header() }
func (e *exchange) Unwrap() http.ResponseWriter { return e.w }

func (e *exchange) WriteHeader(status int) {
	if e.err != nil {
		return
	}
	if status >= 200 {
		e.begun = true
	}
	e.complete(status)
	if e.err != nil {
		return
	}
	e.w.WriteHeader(status)
}

func (e *exchange) Write(p []byte) (int, error) {
	if !e.begun {
		e.WriteHeader(http.StatusOK)
	}
	if e.err != nil {
		return len(p), nil // instead of it
	}
	return e.w.Write(p)
}

// complete adds what tusd does not know of.
func (e *exchange) complete(status int) {
	h := e.Header()
	if h.Get("Tus-Extension") != "" {
		h.Set("Tus-Extension", extensions)
		h.Set("Tus-Checksum-Algorithm", algorithms)
	}
	if to := h.Get("Location"); to != "" { // by how the client reached us, and below our prefix
		h.Set("Location", e.s.url(e.req, to))
	}
	if concat, ok := strings.CutPrefix(h.Get("Upload-Concat"), "final;"); ok {
		urls := strings.Fields(concat)
		for i := range urls {
			urls[i] = e.s.url(e.req, urls[i])
		}
		h.Set("Upload-Concat", "final;"+strings.Join(urls, " "))
	}
	r := e.resumable
	if r == nil || status >= 400 || e.req.Method == "DELETE" {
		return
	}
	h.Set("X-Plik-CRC32", fmt.Sprintf("%08x", r.CRC32)) // of the bytes up to the offset
	if !r.Done {
		h.Set("Upload-Expires", r.UpdatedAt.Add(e.s.Life).UTC().Format(http.TimeFormat))
	}
	more, err := e.s.Store.Describe(e.req.Context(), e.req, r, e.created)
	if err != nil && !e.begun {
		e.err = err
	}
	for k, v := range more {
		h[k] = v
	}
}

// url returns where a transfer is that tusd calls to.
func (s *Server) url(r *http.Request, to string) string {
	return s.Site(r) + s.Path + to[strings.LastIndex(to, "/")+1:]
}

// fail keeps an error of the store for who called Serve, and ends what tusd is doing.
func (e *exchange) fail(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[handler.Error](err); ok {
		return err
	}
	e.err = err
	return handler.NewError("ERR_STORE", "see the answer", http.StatusInternalServerError)
}

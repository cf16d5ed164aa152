// Package handlers is Plik's HTTP API: the routes, what each of them reads from its
// request, and how results and errors are written. What happens in between is in uploads.
package handlers

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/handlers/tus"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/relay"
	"github.com/root-gg/plik/server/uploads"
)

// Options are what the API is made of.
type Options struct {
	Uploads *uploads.Service // mandatory
	Log     *logrus.Logger   // mandatory
	Metrics *metrics.Metrics // nil: none
	Now     core.Clock       // nil: time.Now

	Config any           // body of GET /config
	Build  api.BuildInfo // body of GET /version
	// Effective is the whole configuration without its secrets, for administrators.
	Effective map[string]any
	// ResumableLife is how long half-sent files are kept; 0: uploads cannot be resumed.
	ResumableLife time.Duration
	// Leases keep several daemons from working on one half-sent file; nil: this one is alone.
	Leases tus.Leases
	// TicketKey signs what stands for the password of an upload, 32 bytes at least; nil: nothing does.
	TicketKey []byte
	// RelayKey is what other daemons of the installation sign with when they ask for streams; nil: there are none.
	RelayKey relay.Key
	// Ready tells whether database and store can work; nil: they can.
	Ready func(context.Context) error

	Accounts *accounts.Service // nil: there are no accounts, everybody is anonymous
	Sessions *auth.Sessions    // mandatory with Accounts
	Logins   map[string]*auth.Flow
	Audit    *audit.Log // nil: none

	Path      string // prefix of every URL, without a trailing slash; may be empty
	PublicURL string // where clients find this server; empty: where they asked
	// DownloadDomain is the URL that files must be fetched from; empty: any. It goes to clients
	// as it is. DownloadHosts are the hosts that count as it.
	DownloadDomain string
	DownloadHosts  []string

	Proxies   middleware.Proxies
	Whitelist []netip.Prefix // who may create uploads; empty: everybody
	Strict    bool           // EnhancedWebSecurity
	Debug     bool           // tell clients the causes of server errors
	Dump      bool           // log the headers of requests, without secrets

	// What is served beside the API; nil: nothing.
	Web, Clients, Changelog fs.FS
}

// Handlers is the http.Handler of the whole server. It is safe for concurrent use.
type Handlers struct {
	Options
	http.Handler
	origins *http.CrossOriginProtection
	tus     *tus.Server // nil: uploads cannot be resumed
	tickets *tickets    // nil: there are none
}

// New checks the options and returns the server's handler.
func New(o Options) (*Handlers, error) {
	if o.Uploads == nil || o.Log == nil {
		return nil, errors.New("handlers: Uploads and Log are required")
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Path = strings.TrimRight(o.Path, "/")
	if o.Accounts != nil && o.Sessions == nil {
		return nil, errors.New("handlers: Sessions are required with Accounts")
	}
	h := &Handlers{Options: o, origins: http.NewCrossOriginProtection()}
	if u, err := url.Parse(o.PublicURL); err == nil && u.Host != "" {
		if err := h.origins.AddTrustedOrigin(u.Scheme + "://" + u.Host); err != nil {
			return nil, fmt.Errorf("handlers: PublicURL: %w", err)
		}
	}
	if o.TicketKey != nil {
		h.tickets = &tickets{o.TicketKey, o.Now}
	}
	if o.ResumableLife > 0 {
		var err error
		h.tus, err = tus.NewServer(tus.Options{Store: transfers{o.Uploads, h}, Path: ResumablePath, Site: h.site, Life: o.ResumableLife, Leases: o.Leases, Now: o.Now})
		if err != nil {
			return nil, err
		}
	}
	s := &middleware.Server{
		Next:    h.prefixed(h.router()),
		Proxies: o.Proxies,
		Log:     o.Log,
		Render:  h.renderError,
		Now:     o.Now,
		Dump:    o.Dump,
	}
	if o.Metrics != nil {
		s.Observe = observer{o.Metrics}
	}
	h.Handler = s
	return h, nil
}

// observer counts requests.
type observer struct{ *metrics.Metrics }

func (o observer) Request(method, route string, status int, took time.Duration, received, sent int64) {
	o.Metrics.Request(method, route, status, took)
	o.Received(received)
	o.Sent(sent)
}

// transfer counts a transfer as under way until the returned func is called.
func (h *Handlers) transfer(k metrics.Transfer) (end func()) {
	h.Metrics.Begin(k)
	return func() { h.Metrics.End(k) }
}

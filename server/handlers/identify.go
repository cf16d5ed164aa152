package handlers

import (
	"net/http"

	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

// tokenUse says which API tokens a route takes.
type tokenUse int

const (
	sessionsOnly tokenUse = iota // none
	scopedTokens                 // those of scope read and full; others are as if they were not there
	anyToken
)

// identify finds out who asks: the user of the API token, or else of the session cookie, or
// anonymous. An administrator may act as somebody else, except where only administrators come.
func (h *Handlers) identify(use tokenUse, impersonation bool) middleware.Middleware {
	return func(next middleware.Handler) middleware.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			s := middleware.ScopeOf(r)
			var err error
			if h.Accounts != nil {
				if s.Who, err = h.identity(w, r, s, use); err != nil {
					return err
				}
			}
			if as := r.Header.Get("X-Plik-Impersonate"); as != "" && impersonation {
				if err := h.impersonate(r, s, core.UserID(as)); err != nil {
					return err
				}
			}
			return next(w, r)
		}
	}
}

func (h *Handlers) identity(w http.ResponseWriter, r *http.Request, s *middleware.Scope, use tokenUse) (core.Identity, error) {
	if token := r.Header.Get("X-PlikToken"); token != "" && use != sessionsOnly {
		who, err := h.Accounts.TokenIdentity(r.Context(), token)
		unknown := err != nil && core.KindOf(err) == core.KindForbidden
		switch {
		case use == scopedTokens && (unknown || err == nil && who.Token.Scope == core.ScopeUpload):
			// This route is not for it.
		case err != nil:
			return who, err
		case who.Token.Scope == core.ScopeRead && !safe(r):
			return core.Identity{}, core.E(core.KindForbidden, "token_read_only", "this token may only read")
		default:
			return who, nil
		}
	}
	cookie, err := r.Cookie(auth.SessionCookie)
	if err != nil {
		return core.Identity{}, nil
	}
	who, err := h.session(r, s, cookie.Value)
	if core.KindOf(err) == core.KindForbidden && err != nil {
		h.Sessions.ClearCookies(w, h.secure(s))
	}
	return who, err
}

// session returns who a session cookie is of.
func (h *Handlers) session(r *http.Request, s *middleware.Scope, value string) (core.Identity, error) {
	session, err := h.Sessions.Parse(value)
	if err != nil {
		return core.Identity{}, err
	}
	u, err := h.Accounts.SessionUser(r.Context(), session.User, session.ID(), session.Generation)
	if err != nil {
		return core.Identity{}, err
	}
	if err := auth.CheckXSRF(r, session); err != nil {
		return core.Identity{}, err
	}
	if err := h.sameOrigin(r); err != nil {
		return core.Identity{}, err
	}
	s.Session = middleware.Session{ID: session.ID(), Until: session.ExpireAt}
	return core.Identity{User: u, Admin: u.Admin}, nil
}

// sameOrigin refuses what another site makes a browser send.
func (h *Handlers) sameOrigin(r *http.Request) error {
	if err := h.origins.Check(r); err != nil {
		return core.E(core.KindForbidden, "cross_origin", "cross-origin request refused").Because(err)
	}
	return nil
}

func (h *Handlers) impersonate(r *http.Request, s *middleware.Scope, as core.UserID) error {
	if h.Accounts == nil {
		return core.E(core.KindForbidden, "not_admin", "you need administrator privileges")
	}
	who, err := h.Accounts.Impersonate(r.Context(), s.Who, as)
	if err != nil {
		h.audit(r, audit.Impersonate, string(as), err)
		return err
	}
	s.Who = who
	if !safe(r) {
		h.audit(r, audit.Impersonate, r.Method+" "+s.Route, nil)
	}
	return nil
}

// safe methods change nothing (RFC 9110, section 9.2.1).
func safe(r *http.Request) bool { return r.Method == "GET" || r.Method == "HEAD" }

// secure tells whether cookies may only travel over TLS.
func (h *Handlers) secure(s *middleware.Scope) bool { return s.Secure || h.Strict }

var errLogin = &statusError{http.StatusUnauthorized,
	core.E(core.KindUnauthenticated, "not_authenticated", "you must be authenticated, please login first")}

// known lets through who is somebody.
func known(next middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if middleware.ScopeOf(r).Who.User == nil {
			return errLogin
		}
		return next(w, r)
	}
}

// loggedIn lets through who has a session: it guards the keys to an account.
func loggedIn(next middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if middleware.ScopeOf(r).Who.Token != nil {
			return core.E(core.KindForbidden, "login_required", "a token is not enough for this, please login")
		}
		return next(w, r)
	}
}

// administrators lets through who administrates the server.
func administrators(next middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if !middleware.ScopeOf(r).Who.Admin {
			return core.E(core.KindForbidden, "not_admin", "you need administrator privileges")
		}
		return next(w, r)
	}
}

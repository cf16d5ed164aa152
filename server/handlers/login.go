package handlers

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

// maxAccountJSON is the largest body that concerns accounts, in bytes.
const maxAccountJSON = 64 << 10

var errNoAuthentication = core.E(core.KindInvalid, "authentication_disabled", "authentication is disabled")

func (h *Handlers) localLogin(w http.ResponseWriter, r *http.Request) error {
	if h.Accounts == nil {
		return errNoAuthentication
	}
	if err := h.sameOrigin(r); err != nil { // also who has no session yet is not to be logged in by others
		return err
	}
	var body api.Login
	if err := readJSON(w, r, &body, "request body"); err != nil {
		return err
	}
	known, _ := h.Sessions.Device(r, core.NewUserID(accounts.Local, body.Login))
	u, err := h.Accounts.Login(r.Context(), accounts.Attempt{
		Login: body.Login, Password: body.Password, Address: middleware.ScopeOf(r).IP, Known: known,
	})
	if err != nil {
		h.audit(r, audit.LoginFailed, accounts.Local+":"+body.Login, err)
		return err
	}
	if err := h.begin(w, r, u); err != nil {
		return err
	}
	return writeText(w, "ok")
}

// begin gives a user a session.
func (h *Handlers) begin(w http.ResponseWriter, r *http.Request, u *core.User) error {
	s := middleware.ScopeOf(r)
	session, token, err := h.Sessions.New(u.ID, u.Generation)
	if err != nil {
		return err
	}
	h.Sessions.SetCookies(w, token, session.XSRF, h.secure(s))
	if _, ok := h.Sessions.Device(r, u.ID); !ok {
		h.Sessions.SetDevice(w, h.Sessions.NewDevice(u.ID), h.secure(s))
	}
	s.Who = core.Identity{User: u, Admin: u.Admin}
	h.audit(r, audit.Login, string(u.ID), nil)
	return nil
}

// logout ends the session that the cookie is of, if any, and forgets the cookies.
func (h *Handlers) logout(w http.ResponseWriter, r *http.Request) error {
	if h.Accounts == nil {
		return writeText(w, "")
	}
	s := middleware.ScopeOf(r)
	if c, err := r.Cookie(auth.SessionCookie); err == nil && h.sameSite(r) {
		if session, err := h.Sessions.Parse(c.Value); err == nil {
			if err := h.Accounts.EndSession(r.Context(), session.ID(), session.ExpireAt); err != nil {
				return err
			}
			s.Who = core.Identity{User: &core.User{ID: session.User}}
			h.audit(r, audit.Logout, string(session.User), nil)
		}
		h.Sessions.ClearCookies(w, h.secure(s))
	} else if err != nil {
		h.Sessions.ClearCookies(w, h.secure(s))
	}
	return writeText(w, "")
}

// sameSite tells whether a GET comes from our own page, or from no page at all: old clients log out
// by GET, which other sites could have a browser do.
func (h *Handlers) sameSite(r *http.Request) bool {
	probe := r.Clone(r.Context())
	probe.Method = "POST"
	return h.origins.Check(probe) == nil
}

// flow returns the login of the provider in the URL.
func (h *Handlers) flow(r *http.Request) (*auth.Flow, error) {
	name := mux.Vars(r)["provider"]
	if f := h.Logins[name]; f != nil && h.Accounts != nil {
		return f, nil
	}
	title, ok := providers[name]
	if !ok {
		return nil, core.E(core.KindNotFound, "not_found", "404 page not found")
	}
	return nil, core.E(core.KindInvalid, "provider_disabled", "%s authentication is disabled", title)
}

// providers are the names of those that one may log in with, in routes and for people.
var providers = map[string]string{"google": "Google", "ovh": "OVH", "github": "GitHub", "oidc": "OpenID Connect"}

// providerLogin answers the URL where the provider asks its user.
func (h *Handlers) providerLogin(w http.ResponseWriter, r *http.Request) error {
	f, err := h.flow(r)
	if err != nil {
		return err
	}
	back := h.site(r) + "/auth/" + mux.Vars(r)["provider"] + "/callback"
	to, err := f.Begin(w, r, back, h.secure(middleware.ScopeOf(r)))
	if err != nil {
		return err
	}
	return writeText(w, to)
}

// providerCallback is where the provider sends its user back to.
func (h *Handlers) providerCallback(w http.ResponseWriter, r *http.Request) error {
	f, err := h.flow(r)
	if err != nil {
		return err
	}
	u, err := h.finish(w, r, f)
	if err != nil {
		h.audit(r, audit.LoginFailed, mux.Vars(r)["provider"], err)
		return err
	}
	if err := h.begin(w, r, u); err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Location", h.Path+"/#/login")
	w.WriteHeader(http.StatusFound)
	return nil
}

func (h *Handlers) finish(w http.ResponseWriter, r *http.Request, f *auth.Flow) (*core.User, error) {
	p, err := f.Finish(w, r)
	if err != nil {
		return nil, err
	}
	u, created, err := h.Accounts.LoginAs(r.Context(), accounts.Profile{
		Provider: p.Provider, Login: p.Login, Name: p.Name, Email: p.Email, Admin: p.Admin,
	}, func() error {
		if !h.trusts(middleware.ScopeOf(r).IP) {
			return core.E(core.KindForbidden, "ip_not_whitelisted", "unable to create user from untrusted source IP address")
		}
		return nil
	})
	if created {
		h.audit(r, audit.UserCreate, string(u.ID), nil)
	}
	return u, err
}

package handlers

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

// beginDevice lets a program without a browser ask for a token.
func (h *Handlers) beginDevice(w http.ResponseWriter, r *http.Request) error {
	if h.Accounts == nil {
		return errNoAuthentication
	}
	var body api.NewDeviceLogin
	if err := readJSON(w, r, &body, "request body"); err != nil && !errors.Is(err, errEmpty) {
		return err
	}
	secret, d, err := h.Accounts.BeginDeviceLogin(r.Context(), body.Comment, middleware.ScopeOf(r).IP)
	if err != nil {
		return err
	}
	page := h.site(r) + "/#/confirm"
	return writeJSON(w, api.DeviceLogin{
		DeviceCode: secret, UserCode: d.UserCode, VerificationURI: page,
		VerificationURIComplete: page + "?code=" + url.QueryEscape(d.UserCode),
		ExpiresIn:               int(accounts.DeviceLife / time.Second), Interval: int(accounts.DeviceInterval / time.Second),
	})
}

// deviceToken answers the token once the user has confirmed.
func (h *Handlers) deviceToken(w http.ResponseWriter, r *http.Request) error {
	if h.Accounts == nil {
		return errNoAuthentication
	}
	var body api.DeviceCode
	if err := readJSON(w, r, &body, "request body"); err != nil {
		return err
	}
	t, err := h.Accounts.DeviceToken(r.Context(), body.DeviceCode)
	if err != nil {
		return err
	}
	return writeJSON(w, tokenJSON(t))
}

// device returns what the code of the URL stands for.
func (h *Handlers) device(r *http.Request) (*core.DeviceLogin, error) {
	s := middleware.ScopeOf(r)
	return h.Accounts.DeviceLogin(r.Context(), s.Who.ID(), s.IP, mux.Vars(r)["userCode"])
}

func (h *Handlers) getDevice(w http.ResponseWriter, r *http.Request) error {
	d, err := h.device(r)
	if err != nil {
		return err
	}
	return writeJSON(w, api.DeviceRequest{
		UserCode: d.UserCode, Comment: d.Comment, RemoteIP: d.RemoteIP, CreatedAt: d.CreatedAt, ExpireAt: d.ExpireAt,
	})
}

func (h *Handlers) decideDevice(w http.ResponseWriter, r *http.Request) error {
	var body api.DeviceDecision
	if err := readJSON(w, r, &body, "request body"); err != nil {
		return err
	}
	d, err := h.device(r)
	if err != nil {
		return err
	}
	n := accounts.NewToken{Scope: core.TokenScope(body.Scope)}
	if n.Scope == "" {
		n.Scope = core.ScopeFull
	}
	switch {
	case body.TTL < 0:
		return core.E(core.KindInvalid, "expiry_invalid", "invalid token expiry, use seconds")
	case body.TTL > 0:
		n.ExpireAt = h.Now().UTC().Add(time.Duration(body.TTL) * time.Second)
	}
	user := middleware.ScopeOf(r).Who.ID()
	if err := h.Accounts.DecideDeviceLogin(r.Context(), user, d, body.Approve, n); err != nil {
		return err
	}
	if body.Approve {
		h.audit(r, audit.TokenCreate, string(user), nil)
	}
	return writeText(w, "ok")
}

package handlers

import (
	"net/http"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

// target returns the user that the URL names: oneself, or anybody for administrators.
func (h *Handlers) target(r *http.Request) (*core.User, error) {
	who := middleware.ScopeOf(r).Who
	id := core.UserID(mux.Vars(r)["userID"])
	if id == who.ID() {
		return who.User, nil
	}
	if !who.Admin {
		return nil, core.E(core.KindForbidden, "not_admin", "you need administrator privileges")
	}
	return h.Accounts.User(r.Context(), id)
}

func (h *Handlers) getUser(w http.ResponseWriter, r *http.Request) error {
	u, err := h.target(r)
	if err != nil {
		return err
	}
	return writeJSON(w, userJSON(u))
}

func (h *Handlers) createUser(w http.ResponseWriter, r *http.Request) error {
	var body api.NewUser
	if err := readJSON(w, r, &body, "user"); err != nil {
		return err
	}
	u, err := h.Accounts.CreateUser(r.Context(), accounts.NewUser{
		Provider: body.Provider, Login: body.Login, Password: body.Password, Name: body.Name, Email: body.Email,
		Admin:  body.Admin,
		Limits: core.Limits{MaxFileSize: body.MaxFileSize, MaxUserSize: body.MaxUserSize, MaxTTL: body.MaxTTL},
	})
	h.audit(r, audit.UserCreate, body.Provider+":"+body.Login, err)
	if err != nil {
		return err
	}
	return writeJSON(w, userJSON(u))
}

func (h *Handlers) updateUser(w http.ResponseWriter, r *http.Request) error {
	u, err := h.target(r)
	if err != nil {
		return err
	}
	var body api.UserChange
	if err := readJSON(w, r, &body, "user"); err != nil {
		return err
	}
	if body.ID != string(u.ID) {
		return core.E(core.KindInvalid, "user_mismatch", "user id mismatch")
	}
	s := middleware.ScopeOf(r)
	c := accounts.UserChange{
		Name: body.Name, Email: body.Email, Admin: body.Admin,
		MaxFileSize: body.MaxFileSize, MaxUserSize: body.MaxUserSize, MaxTTL: body.MaxTTL,
	}
	if s.Who.By != nil && u.ID == s.Who.ID() {
		c.Admin = nil // what GET /me said of it are the rights of who acts
	}
	if body.Password != "" {
		c.Password = &body.Password
	}
	u, err = h.Accounts.UpdateUser(r.Context(), s.Who, u.ID, c)
	h.audit(r, audit.UserUpdate, body.ID, err)
	if err != nil {
		return err
	}
	if c.Password != nil {
		if err := h.passwordChanged(w, r, u); err != nil {
			return err
		}
	}
	return writeJSON(w, userJSON(u))
}

// passwordChanged lets the session that changed its user's password go on, in a new one: all
// others are over.
func (h *Handlers) passwordChanged(w http.ResponseWriter, r *http.Request, u *core.User) error {
	h.audit(r, audit.PasswordChanged, string(u.ID), nil)
	s := middleware.ScopeOf(r)
	if s.Who.By != nil || u.ID != s.Who.ID() {
		return nil
	}
	session, token, err := h.Sessions.New(u.ID, u.Generation)
	if err != nil {
		return err
	}
	h.Sessions.SetCookies(w, token, session.XSRF, h.secure(s))
	return nil
}

func (h *Handlers) removeUser(w http.ResponseWriter, r *http.Request) error {
	u, err := h.target(r)
	if err != nil {
		return err
	}
	return h.deleteUser(w, r, u)
}

func (h *Handlers) deleteUser(w http.ResponseWriter, r *http.Request, u *core.User) error {
	err := h.Accounts.DeleteUser(r.Context(), u.ID)
	h.audit(r, audit.UserDelete, string(u.ID), err)
	if err != nil {
		return err
	}
	return writeText(w, "ok")
}

func (h *Handlers) getUsers(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	list, err := h.Accounts.Users(r.Context(), core.UserFilter{Provider: q.Get("provider"), Query: q.Get("q")}, p)
	if err != nil {
		return err
	}
	return writeJSON(w, pageJSON(list, userJSON))
}

func userJSON(u *core.User) *api.User {
	return &api.User{
		ID: string(u.ID), Provider: u.Provider, Login: u.Login, Name: u.Name, Email: u.Email, Admin: u.Admin,
		MaxFileSize: u.MaxFileSize, MaxUserSize: u.MaxUserSize, MaxTTL: u.MaxTTL, CreatedAt: u.CreatedAt,
	}
}

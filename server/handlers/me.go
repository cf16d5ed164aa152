package handlers

import (
	"fmt"
	"net/http"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

func (h *Handlers) getMe(w http.ResponseWriter, r *http.Request) error {
	who := middleware.ScopeOf(r).Who
	out := userJSON(who.User)
	if who.By != nil {
		out.Admin = who.Admin // the rights of who acts stay, and the page shows what they open
	}
	return writeJSON(w, out)
}

func (h *Handlers) removeMe(w http.ResponseWriter, r *http.Request) error {
	return h.deleteUser(w, r, middleware.ScopeOf(r).Who.User)
}

// endSessions ends all sessions of the user, this one among them.
func (h *Handlers) endSessions(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	if _, err := h.Accounts.EndSessions(r.Context(), s.Who.ID()); err != nil {
		return err
	}
	h.audit(r, audit.SessionsEnded, string(s.Who.ID()), nil)
	if s.Who.By == nil {
		h.Sessions.ClearCookies(w, h.secure(s))
	}
	return writeText(w, "ok")
}

// ownToken returns the token that the query narrows a list down to, which must be the user's.
func (h *Handlers) ownToken(r *http.Request) (string, error) {
	token := r.URL.Query().Get("token")
	if token == "" {
		return "", nil
	}
	return token, h.Accounts.OwnsToken(r.Context(), middleware.ScopeOf(r).Who.ID(), token)
}

func (h *Handlers) getMyUploads(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	token, err := h.ownToken(r)
	if err != nil {
		return err
	}
	who := middleware.ScopeOf(r).Who
	q := r.URL.Query()
	list, err := h.Accounts.Uploads(r.Context(), core.UploadFilter{
		User: who.ID(), Token: token, Query: q.Get("q"), BySize: q.Get("sort") == "size",
	}, p)
	if err != nil {
		return err
	}
	return writeJSON(w, pageJSON(list, func(u *core.Upload) *api.Upload { return listedJSON(u, who) }))
}

func (h *Handlers) removeMyUploads(w http.ResponseWriter, r *http.Request) error {
	token, err := h.ownToken(r)
	if err != nil {
		return err
	}
	id := middleware.ScopeOf(r).Who.ID()
	n, err := h.Accounts.RemoveUploads(r.Context(), id, token)
	if err != nil {
		return err
	}
	h.audit(r, audit.UploadsDelete, string(id), nil)
	return writeText(w, fmt.Sprintf("%d uploads removed", n))
}

func (h *Handlers) getMyStats(w http.ResponseWriter, r *http.Request) error {
	token, err := h.ownToken(r)
	if err != nil {
		return err
	}
	st, err := h.Accounts.UserStats(r.Context(), middleware.ScopeOf(r).Who.ID(), token)
	if err != nil {
		return err
	}
	return writeJSON(w, api.UserStats{Uploads: st.Uploads, Files: st.Files, TotalSize: st.TotalSize})
}

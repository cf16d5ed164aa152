package handlers

import (
	"net/http"
	"strconv"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

func (h *Handlers) getUploads(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	list, err := h.Accounts.Uploads(r.Context(), core.UploadFilter{
		Anyone: true, User: core.UserID(q.Get("user")), Token: q.Get("token"), Query: q.Get("q"), BySize: q.Get("sort") == "size",
	}, p)
	if err != nil {
		return err
	}
	who := middleware.ScopeOf(r).Who
	return writeJSON(w, pageJSON(list, func(u *core.Upload) *api.Upload { return listedJSON(u, who) }))
}

// listedJSON is u in a list of its owner's or an administrator's.
func listedJSON(u *core.Upload, who core.Identity) *api.Upload {
	out := uploadFields(u)
	out.UploadIP, out.User = u.RemoteIP, string(u.User)
	// A token that may only read, or only what was made with it, must not get more out of a list.
	if who.Token == nil || who.Token.Scope == core.ScopeFull {
		out.UploadToken = u.UploadToken
	}
	out.Token = u.Token
	if who.User.ID != u.User || who.By != nil || who.Token != nil && who.Token.Token != u.Token {
		out.Token = hint(u.Token)
	}
	if out.Files == nil {
		out.Files = []*api.File{}
	}
	return out
}

func (h *Handlers) getStats(w http.ResponseWriter, r *http.Request) error {
	st, err := h.Accounts.Stats(r.Context())
	if err != nil {
		return err
	}
	return writeJSON(w, api.ServerStats{
		Users: st.Users, Uploads: st.Uploads, AnonymousUploads: st.AnonymousUploads, Files: st.Files,
		TotalSize: st.TotalSize, AnonymousTotalSize: st.AnonymousSize,
	})
}

const (
	defaultDays = 30
	maxDays     = 366
	topLimit    = 10
)

func (h *Handlers) getSeries(w http.ResponseWriter, r *http.Request) error {
	n := defaultDays
	if v := r.URL.Query().Get("days"); v != "" {
		var err error
		if n, err = strconv.Atoi(v); err != nil || n < 1 || n > maxDays {
			return core.E(core.KindInvalid, "days_invalid", "invalid days, use 1 to %d", maxDays)
		}
	}
	days, err := h.Accounts.Days(r.Context(), n)
	if err != nil {
		return err
	}
	out := api.Series{Days: []api.Figures{}}
	for _, d := range days {
		out.Days = append(out.Days, figuresJSON(d))
	}
	return writeJSON(w, out)
}

func (h *Handlers) getTop(w http.ResponseWriter, r *http.Request) error {
	users, types, err := h.Accounts.Top(r.Context(), topLimit)
	if err != nil {
		return err
	}
	out := api.Top{Users: []api.Figures{}, Types: []api.Figures{}}
	for _, u := range users {
		out.Users = append(out.Users, figuresJSON(u))
	}
	for _, t := range types {
		out.Types = append(out.Types, figuresJSON(t))
	}
	return writeJSON(w, out)
}

func (h *Handlers) getEffective(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	return writeJSON(w, h.Effective)
}

func figuresJSON(f core.Figures) api.Figures {
	return api.Figures{Name: f.Name, Uploads: f.Uploads, Files: f.Files, Bytes: f.Bytes}
}

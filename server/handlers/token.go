package handlers

import (
	"errors"
	"net/http"
	"time"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

func (h *Handlers) getTokens(w http.ResponseWriter, r *http.Request) error {
	p, err := page(r)
	if err != nil {
		return err
	}
	who := middleware.ScopeOf(r).Who
	list, err := h.Accounts.Tokens(r.Context(), who.ID(), p)
	if err != nil {
		return err
	}
	return writeJSON(w, pageJSON(list, func(t *core.Token) *api.Token {
		out := tokenJSON(t)
		if who.Token != nil && who.Token.Token != t.Token || who.By != nil {
			out.Token = hint(t.Token) // one key does not open the others
		}
		return out
	}))
}

func (h *Handlers) createToken(w http.ResponseWriter, r *http.Request) error {
	var body api.NewToken
	if err := readJSON(w, r, &body, "request body"); err != nil && !errors.Is(err, errEmpty) {
		return err
	}
	n := accounts.NewToken{Comment: body.Comment, Scope: core.TokenScope(body.Scope)}
	switch {
	case body.TTL < 0 || body.TTL > 0 && body.ExpireAt != nil:
		return core.E(core.KindInvalid, "expiry_invalid", "invalid token expiry, use either ttl, in seconds, or expireAt")
	case body.TTL > 0:
		n.ExpireAt = h.Now().UTC().Add(time.Duration(body.TTL) * time.Second)
	case body.ExpireAt != nil:
		n.ExpireAt = body.ExpireAt.UTC()
	}
	user := middleware.ScopeOf(r).Who.ID()
	t, err := h.Accounts.CreateToken(r.Context(), user, n)
	if err != nil {
		return err
	}
	h.audit(r, audit.TokenCreate, string(user), nil)
	return writeJSON(w, tokenJSON(t))
}

func (h *Handlers) removeToken(w http.ResponseWriter, r *http.Request) error {
	user := middleware.ScopeOf(r).Who.ID()
	if err := h.Accounts.DeleteToken(r.Context(), user, mux.Vars(r)["token"]); err != nil {
		return err
	}
	h.audit(r, audit.TokenDelete, string(user), nil)
	return writeText(w, "ok")
}

func tokenJSON(t *core.Token) *api.Token {
	out := &api.Token{
		Token: t.Token, Comment: t.Comment, CreatedAt: t.CreatedAt,
		ExpireAt: timeOrNull(t.ExpireAt), LastUsedAt: timeOrNull(t.LastUsedAt),
	}
	if t.Scope != core.ScopeUpload {
		out.Scope = string(t.Scope)
	}
	return out
}

// hint is enough of a token to tell it from others, and too little to use it.
func hint(token string) string {
	if len(token) < 16 {
		return ""
	}
	return token[:8] + "…"
}

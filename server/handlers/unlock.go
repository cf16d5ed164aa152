package handlers

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/uploads"
)

const (
	unlockCookie = "plik-unlock-" // and the upload's id
	unlockLife   = time.Hour
)

// tickets prove that somebody has shown the password of an upload. One is good for an hour, for
// that upload, and for as long as it has that password.
type tickets struct {
	key []byte
	now core.Clock
}

func (t *tickets) issue(u *core.Upload) string {
	var end [8]byte
	binary.BigEndian.PutUint64(end[:], uint64(t.now().Add(unlockLife).Unix()))
	return base64.RawURLEncoding.EncodeToString(append(end[:], t.sign(u, end[:])...))
}

func (t *tickets) sign(u *core.Upload, end []byte) []byte {
	mac := hmac.New(sha256.New, t.key)
	mac.Write(end)
	// The stored password has a salt of its own: a later upload under the same id has another one.
	mac.Write([]byte(string(u.ID) + "\x00" + u.Password))
	return mac.Sum(nil)
}

func (t *tickets) valid(u *core.Upload, ticket string) bool {
	raw, err := base64.RawURLEncoding.DecodeString(ticket)
	if err != nil || len(raw) != 8+sha256.Size || !hmac.Equal(raw[8:], t.sign(u, raw[:8])) {
		return false
	}
	return t.now().Unix() < int64(binary.BigEndian.Uint64(raw[:8]))
}

// unlocked tells whether a request carries a ticket for u: as a cookie, or in its query where cookies
// do not go, on another download domain.
func (h *Handlers) unlocked(r *http.Request, u *core.Upload) bool {
	if h.tickets == nil {
		return false
	}
	if c, err := r.Cookie(unlockCookie + string(u.ID)); err == nil && h.tickets.valid(u, c.Value) {
		return true
	}
	ticket := r.URL.Query().Get("ticket")
	return ticket != "" && h.tickets.valid(u, ticket)
}

// unlock takes the password of an upload and gives the browser a cookie for its files, so that links
// and players work. The body has login and password, or the request has Basic credentials.
func (h *Handlers) unlock(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	if h.tickets == nil {
		return core.E(core.KindUnsupported, "unlock_unsupported", "this server gives no tickets")
	}
	if !s.Upload.ProtectedByPassword {
		return core.E(core.KindInvalid, "not_protected", "this upload has no password")
	}
	ticket := h.tickets.issue(s.Upload)
	http.SetCookie(w, &http.Cookie{
		Name: unlockCookie + string(s.Upload.ID), Value: ticket, Path: h.Path + "/", MaxAge: int(unlockLife / time.Second),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.secure(s),
	})
	return writeJSON(w, api.Ticket{Ticket: ticket, ExpireAt: h.Now().UTC().Add(unlockLife).Truncate(time.Second)})
}

// typed lets the password of an upload come in the body, as pages ask for it.
func (h *Handlers) typed(next middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		var body api.Login
		err := readJSON(w, r, &body, "request body")
		if err != nil && !errors.Is(err, errEmpty) {
			return err
		}
		if body.Password != "" {
			if body.Login == "" {
				body.Login = uploads.DefaultLogin
			}
			r = r.Clone(r.Context())
			r.SetBasicAuth(body.Login, body.Password)
		}
		return next(w, r)
	}
}

// asksItself tells whether a page asks for passwords by itself, so that the browser must not.
func asksItself(r *http.Request) bool { return strings.EqualFold(r.Header.Get("X-Plik-Auth"), "form") }

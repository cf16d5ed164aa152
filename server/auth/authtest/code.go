package authtest

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// grant is what a code, and then a token, stands for.
type grant struct {
	user                               User
	redirect, challenge, nonce, scopes string
}

// codes is the authorization code flow (RFC 6749, 4.1) with PKCE (RFC 7636), both required.
type codes struct {
	server *Server
	iss    string // added to the way back (RFC 9207); empty: not
	basic  bool   // the client's secret comes by Basic, else in the form
	// respond answers with a token, refuse with an error.
	respond func(w http.ResponseWriter, g grant, token string)
	refuse  func(w http.ResponseWriter, status int, code string)

	mu     sync.Mutex
	codes  map[string]grant
	tokens map[string]grant
}

func newCodes(s *Server) *codes {
	return &codes{
		server: s, codes: map[string]grant{}, tokens: map[string]grant{},
		respond: func(w http.ResponseWriter, g grant, token string) {
			reply(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 3600, "scope": g.scopes})
		},
		refuse: func(w http.ResponseWriter, status int, code string) {
			reply(w, status, map[string]any{"error": code, "error_description": "the stand-in does not take it"})
		},
	}
}

// authorize is the page where the user logs in and agrees.
func (c *codes) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	back, err := url.Parse(q.Get("redirect_uri"))
	if err != nil || !back.IsAbs() || q.Get("client_id") != ClientID {
		http.Error(w, "unknown client or address", http.StatusBadRequest)
		return
	}
	user, refuses := c.server.present()
	out := url.Values{"state": {q.Get("state")}}
	if c.iss != "" {
		out.Set("iss", c.iss)
	}
	switch {
	case q.Get("response_type") != "code", q.Get("code_challenge_method") != "S256", q.Get("code_challenge") == "":
		out.Set("error", "invalid_request")
	case refuses:
		out.Set("error", "access_denied")
	default:
		code := rand.Text()
		out.Set("code", code)
		c.mu.Lock()
		c.codes[code] = grant{
			user: user, redirect: q.Get("redirect_uri"), challenge: q.Get("code_challenge"),
			nonce: q.Get("nonce"), scopes: q.Get("scope"),
		}
		c.mu.Unlock()
	}
	back.RawQuery = out.Encode()
	http.Redirect(w, r, back.String(), http.StatusFound)
}

// token trades a code for a token, once.
func (c *codes) token(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.ParseForm() != nil || r.PostForm.Get("grant_type") != "authorization_code" {
		c.refuse(w, http.StatusBadRequest, "unsupported_grant_type")
		return
	}
	id, secret := r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	if c.basic {
		id, secret, _ = r.BasicAuth()
	}
	if id != ClientID || secret != ClientSecret {
		c.refuse(w, http.StatusUnauthorized, "invalid_client")
		return
	}
	c.mu.Lock()
	g, ok := c.codes[r.PostForm.Get("code")]
	delete(c.codes, r.PostForm.Get("code"))
	c.mu.Unlock()
	sum := sha256.Sum256([]byte(r.PostForm.Get("code_verifier")))
	challenge := base64.RawURLEncoding.EncodeToString(sum[:])
	if !ok || r.PostForm.Get("redirect_uri") != g.redirect || subtle.ConstantTimeCompare([]byte(challenge), []byte(g.challenge)) != 1 {
		c.refuse(w, http.StatusBadRequest, "invalid_grant")
		return
	}
	token := rand.Text()
	c.mu.Lock()
	c.tokens[token] = g
	c.mu.Unlock()
	c.respond(w, g, token)
}

// guarded serves who comes with a token of these scopes.
func (c *codes) guarded(h func(w http.ResponseWriter, r *http.Request, g grant), scopes ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		c.mu.Lock()
		g, known := c.tokens[token]
		c.mu.Unlock()
		switch {
		case !ok || !known:
			reply(w, http.StatusUnauthorized, map[string]any{"message": "Bad credentials"})
		case !hasScopes(g.scopes, scopes...):
			reply(w, http.StatusForbidden, map[string]any{"message": "insufficient scope"})
		default:
			h(w, r, g)
		}
	}
}

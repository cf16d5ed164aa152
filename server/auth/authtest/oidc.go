package authtest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/root-gg/plik/server/auth/oidc"
)

// keyBits is as short as can be, so that a test does not wait for a key.
const keyBits = 1024

// OIDCServer is a stand-in for an OpenID Connect provider.
type OIDCServer struct {
	*Server
	Key *rsa.PrivateKey // signs the ID tokens

	mu     sync.Mutex
	tamper func(claims jwt.MapClaims)
	sign   func(claims jwt.MapClaims) (string, error)
}

// OIDC starts a stand-in for an OpenID Connect provider, which signs with RS256. Its paths are those
// the discovery document names: /auth, /token, /userinfo and /keys.
func OIDC(t testing.TB) *OIDCServer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, keyBits)
	if err != nil {
		t.Fatal(err)
	}
	s := &OIDCServer{Server: start(t), Key: key}
	c := newCodes(s.Server)
	c.iss, c.basic, c.respond = s.URL, true, s.respond
	s.mux.HandleFunc("GET /.well-known/openid-configuration", s.discovery)
	s.mux.HandleFunc("GET /keys", s.keys)
	s.mux.HandleFunc("GET /auth", c.authorize)
	s.mux.HandleFunc("POST /token", c.token)
	s.mux.HandleFunc("GET /userinfo", c.guarded(func(w http.ResponseWriter, _ *http.Request, g grant) {
		reply(w, http.StatusOK, profile(g))
	}, "openid"))
	return s
}

// Options returns the options of a provider that uses the stand-in.
func (s *OIDCServer) Options() oidc.Options {
	return oidc.Options{Issuer: s.URL, ClientID: ClientID, ClientSecret: ClientSecret}
}

// Tamper changes the claims of ID tokens before they are signed; nil: not.
func (s *OIDCServer) Tamper(f func(claims jwt.MapClaims)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tamper = f
}

// SignWith makes the ID tokens of claims otherwise than with Key; nil: with it.
func (s *OIDCServer) SignWith(f func(claims jwt.MapClaims) (string, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sign = f
}

func (s *OIDCServer) discovery(w http.ResponseWriter, _ *http.Request) {
	reply(w, http.StatusOK, s.Document())
}

// Document returns the discovery document.
func (s *OIDCServer) Document() map[string]any {
	return map[string]any{
		"issuer":                                s.URL,
		"authorization_endpoint":                s.URL + "/auth",
		"token_endpoint":                        s.URL + "/token",
		"userinfo_endpoint":                     s.URL + "/userinfo",
		"jwks_uri":                              s.URL + "/keys",
		"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		"token_endpoint_auth_methods_supported": []string{"client_secret_basic"},
		"code_challenge_methods_supported":      []string{"S256"},
		"response_types_supported":              []string{"code"},
		"subject_types_supported":               []string{"public"},
	}
}

func (s *OIDCServer) keys(w http.ResponseWriter, _ *http.Request) {
	b64 := base64.RawURLEncoding.EncodeToString
	reply(w, http.StatusOK, map[string]any{"keys": []map[string]any{{
		"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1",
		"n": b64(s.Key.N.Bytes()), "e": b64(big.NewInt(int64(s.Key.E)).Bytes()),
	}}})
}

func (s *OIDCServer) respond(w http.ResponseWriter, g grant, token string) {
	s.mu.Lock()
	tamper, sign := s.tamper, s.sign
	s.mu.Unlock()
	sum := sha256.Sum256([]byte(token))
	claims := profile(g)
	claims["iss"], claims["aud"], claims["nonce"] = s.URL, ClientID, g.nonce
	claims["iat"], claims["exp"] = time.Now().Unix(), time.Now().Add(time.Hour).Unix()
	claims["at_hash"] = base64.RawURLEncoding.EncodeToString(sum[:len(sum)/2])
	if tamper != nil {
		tamper(claims)
	}
	if sign == nil {
		sign = func(c jwt.MapClaims) (string, error) {
			t := jwt.NewWithClaims(jwt.SigningMethodRS256, c)
			t.Header["kid"] = "k1"
			return t.SignedString(s.Key)
		}
	}
	id, err := sign(claims)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	reply(w, http.StatusOK, map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 3600, "id_token": id})
}

// profile returns the claims of the user that the granted scopes allow.
func profile(g grant) jwt.MapClaims {
	out := jwt.MapClaims{"sub": g.user.Login}
	if hasScopes(g.scopes, "email") && g.user.Email != "" {
		out["email"], out["email_verified"] = g.user.Email, g.user.Verified
	}
	if hasScopes(g.scopes, "profile") {
		out["name"] = g.user.Name
	}
	if g.user.Groups != nil {
		out["groups"] = g.user.Groups
	}
	return out
}

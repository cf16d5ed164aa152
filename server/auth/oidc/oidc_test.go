package oidc_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/auth/oidc"
	"github.com/root-gg/plik/server/core"
)

func newSite(t *testing.T, s *authtest.OIDCServer, change func(*oidc.Options)) *authtest.Site {
	t.Helper()
	o := s.Options()
	if change != nil {
		change(&o)
	}
	p, err := oidc.New(o)
	require.NoError(t, err)
	return authtest.NewSite(t, p, nil)
}

func TestLogin(t *testing.T) {
	t.Parallel()
	site := newSite(t, authtest.OIDC(t), nil)
	for range 2 {
		p, err := site.Login(t, authtest.Browser(t))
		require.NoError(t, err)
		require.Equal(t, &auth.Profile{
			Provider: "oidc", Login: "alice", Name: "Alice Liddell", Email: "alice@example.com", EmailVerified: true,
		}, p)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	p, err := oidc.New(oidc.Options{Issuer: "https://login.example.com/", ClientID: "plik"})
	require.NoError(t, err)
	require.Equal(t, []string{"oidc", "OpenID Connect"}, []string{p.Name(), p.Title()})
	p, err = oidc.New(oidc.Options{Issuer: "https://login.example.com/", ClientID: "plik", Name: "ACME"})
	require.NoError(t, err)
	require.Equal(t, "ACME", p.Title())
	for _, o := range []oidc.Options{
		{}, {Issuer: "https://login.example.com"}, {ClientID: "x"}, {ClientID: "x", Issuer: "login.example.com"},
		{ClientID: "x", Issuer: "ftp://x"}, {ClientID: "x", Issuer: "https://x?y"}, {ClientID: "x", Issuer: "https://u:p@x"},
		{ClientID: "x", Issuer: "https://x", Domains: []string{"a@b"}},
	} {
		_, err := oidc.New(o)
		require.Error(t, err)
	}
}

func TestScopes(t *testing.T) {
	t.Parallel()
	site := newSite(t, authtest.OIDC(t), func(o *oidc.Options) { o.Scopes = []string{"groups", "email"} })
	to, err := site.Begin(t.Context(), authtest.Browser(t))
	require.NoError(t, err)
	u, err := url.Parse(to)
	require.NoError(t, err)
	require.Equal(t, "openid email profile groups", u.Query().Get("scope"))
	require.Equal(t, "S256", u.Query().Get("code_challenge_method"))
	require.Len(t, u.Query().Get("nonce"), 43)
	require.NotContains(t, to, authtest.ClientSecret)
}

// An ID token that is not exactly what it must be is worth nothing.
func TestIDToken(t *testing.T) {
	t.Parallel()
	s := authtest.OIDC(t)
	public, err := x509.MarshalPKIXPublicKey(&s.Key.PublicKey)
	require.NoError(t, err)
	strange, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	set := func(name string, value any) func(jwt.MapClaims) { return func(c jwt.MapClaims) { c[name] = value } }
	with := func(m jwt.SigningMethod, key any) func(jwt.MapClaims) (string, error) {
		return func(c jwt.MapClaims) (string, error) {
			token := jwt.NewWithClaims(m, c)
			token.Header["kid"] = "k1"
			return token.SignedString(key)
		}
	}
	text := func(id string) func(jwt.MapClaims) (string, error) {
		return func(jwt.MapClaims) (string, error) { return id, nil }
	}
	for what, c := range map[string]struct {
		tamper func(jwt.MapClaims)
		sign   func(jwt.MapClaims) (string, error)
		want   string // empty: it is good
	}{
		"as it must be":         {nil, nil, ""},
		"several audiences":     {set("aud", []string{"other", authtest.ClientID}), nil, ""},
		"azp":                   {set("azp", authtest.ClientID), nil, ""},
		"without at_hash":       {func(c jwt.MapClaims) { delete(c, "at_hash") }, nil, ""},
		"nonce":                 {set("nonce", "x"), nil, "its nonce differs"},
		"no nonce":              {func(c jwt.MapClaims) { delete(c, "nonce") }, nil, "its nonce differs"},
		"wrong audience":        {set("aud", "other"), nil, "expected audience"},
		"no audience":           {func(c jwt.MapClaims) { delete(c, "aud") }, nil, "expected audience"},
		"wrong azp":             {set("azp", "other"), nil, "made for another client"},
		"odd azp":               {set("azp", 1), nil, "made for another client"},
		"wrong issuer":          {set("iss", "https://evil.test"), nil, "issued by a different provider"},
		"issuer with a slash":   {set("iss", s.URL+"/"), nil, "issued by a different provider"},
		"expired":               {set("exp", time.Now().Add(-time.Second).Unix()), nil, "token is expired"},
		"without expiry":        {func(c jwt.MapClaims) { delete(c, "exp") }, nil, "token is expired"},
		"not yet":               {set("nbf", time.Now().Add(time.Hour).Unix()), nil, "not before"},
		"wrong at_hash":         {set("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"), nil, "access token hash"},
		"another subject":       {set("sub", "bob"), nil, "different accounts"},
		"no subject":            {func(c jwt.MapClaims) { delete(c, "sub") }, nil, "different accounts"},
		"alg none":              {nil, with(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType), "unexpected signature algorithm"},
		"HS256, the public key": {nil, with(jwt.SigningMethodHS256, public), "unexpected signature algorithm"},
		"HS256, the secret":     {nil, with(jwt.SigningMethodHS256, []byte(authtest.ClientSecret)), "unexpected signature algorithm"},
		"RS512":                 {nil, with(jwt.SigningMethodRS512, s.Key), "unexpected signature algorithm"},
		"another key":           {nil, with(jwt.SigningMethodRS256, strange), "failed to verify id token signature"},
		"no JWT":                {nil, text("a.b.c"), "malformed jwt"},
		"absent":                {nil, text(""), "no ID token"},
	} {
		site := newSite(t, s, nil)
		s.Tamper(c.tamper)
		s.SignWith(c.sign)
		p, err := site.Login(t, authtest.Browser(t))
		if c.want == "" {
			require.NoError(t, err, what)
			continue
		}
		require.Nil(t, p, what)
		require.ErrorContains(t, err, "login failed at OpenID Connect, start again : ", what)
		require.ErrorContains(t, err, c.want, what)
		require.Equal(t, core.KindForbidden, core.KindOf(err), what)
	}
}

func TestUnfitSubjects(t *testing.T) {
	t.Parallel()
	s := authtest.OIDC(t)
	site := newSite(t, s, nil)
	for login, ok := range map[string]bool{
		strings.Repeat("x", 255): true, "auth0|5f7c8ec7c33c6c004bbafe82": true,
		strings.Repeat("x", 256): false, "": false, "a\nb": false, "a\x00": false, "a\u202eb": false,
	} {
		u := authtest.Alice()
		u.Login = login
		s.SetUser(u)
		p, err := site.Login(t, authtest.Browser(t))
		require.Equal(t, ok, err == nil, "%q: %v", login, err)
		if ok {
			require.Equal(t, login, p.Login)
			continue
		}
		require.Equal(t, core.KindForbidden, core.KindOf(err), "%q", login)
	}
}

// The code of another provider, to which the browser was lured, is not sent to this one.
func TestMixUp(t *testing.T) {
	t.Parallel()
	s := authtest.OIDC(t)
	site := newSite(t, s, nil)
	b := authtest.Browser(t)
	to, err := site.Begin(t.Context(), b)
	require.NoError(t, err)
	back := authtest.Visit(t, b, to)
	require.Contains(t, back, "iss="+url.QueryEscape(s.URL))
	_, err = site.Finish(t.Context(), b, strings.Replace(back, "iss=", "iss=x", 1))
	require.EqualError(t, err, "login failed at OpenID Connect, start again : the code is of another issuer")
}

// Who takes a code off another browser lacks the verifier.
func TestPKCE(t *testing.T) {
	t.Parallel()
	site := newSite(t, authtest.OIDC(t), nil)
	b := authtest.Browser(t)
	to, err := site.Begin(t.Context(), b)
	require.NoError(t, err)
	u, err := url.Parse(to)
	require.NoError(t, err)
	q := u.Query()
	q.Set("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
	u.RawQuery = q.Encode()
	_, err = site.Finish(t.Context(), b, authtest.Visit(t, b, u.String()))
	require.EqualError(t, err, `login failed at OpenID Connect, start again : asking for a token: status 400, error "invalid_grant"`)
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.WriteHeader(code)
		_, _ = w.Write([]byte(r.Form.Encode() + r.Header.Get("Authorization") + strings.Repeat("x", 1000)))
	}
}

func TestProviderFails(t *testing.T) {
	t.Parallel()
	body := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	huge := body(`{"keys":"` + strings.Repeat("x", 2<<20) + `"}`)
	for what, c := range map[string]struct {
		path string
		h    http.HandlerFunc
		kind core.Kind
	}{
		"token 500":          {"/token", status(500), core.KindUnavailable},
		"token 401":          {"/token", status(401), core.KindForbidden},
		"token malformed":    {"/token", body("<html>"), core.KindUnavailable},
		"keys 500":           {"/keys", status(500), core.KindUnavailable},
		"keys malformed":     {"/keys", body("<html>"), core.KindUnavailable},
		"keys huge":          {"/keys", huge, core.KindUnavailable},
		"no keys":            {"/keys", body(`{"keys":[]}`), core.KindForbidden},
		"userinfo 500":       {"/userinfo", status(500), core.KindUnavailable},
		"userinfo 401":       {"/userinfo", status(401), core.KindForbidden},
		"userinfo malformed": {"/userinfo", body("[]"), core.KindUnavailable},
		"userinfo null":      {"/userinfo", body("null"), core.KindForbidden},
		"userinfo huge":      {"/userinfo", huge, core.KindUnavailable},
		"userinfo of bob":    {"/userinfo", body(`{"sub":"bob","email":"bob@example.com","email_verified":true}`), core.KindForbidden},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s := authtest.OIDC(t)
			s.Replace(c.path, c.h)
			p, err := newSite(t, s, nil).Login(t, authtest.Browser(t))
			require.Nil(t, p)
			require.Equal(t, c.kind, core.KindOf(err), "%v", err)
			require.NotContains(t, err.Error(), authtest.ClientSecret)
			require.NotContains(t, err.Error(), "Bearer")
			require.NotContains(t, err.Error(), "Basic")
			require.NotContains(t, err.Error(), "code=")
			require.Less(t, len(err.Error()), 500)
		})
	}
}

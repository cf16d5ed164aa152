// Package oidc_test logs in with a real OpenID Connect provider, which run.sh starts.
package oidc_test

import (
	"net/http"
	"net/url"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/auth/oidc"
	"github.com/root-gg/plik/server/core"
)

// options are those the provider knows us by.
func options(t *testing.T) oidc.Options {
	t.Helper()
	issuer := os.Getenv("PLIK_OIDC_ISSUER")
	if issuer == "" {
		t.Skip("PLIK_OIDC_ISSUER is not set: run testing/oidc/run.sh")
	}
	return oidc.Options{
		Issuer: issuer, ClientID: "plik", ClientSecret: "plik-secret-0123456789",
		Scopes: []string{"groups"}, AllowedGroups: []string{"staff", "admins"}, AdminGroup: "admins", Domains: []string{"example.com"},
	}
}

func newSite(t *testing.T, o oidc.Options) *authtest.Site {
	t.Helper()
	p, err := oidc.New(o)
	require.NoError(t, err)
	return authtest.NewSite(t, p, nil)
}

// login logs somebody in in a browser.
func login(t *testing.T, site *authtest.Site, browser *http.Client, name string) (*auth.Profile, error) {
	t.Helper()
	to, err := site.Begin(t.Context(), browser)
	require.NoError(t, err)
	return site.Finish(t.Context(), browser, visit(t, browser, to, site.Callback, name))
}

func TestOIDCProvider(t *testing.T) {
	t.Parallel()
	o := options(t)
	site := newSite(t, o)
	yes, no := true, false
	alice := &auth.Profile{
		Provider: "oidc", Login: "alice", Name: "Alice Liddell", Email: "alice@example.com", EmailVerified: true, Admin: &yes,
	}
	bob := &auth.Profile{Provider: "oidc", Login: "bob", Name: "Bob", Email: "bob@example.com", EmailVerified: true, Admin: &no}

	t.Run("success", func(t *testing.T) {
		t.Parallel()
		b := authtest.Browser(t)
		got, err := login(t, site, b, "alice")
		require.NoError(t, err)
		require.Equal(t, alice, got)
		got, err = login(t, site, b, "") // the provider remembers her
		require.NoError(t, err)
		require.Equal(t, alice, got)
		got, err = login(t, site, authtest.Browser(t), "bob")
		require.NoError(t, err)
		require.Equal(t, bob, got)
	})
	t.Run("unverified address", func(t *testing.T) {
		t.Parallel()
		_, err := login(t, site, authtest.Browser(t), "mallory")
		require.EqualError(t, err, "the e-mail address is not verified")
		require.Equal(t, core.KindForbidden, core.KindOf(err))
	})
	t.Run("no group", func(t *testing.T) {
		t.Parallel()
		_, err := login(t, site, authtest.Browser(t), "carol")
		require.EqualError(t, err, "your account is in none of the groups that may log in")
	})
	t.Run("cancelled", func(t *testing.T) {
		t.Parallel()
		b := authtest.Browser(t)
		to, err := site.Begin(t.Context(), b)
		require.NoError(t, err)
		_, err = site.Finish(t.Context(), b, cancel(t, b, to, site.Callback))
		require.ErrorContains(t, err, "login was refused by OpenID Connect")
	})
	t.Run("stolen code", func(t *testing.T) {
		t.Parallel()
		alices, mallorys := authtest.Browser(t), authtest.Browser(t)
		to, err := site.Begin(t.Context(), alices)
		require.NoError(t, err)
		stolen := visit(t, alices, to, site.Callback, "alice")
		_, err = site.Finish(t.Context(), mallorys, stolen)
		require.ErrorContains(t, err, "invalid oauth2 state")
		to, err = site.Begin(t.Context(), mallorys)
		require.NoError(t, err)
		_, err = site.Finish(t.Context(), mallorys, withCode(t, visit(t, mallorys, to, site.Callback, "mallory"), stolen))
		require.ErrorContains(t, err, `login failed at OpenID Connect, start again : asking for a token: status 400, error "invalid_grant"`)
		require.NotContains(t, err.Error(), o.ClientSecret)
	})
	t.Run("wrong secret", func(t *testing.T) {
		t.Parallel()
		wrong := o
		wrong.ClientSecret = "wrong"
		_, err := login(t, newSite(t, wrong), authtest.Browser(t), "alice")
		require.ErrorContains(t, err, `status 401, error "invalid_client"`)
	})
	t.Run("wrong issuer", func(t *testing.T) {
		t.Parallel()
		wrong := o
		wrong.Issuer += "/"
		_, err := newSite(t, wrong).Begin(t.Context(), authtest.Browser(t))
		require.Equal(t, core.KindUnavailable, core.KindOf(err))
		require.ErrorContains(t, err, "did not match the issuer URL")
	})
}

// withCode returns back with the code of another URL.
func withCode(t *testing.T, back, other string) string {
	t.Helper()
	b, err := url.Parse(back)
	require.NoError(t, err)
	o, err := url.Parse(other)
	require.NoError(t, err)
	q := b.Query()
	q.Set("code", o.Query().Get("code"))
	b.RawQuery = q.Encode()
	return b.String()
}

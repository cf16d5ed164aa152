package oidc_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/config"
)

// serve starts a plikd that knows the provider, and returns its URL.
func serve(t *testing.T) string {
	t.Helper()
	o := options(t)
	dir := t.TempDir()
	c := config.Default()
	c.ListenAddress, c.ListenPort = "127.0.0.1", 0
	c.FeatureAuthentication = config.Enabled
	c.OidcIssuer, c.OidcClientID, c.OidcClientSecret = o.Issuer, o.ClientID, config.Secret(o.ClientSecret)
	c.OidcScopes, c.OidcAllowedGroups, c.OidcAdminGroup = o.Scopes, o.AllowedGroups, o.AdminGroup
	c.DataBackendConfig = map[string]any{"Directory": filepath.Join(dir, "files")}
	c.MetadataBackendConfig = map[string]any{"ConnectionString": filepath.Join(dir, "plik.db")}
	_, err := c.Resolve()
	require.NoError(t, err)
	log := logrus.New()
	log.SetOutput(io.Discard)
	s, err := server.New(t.Context(), server.Options{Config: c, Log: log})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))
	t.Cleanup(func() { // that of t has ended by now
		ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
		defer cancel()
		require.NoError(t, s.Stop(ctx))
	})
	return "http://" + s.Addr().String()
}

func ask(t *testing.T, browser *http.Client, url string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	res, err := browser.Do(req)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res, string(body)
}

// TestOIDCProviderOfPlikd goes the whole way: page, provider, callback, session.
func TestOIDCProviderOfPlikd(t *testing.T) {
	t.Parallel()
	url := serve(t)
	b := authtest.Browser(t)
	res, to := ask(t, b, url+"/auth/oidc/login")
	require.Equal(t, 200, res.StatusCode, to)
	res, body := ask(t, b, visit(t, b, to, url+"/auth/oidc/callback", "alice"))
	require.Equal(t, 302, res.StatusCode, body)
	require.Equal(t, "/#/login", res.Header.Get("Location"))
	_, body = ask(t, b, url+"/me")
	var me api.User
	require.NoError(t, json.NewDecoder(strings.NewReader(body)).Decode(&me), body)
	require.Equal(t, "oidc:alice", me.ID)
	require.Equal(t, "Alice Liddell", me.Name)
	require.True(t, me.Admin, "her group says so")

	other := authtest.Browser(t)
	_, to = ask(t, other, url+"/auth/oidc/login")
	res, body = ask(t, other, visit(t, other, to, url+"/auth/oidc/callback", "mallory"))
	require.Equal(t, 403, res.StatusCode)
	require.Equal(t, "the e-mail address is not verified\n", body)
}

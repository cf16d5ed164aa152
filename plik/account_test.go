package plik_test

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
)

// withUser runs a daemon with accounts, and returns a token of one of its users for each scope.
func withUser(t *testing.T) (url string, tokens map[core.TokenScope]string) {
	t.Helper()
	dir := t.TempDir()
	forced := func(c *config.Config) { c.FeatureAuthentication = config.Forced }
	c := config.Default()
	c.DataBackendConfig = map[string]any{"Directory": filepath.Join(dir, "files")}
	c.MetadataBackendConfig = map[string]any{"ConnectionString": filepath.Join(dir, "plik.db")}
	forced(c)
	_, err := c.Resolve()
	require.NoError(t, err)
	log := logrus.New()
	log.SetOutput(io.Discard)
	b, err := server.OpenBackends(t.Context(), c, log, time.Now)
	require.NoError(t, err)
	s, err := server.NewServices(c, b, log)
	require.NoError(t, err)
	user, err := s.Accounts.CreateUser(t.Context(), accounts.NewUser{Provider: accounts.Local, Login: "somebody", Password: "a password"})
	require.NoError(t, err)
	tokens = map[core.TokenScope]string{}
	for _, scope := range []core.TokenScope{core.ScopeUpload, core.ScopeRead, core.ScopeFull} {
		token, err := s.Accounts.CreateToken(t.Context(), user.ID, accounts.NewToken{Scope: scope})
		require.NoError(t, err)
		tokens[scope] = string(token.Token)
	}
	require.NoError(t, b.Close())
	url, stop, err := startDaemon(t.Context(), dir, forced)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, stop()) })
	return url, tokens
}

func TestAccount(t *testing.T) {
	t.Parallel()
	url, tokens := withUser(t)
	c := client(t, url)
	require.ErrorContains(t, c.NewUpload().Create(), "anonymous uploads are disabled")
	c.Token = "nonsense"
	require.EqualError(t, c.NewUpload().Create(), "403 Forbidden : invalid token")

	c.Token = tokens[core.ScopeUpload]
	for _, name := range []string{"one", "two", "three"} {
		_, _, err := c.UploadReader(name, strings.NewReader(strings.Repeat("x", len(name))))
		require.NoError(t, err)
	}
	_, err := c.Me(t.Context())
	require.Error(t, err, "the token is for uploads only")

	c.Token = tokens[core.ScopeFull]
	me, err := c.Me(t.Context())
	require.NoError(t, err)
	require.Equal(t, "local:somebody", me.ID)

	c.Token = tokens[core.ScopeRead]
	var names []string
	for after := ""; ; {
		page, err := c.ListUploads(t.Context(), plik.ListOptions{Limit: 2, After: after})
		require.NoError(t, err)
		for _, u := range page.Results {
			names = append(names, u.Files[0].Name)
		}
		if page.After == nil {
			break
		}
		after = *page.After
	}
	require.Equal(t, []string{"three", "two", "one"}, names)
	page, err := c.ListUploads(t.Context(), plik.ListOptions{Search: "TW"})
	require.NoError(t, err)
	require.Len(t, page.Results, 1)
	page, err = c.ListUploads(t.Context(), plik.ListOptions{BySize: true, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, "three", page.Results[0].Files[0].Name)
}

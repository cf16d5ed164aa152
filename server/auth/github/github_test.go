package github_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/auth/github"
	"github.com/root-gg/plik/server/core"
)

func newSite(t *testing.T, change func(*github.Options)) (*authtest.Site, *authtest.GitHubServer) {
	t.Helper()
	s := authtest.GitHub(t)
	o := s.Options()
	if change != nil {
		change(&o)
	}
	p, err := github.New(o)
	require.NoError(t, err)
	return authtest.NewSite(t, p, nil), s
}

// An account is the same one under another name, and another one under the same name.
func TestLogin(t *testing.T) {
	t.Parallel()
	site, s := newSite(t, nil)
	want := &auth.Profile{Provider: "github", Login: "4711", Name: "Alice Liddell", Email: "alice@example.com", EmailVerified: true}
	p, err := site.Login(t, authtest.Browser(t))
	require.NoError(t, err)
	require.Equal(t, want, p)

	u := authtest.Alice()
	u.Login, u.Name = "alice2", ""
	s.SetUser(u)
	p, err = site.Login(t, authtest.Browser(t))
	require.NoError(t, err)
	want.Name = "alice2"
	require.Equal(t, want, p)
}

func TestNew(t *testing.T) {
	t.Parallel()
	p, err := github.New(github.Options{ClientID: "gid", ClientSecret: "s"})
	require.NoError(t, err)
	require.Equal(t, []string{"github", "GitHub"}, []string{p.Name(), p.Title()})
	to, err := p.Begin(t.Context(), &auth.Attempt{State: "st", Verifier: "v", Callback: "https://plik.example.com/cb"})
	require.NoError(t, err)
	require.Contains(t, to, "https://github.com/login/oauth/authorize?client_id=gid&")
	require.Contains(t, to, "&scope=read%3Auser+user%3Aemail&state=st")
	for _, o := range []github.Options{
		{}, {ClientID: "x"}, {ClientSecret: "x"}, {ClientID: "x", ClientSecret: "x", Domains: []string{""}},
	} {
		_, err := github.New(o)
		require.Error(t, err)
	}
}

func TestWhoMayLogIn(t *testing.T) {
	t.Parallel()
	many := make([]string, 250)
	for i := range many {
		many[i] = fmt.Sprint("org", i)
	}
	const noOrg = "your account is in none of the organizations that may log in"
	for what, c := range map[string]struct {
		user          authtest.User
		domains, orgs []string
		want          string
	}{
		"unverified":         {authtest.User{ID: 1, Email: "a@example.com"}, nil, nil, "the e-mail address is not verified"},
		"domain":             {authtest.User{ID: 1, Email: "a@example.com", Verified: true}, []string{"example.com"}, nil, ""},
		"another domain":     {authtest.User{ID: 1, Email: "a@example.com", Verified: true}, []string{"example.org"}, nil, "unauthorized domain name"},
		"no organization":    {authtest.User{ID: 1, Email: "a@example.com", Verified: true}, nil, []string{"root-gg"}, noOrg},
		"organization":       {authtest.User{ID: 1, Email: "a@example.com", Verified: true, Organizations: []string{"x", "Root-GG"}}, nil, []string{"y", "root-gg"}, ""},
		"other organization": {authtest.User{ID: 1, Email: "a@example.com", Verified: true, Organizations: []string{"root-gg2"}}, nil, []string{"root-gg"}, noOrg},
		"on the last page":   {authtest.User{ID: 1, Email: "a@example.com", Verified: true, Organizations: many}, nil, []string{"org249"}, ""},
		"on no page":         {authtest.User{ID: 1, Email: "a@example.com", Verified: true, Organizations: many}, nil, []string{"org250"}, noOrg},
		"no id":              {authtest.User{Email: "a@example.com", Verified: true}, nil, nil, "GitHub cannot be reached, try again later : the profile has no id"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			site, s := newSite(t, func(o *github.Options) { o.Domains, o.Organizations = c.domains, c.orgs })
			s.SetUser(c.user)
			p, err := site.Login(t, authtest.Browser(t))
			if c.want == "" {
				require.NoError(t, err)
				require.Equal(t, "1", p.Login)
				return
			}
			require.EqualError(t, err, c.want)
			require.Nil(t, p)
		})
	}
}

func TestProviderFails(t *testing.T) {
	t.Parallel()
	site, s := newSite(t, func(o *github.Options) { o.Organizations = []string{"root-gg"} })
	u := authtest.Alice()
	u.Organizations = []string{"root-gg"}
	s.SetUser(u)
	_, err := site.Login(t, authtest.Browser(t))
	require.NoError(t, err)
	for _, path := range []string{"/login/oauth/access_token", "/api/user", "/api/user/emails", "/api/user/orgs"} {
		for status, kind := range map[int]core.Kind{502: core.KindUnavailable, 401: core.KindForbidden} {
			s.Replace(path, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			p, err := site.Login(t, authtest.Browser(t))
			require.Equal(t, kind, core.KindOf(err), "%s: %v", path, err)
			require.Nil(t, p)
		}
		s.Replace(path, nil)
	}
}

// GitHub answers a bad code with 200.
func TestBadCode(t *testing.T) {
	t.Parallel()
	site, _ := newSite(t, nil)
	b := authtest.Browser(t)
	to, err := site.Begin(t.Context(), b)
	require.NoError(t, err)
	_, err = site.Finish(t.Context(), b, authtest.Visit(t, b, to)+"x&code=y") // the state is the last parameter
	require.ErrorContains(t, err, "invalid oauth2 state")

	to, err = site.Begin(t.Context(), b)
	require.NoError(t, err)
	back := authtest.Visit(t, b, to)
	p, err := site.Finish(t.Context(), b, site.Callback+"?code=none&"+back[len(site.Callback)+1:])
	require.EqualError(t, err, `login failed at GitHub, start again : asking for a token: status 200, error "bad_verification_code"`)
	require.Nil(t, p)
}

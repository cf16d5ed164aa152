package handlers_test

import (
	"net/http"
	"net/netip"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/auth/github"
	"github.com/root-gg/plik/server/auth/google"
	"github.com/root-gg/plik/server/auth/oidc"
	"github.com/root-gg/plik/server/auth/ovh"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/uploads"
)

// standIn is a provider to log in with, and who is logged in there.
type standIn struct {
	provider auth.Provider
	server   *authtest.Server
	id       core.UserID // that its user gets
}

func standIns(t *testing.T) map[string]standIn {
	t.Helper()
	g, o, h, c := authtest.Google(t), authtest.OVH(t), authtest.GitHub(t), authtest.OIDC(t)
	made := func(p auth.Provider, err error) auth.Provider {
		require.NoError(t, err)
		return p
	}
	admins := c.Options()
	admins.AdminGroup = "admins"
	return map[string]standIn{
		"google": {made(google.New(g.Options())), g.Server, "google:alice@example.com"},
		"ovh":    {made(ovh.New(o.Options())), o.Server, "ovh:alice"},
		"github": {made(github.New(h.Options())), h.Server, "github:4711"},
		"oidc":   {made(oidc.New(admins)), c.Server, "oidc:alice"},
	}
}

// withLogins lets users of the stand-ins log in.
func withLogins(t *testing.T, list map[string]standIn) change {
	return func(o *handlers.Options, p *uploads.Policy) {
		withAccounts(o, p)
		o.Logins = map[string]*auth.Flow{}
		for name, s := range list {
			f, err := auth.NewFlow(s.provider, auth.FlowOptions{Key: sessionKey, Path: o.Path})
			require.NoError(t, err)
			o.Logins[name] = f
		}
	}
}

// browser asks the server with cookies of its own.
func (e *env) browser() *http.Client {
	b := authtest.Browser(e)
	b.Transport = e.c.Transport
	return b
}

func (e *env) logIn(b *http.Client, name string) answer {
	e.Helper()
	a := e.with(b, "GET", "/auth/"+name+"/login", nil)
	require.Equal(e, 200, a.status, a.body)
	there := &http.Client{Transport: e.plain.Transport, CheckRedirect: e.plain.CheckRedirect}
	return e.with(b, "GET", authtest.Visit(e, there, a.body), nil)
}

func TestProviders(t *testing.T) {
	t.Parallel()
	list := standIns(t)
	for name, s := range list {
		for _, prefix := range []string{"", "/plik"} {
			t.Run(name+prefix, func(t *testing.T) {
				t.Parallel()
				e := serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Path = prefix }, withLogins(t, list))
				b := e.browser()
				a := e.logIn(b, name)
				require.Equal(t, 302, a.status, a.body)
				require.Equal(t, prefix+"/#/login", a.Get("Location"))
				me := into[api.User](t, e.with(b, "GET", "/me", nil))
				require.Equal(t, string(s.id), me.ID)
				require.Equal(t, name, me.Provider)
				require.Equal(t, "Alice Liddell", me.Name)
				require.Equal(t, "alice@example.com", me.Email)
				require.False(t, me.Admin)

				e.with(b, "GET", "/auth/logout", nil).is(t, 200, "")
				e.with(b, "GET", "/me", nil).is(t, 401, "you must be authenticated, please login first\n")
				require.Equal(t, 302, e.logIn(b, name).status, "and once more, as the same user")
				st, err := e.store.Stats(t.Context())
				require.NoError(t, err)
				require.Equal(t, 1, st.Users)
			})
		}
	}
}

// A login that another one began cannot be finished, and none twice.
func TestProviderReplay(t *testing.T) {
	t.Parallel()
	list := standIns(t)
	e := serve(t, withLogins(t, list))
	for name := range list {
		victim, attacker := e.browser(), e.browser()
		a := e.with(attacker, "GET", "/auth/"+name+"/login", nil)
		back := authtest.Visit(t, e.plain, a.body)
		stolen := e.with(victim, "GET", back, nil)
		require.Equal(t, 400, stolen.status, name+": "+stolen.body)
		require.Equal(t, 401, e.with(victim, "GET", "/me", nil).status)
		require.Equal(t, 302, e.with(attacker, "GET", back, nil).status, name)
		require.Equal(t, 400, e.with(attacker, "GET", back, nil).status, name)
	}
	for path, text := range map[string]string{
		"/auth/google/callback":                "missing oauth2 authorization code",
		"/auth/google/callback?code=x":         "missing oauth2 authorization state",
		"/auth/ovh/callback":                   "missing OVH session cookie",
		"/auth/google/callback?code=x&state=x": "invalid oauth2 state : ",
	} {
		a := e.get(path)
		require.Equal(t, 400, a.status, path)
		require.Contains(t, a.body, text)
		page := e.get(path, "Accept", "text/html")
		require.Equal(t, 302, page.status, "people see it on the web page")
		require.Contains(t, page.Get("Location"), "/#/?err=")
	}
}

func TestProviderUsers(t *testing.T) {
	t.Parallel()
	list := standIns(t)
	s := list["oidc"]
	e := serve(t, withLogins(t, list), func(o *handlers.Options, _ *uploads.Policy) {
		o.Whitelist = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
		o.Proxies = middleware.Proxies{Header: "X-Forwarded-For", Trusted: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}
	})
	b := e.browser()
	a := e.logIn(b, "oidc")
	a.is(t, 403, "unable to create user from untrusted source IP address\n")
	e.enrollAt(s.id)
	require.Equal(t, 302, e.logIn(b, "oidc").status, "who has an account comes from anywhere")

	admin := authtest.Alice()
	admin.Groups = []string{"admins"}
	s.server.SetUser(admin)
	require.Equal(t, 302, e.logIn(b, "oidc").status)
	require.True(t, into[api.User](t, e.with(b, "GET", "/me", nil)).Admin, "as the provider says")
	e.enroll("root", true)
	s.server.SetUser(authtest.Alice())
	require.False(t, into[api.User](t, func() answer { e.logIn(b, "oidc"); return e.with(b, "GET", "/me", nil) }()).Admin)

	unverified := authtest.Alice()
	unverified.Verified = false
	s.server.SetUser(unverified)
	a = e.logIn(e.browser(), "oidc")
	a.is(t, 403, "the e-mail address is not verified\n")
	s.server.Refuse()
	require.Equal(t, 403, e.logIn(e.browser(), "oidc").status)
	require.Contains(t, e.events.String(), `"action":"login_failed","result":"refused","target":"oidc"`)
}

func (e *env) enrollAt(id core.UserID) {
	e.Helper()
	provider, login, _ := id.Split()
	require.NoError(e, e.store.CreateUser(e.Context(), &core.User{ID: id, Provider: provider, Login: login, CreatedAt: e.now.Now()}))
}

// The way back is where the server says it is, or where it was asked.
func TestProviderCallbackURL(t *testing.T) {
	t.Parallel()
	list := standIns(t)
	for name, c := range map[string]struct {
		public  string
		headers []string
		want    string
	}{
		"asked at":               {"", []string{"Host", "plik.example.org"}, "http://plik.example.org/auth/google/callback"},
		"behind TLS":             {"", []string{"Host", "plik.example.org", "X-Forwarded-Proto", "https"}, "https://plik.example.org/auth/google/callback"},
		"configured":             {"https://files.example.org/", []string{"Host", "evil.example"}, "https://files.example.org/auth/google/callback"},
		"no matter who referred": {"", []string{"Host", "plik.example.org", "Referer", "https://evil.example/"}, "http://plik.example.org/auth/google/callback"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := serve(t, withLogins(t, list), func(o *handlers.Options, _ *uploads.Policy) { o.PublicURL = c.public })
			a := e.get("/auth/google/login", c.headers...)
			u, err := url.Parse(a.body)
			require.NoError(t, err)
			require.Equal(t, c.want, u.Query().Get("redirect_uri"))
		})
	}
}

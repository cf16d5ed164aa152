package ovh_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/auth/ovh"
	"github.com/root-gg/plik/server/core"
)

func newSite(t *testing.T, change func(*ovh.Options)) (*authtest.Site, *authtest.OVHServer) {
	t.Helper()
	s := authtest.OVH(t)
	o := s.Options()
	if change != nil {
		change(&o)
	}
	p, err := ovh.New(o)
	require.NoError(t, err)
	return authtest.NewSite(t, p, nil), s
}

func TestLogin(t *testing.T) {
	t.Parallel()
	site, _ := newSite(t, func(o *ovh.Options) { o.Endpoint += "/" })
	b := authtest.Browser(t)
	p, err := site.Login(t, b)
	require.NoError(t, err)
	require.Equal(t, &auth.Profile{Provider: "ovh", Login: "alice", Name: "Alice Liddell", Email: "alice@example.com"}, p)
	_, err = site.Finish(t.Context(), b, site.Callback)
	require.EqualError(t, err, "missing OVH session cookie")
	require.Equal(t, core.KindInvalid, core.KindOf(err))
}

// The environment and files of OVH's other tools do not count.
func TestEnvironmentIsLeftAlone(t *testing.T) {
	for _, name := range []string{"ENDPOINT", "APPLICATION_KEY", "APPLICATION_SECRET", "CONSUMER_KEY", "CLIENT_ID", "CLIENT_SECRET", "ACCESS_TOKEN"} {
		t.Setenv("OVH_"+name, "from-the-environment")
	}
	site, _ := newSite(t, nil)
	_, err := site.Login(t, authtest.Browser(t))
	require.NoError(t, err)
}

func TestNew(t *testing.T) {
	t.Parallel()
	p, err := ovh.New(ovh.Options{Key: "k", Secret: "s"})
	require.NoError(t, err)
	require.Equal(t, []string{"ovh", "OVH", "plik-ovh-session"}, []string{p.Name(), p.Title(), p.Cookie()})
	for _, endpoint := range []string{"ovh-ca", "https://eu.api.ovh.com/1.0", "https://eu.api.ovh.com/1.0/"} {
		_, err := ovh.New(ovh.Options{Key: "k", Secret: "s", Endpoint: endpoint})
		require.NoError(t, err, endpoint)
	}
	for _, o := range []ovh.Options{
		{}, {Key: "k"}, {Secret: "s"}, {Key: "k", Secret: "s", Endpoint: "ovh-xx"}, {Key: "k", Secret: "s", Endpoint: "ftp://x/"},
	} {
		_, err := ovh.New(o)
		require.Error(t, err)
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	site, s := newSite(t, nil)

	b := authtest.Browser(t)
	_, err := site.Begin(t.Context(), b)
	require.NoError(t, err)
	_, err = site.Finish(t.Context(), b, site.Callback) // nobody agreed
	require.EqualError(t, err, `login failed at OVH, start again : asking for the profile: status 403, class ""`)
	require.Equal(t, core.KindForbidden, core.KindOf(err))

	to, err := site.Begin(t.Context(), b)
	require.NoError(t, err)
	_, err = site.Finish(t.Context(), authtest.Browser(t), authtest.Visit(t, b, to)) // another browser
	require.EqualError(t, err, "missing OVH session cookie")

	u, err := url.Parse(site.Callback)
	require.NoError(t, err)
	forged := authtest.Browser(t)
	forged.Jar.SetCookies(u, []*http.Cookie{{Name: "plik-ovh-session", Value: "eyJhbGciOiJIUzI1NiJ9.e30.x", Path: "/"}})
	_, err = site.Finish(t.Context(), forged, site.Callback)
	require.EqualError(t, err, "invalid OVH session cookie : the login cookie is not ours")

	s.Refuse()
	_, err = site.Login(t, b)
	require.Equal(t, core.KindForbidden, core.KindOf(err))

	wrong, err := ovh.New(ovh.Options{Key: authtest.ClientID, Secret: "wrong", Endpoint: s.URL + "/1.0"})
	require.NoError(t, err)
	_, err = authtest.NewSite(t, wrong, nil).Login(t, b)
	require.EqualError(t, err, `login failed at OVH, start again : asking for the profile: status 400, class ""`)
}

func TestProviderFails(t *testing.T) {
	t.Parallel()
	site, s := newSite(t, nil)
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	for what, c := range map[string]struct {
		path string
		h    http.HandlerFunc
		want string
	}{
		"no key":         {"/1.0/auth/credential", answer(403, `{"message":"This application key is s3cret","class":"Client::Forbidden"}`), `asking for a consumer key: status 403, class "Client::Forbidden"`},
		"down":           {"/1.0/auth/credential", answer(503, `s3cret`), `asking for a consumer key: status 503, class ""`},
		"malformed key":  {"/1.0/auth/credential", answer(200, `[`), "asking for a consumer key"},
		"empty key":      {"/1.0/auth/credential", answer(200, `{"validationUrl":"https://ovh.example.com/"}`), "the answer lacks it or its URL"},
		"a script":       {"/1.0/auth/credential", answer(200, `{"consumerKey":"s3cret","validationUrl":"javascript:alert(1)"}`), "the answer lacks it or its URL"},
		"no time":        {"/1.0/auth/time", answer(500, `s3cret`), `asking for the profile: status 500, class ""`},
		"malformed time": {"/1.0/auth/time", answer(200, `"noon"`), "asking for the profile"},
		"no profile":     {"/1.0/me", answer(500, `s3cret`), `asking for the profile: status 500, class ""`},
		"malformed":      {"/1.0/me", answer(200, `{"nichandle":1}`), "asking for the profile"},
		"empty":          {"/1.0/me", answer(200, `{}`), "the profile has no NIC handle"},
		"huge":           {"/1.0/me", answer(200, string(make([]byte, 2<<20))), "the answer is too long"},
		"elsewhere": {"/1.0/me", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/s3cret", http.StatusFound)
		}, "it redirects to another server"},
	} {
		s.Replace(c.path, c.h)
		_, err := site.Login(t, authtest.Browser(t))
		require.ErrorContains(t, err, "OVH cannot be reached, try again later : ", what)
		require.ErrorContains(t, err, c.want, what)
		require.Equal(t, core.KindUnavailable, core.KindOf(err), what)
		require.NotContains(t, err.Error(), "s3cret", what)
		s.Replace(c.path, nil)
	}
	_, err := site.Login(t, authtest.Browser(t))
	require.NoError(t, err)
}

// Every request ends with the login's context, those that the library makes without it too.
func TestSlowProvider(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/1.0/auth/credential", "/1.0/auth/time", "/1.0/me"} {
		site, s := newSite(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		s.Replace(path, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body) // only then the server notices that a client is gone
			cancel()
			<-r.Context().Done()
		})
		b := authtest.Browser(t)
		to, err := site.Begin(ctx, b)
		if err == nil {
			_, err = site.Finish(ctx, b, authtest.Visit(t, b, to))
		}
		cancel()
		require.ErrorIs(t, err, context.Canceled, path)
		require.Equal(t, core.KindUnavailable, core.KindOf(err), path)
	}
}

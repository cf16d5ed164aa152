package google_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/auth/google"
	"github.com/root-gg/plik/server/core"
)

func newSite(t *testing.T, change func(*google.Options)) (*authtest.Site, *authtest.GoogleServer) {
	t.Helper()
	s := authtest.Google(t)
	o := s.Options()
	if change != nil {
		change(&o)
	}
	p, err := google.New(o)
	require.NoError(t, err)
	return authtest.NewSite(t, p, nil), s
}

func TestLogin(t *testing.T) {
	t.Parallel()
	site, _ := newSite(t, nil)
	p, err := site.Login(t, authtest.Browser(t))
	require.NoError(t, err)
	require.Equal(t, &auth.Profile{
		Provider: "google", Login: "alice@example.com", Name: "Alice Liddell", Email: "alice@example.com", EmailVerified: true,
	}, p)
}

func TestNew(t *testing.T) {
	t.Parallel()
	p, err := google.New(google.Options{ClientID: "gid", ClientSecret: "s"})
	require.NoError(t, err)
	require.Equal(t, []string{"google", "Google"}, []string{p.Name(), p.Title()})
	// The verifier and the challenge of RFC 7636, appendix B.
	to, err := p.Begin(t.Context(), &auth.Attempt{State: "st", Verifier: "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", Callback: "https://plik.example.com/auth/google/callback"})
	require.NoError(t, err)
	require.Equal(t, "https://accounts.google.com/o/oauth2/auth?client_id=gid&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"+
		"&code_challenge_method=S256&redirect_uri=https%3A%2F%2Fplik.example.com%2Fauth%2Fgoogle%2Fcallback&response_type=code"+
		"&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fuserinfo.email+https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fuserinfo.profile&state=st", to)
	for _, o := range []google.Options{
		{}, {ClientID: "x"}, {ClientSecret: "x"}, {ClientID: "x", ClientSecret: "x", Domains: []string{"@"}},
	} {
		_, err := google.New(o)
		require.Error(t, err)
	}
}

func TestWhoMayLogIn(t *testing.T) {
	t.Parallel()
	site, s := newSite(t, func(o *google.Options) { o.Domains = []string{"Example.com", "example.org"} })
	for _, c := range []struct {
		email    string
		verified bool
		want     string
	}{
		{"alice@example.com", true, ""},
		{"alice@EXAMPLE.org", true, ""},
		{"alice@example.com", false, "the e-mail address is not verified"},
		{"", true, "the e-mail address is not verified"},
		{"alice@example.com@evil.test", true, "unauthorized domain name"},
		{"alice@sub.example.com", true, "unauthorized domain name"},
	} {
		s.SetUser(authtest.User{Email: c.email, Verified: c.verified})
		_, err := site.Login(t, authtest.Browser(t))
		if c.want == "" {
			require.NoError(t, err, c)
			continue
		}
		require.EqualError(t, err, c.want, c)
		require.Equal(t, core.KindForbidden, core.KindOf(err))
	}
	s.Replace("/userinfo", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"email":"alice@example.com"}`)) })
	_, err := site.Login(t, authtest.Browser(t))
	require.EqualError(t, err, "the e-mail address is not verified")
	s.Refuse()
	_, err = site.Login(t, authtest.Browser(t))
	require.ErrorContains(t, err, "login was refused by Google")
}

// A code is good for the browser that began, only.
func TestCodeOfAnother(t *testing.T) {
	t.Parallel()
	site, _ := newSite(t, nil)
	victim, attacker := authtest.Browser(t), authtest.Browser(t)
	begin := func(b *http.Client) string {
		to, err := site.Begin(t.Context(), b)
		require.NoError(t, err)
		return authtest.Visit(t, b, to)
	}
	back := begin(attacker)
	_, err := site.Finish(t.Context(), victim, back) // login CSRF
	require.ErrorContains(t, err, "invalid oauth2 state")
	begin(victim)
	_, err = site.Finish(t.Context(), victim, back)
	require.ErrorContains(t, err, "invalid oauth2 state : it is of another login")

	// The attacker's code with the victim's state: the verifier does not fit.
	own := begin(victim)
	u, err := url.Parse(own)
	require.NoError(t, err)
	a, err := url.Parse(back)
	require.NoError(t, err)
	q := u.Query()
	q.Set("code", a.Query().Get("code"))
	u.RawQuery = q.Encode()
	_, err = site.Finish(t.Context(), victim, u.String())
	require.EqualError(t, err, `login failed at Google, start again : asking for a token: status 400, error "invalid_grant"`)
	require.Equal(t, core.KindForbidden, core.KindOf(err))

	own = begin(victim)
	_, err = site.Finish(t.Context(), victim, own)
	require.NoError(t, err)
	_, err = site.Finish(t.Context(), victim, own) // replay
	require.ErrorContains(t, err, "invalid oauth2 state : this browser has not begun a login")
}

// What the provider does wrong is no fault of the server, and no secret gets out.
func TestProviderFails(t *testing.T) {
	t.Parallel()
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm()
			w.WriteHeader(code)
			_, _ = w.Write([]byte(r.Form.Encode() + r.Header.Get("Authorization"))) // quotes all it got
		}
	}
	body := func(s string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(s)) }
	}
	elsewhere := func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://127.0.0.1:1/?leak=s3cret", http.StatusTemporaryRedirect)
	}
	abort := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	huge := body(`{"email":"` + strings.Repeat("x", 2<<20) + `"}`)
	streamed := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = w.Write([]byte(`{"email":"`))
		w.(http.Flusher).Flush()
		_, _ = w.Write([]byte(strings.Repeat("x", 2<<20) + `"}`))
	}
	loop := func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }
	for what, c := range map[string]struct {
		path string
		h    http.HandlerFunc
		kind core.Kind
		text string
	}{
		"token 500":           {"/token", status(500), core.KindUnavailable, "status 500"},
		"token 429":           {"/token", status(429), core.KindUnavailable, "status 429"},
		"token 401":           {"/token", status(401), core.KindForbidden, "status 401"},
		"token malformed":     {"/token", body("{"), core.KindUnavailable, "asking for a token"},
		"token missing":       {"/token", body("{}"), core.KindUnavailable, "asking for a token"},
		"token elsewhere":     {"/token", elsewhere, core.KindUnavailable, "it redirects to another server"},
		"token aborted":       {"/token", abort, core.KindUnavailable, "asking for a token"},
		"token huge":          {"/token", huge, core.KindUnavailable, "asking for a token"},
		"token streamed":      {"/token", streamed, core.KindUnavailable, "asking for a token"},
		"userinfo 500":        {"/userinfo", status(500), core.KindUnavailable, "status 500"},
		"userinfo 404":        {"/userinfo", status(404), core.KindUnavailable, "status 404"},
		"userinfo 403":        {"/userinfo", status(403), core.KindForbidden, "status 403"},
		"userinfo malformed":  {"/userinfo", body(`{"email":1}`), core.KindUnavailable, "reading the profile"},
		"userinfo elsewhere":  {"/userinfo", elsewhere, core.KindUnavailable, "it redirects to another server"},
		"userinfo in a loop":  {"/userinfo", loop, core.KindUnavailable, "it redirects too often"},
		"userinfo aborted":    {"/userinfo", abort, core.KindUnavailable, "asking for the profile"},
		"userinfo huge":       {"/userinfo", huge, core.KindUnavailable, "the answer is too long"},
		"userinfo streamed":   {"/userinfo", streamed, core.KindUnavailable, "the answer is too long"},
		"userinfo all spaces": {"/userinfo", body(strings.Repeat(" ", 1<<20+1)), core.KindUnavailable, "the answer is too long"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			site, s := newSite(t, nil)
			s.Replace(c.path, c.h)
			b := authtest.Browser(t)
			to, err := site.Begin(t.Context(), b)
			require.NoError(t, err)
			back := authtest.Visit(t, b, to)
			u, err := url.Parse(back)
			require.NoError(t, err)
			p, err := site.Finish(t.Context(), b, back)
			require.Nil(t, p)
			require.Equal(t, c.kind, core.KindOf(err), "%v", err)
			require.ErrorContains(t, err, c.text)
			for _, secret := range []string{authtest.ClientSecret, u.Query().Get("code"), u.Query().Get("state"), "Bearer", "s3cret"} {
				require.NotContains(t, err.Error(), secret)
			}
		})
	}
}

func TestSlowProvider(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/token", "/userinfo"} {
		site, s := newSite(t, nil)
		asked := make(chan struct{})
		s.Replace(path, func(_ http.ResponseWriter, r *http.Request) {
			_ = r.ParseForm() // the server notices that a client is gone when the body is read
			close(asked)
			<-r.Context().Done()
		})
		b := authtest.Browser(t)
		to, err := site.Begin(t.Context(), b)
		require.NoError(t, err)
		back := authtest.Visit(t, b, to)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		go func() {
			<-asked
			cancel()
		}()
		_, err = site.Finish(ctx, b, back)
		require.ErrorIs(t, err, context.Canceled)
		require.Equal(t, core.KindUnavailable, core.KindOf(err))
	}
}

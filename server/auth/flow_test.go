package auth_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/core"
)

// clock is a clock that a test sets.
type clock struct{ atomic.Int64 }

func (c *clock) now() time.Time { return time.Unix(0, c.Load()) }

// beginLogin starts a login and returns its state.
func beginLogin(t *testing.T, s *authtest.Site, b *http.Client) string {
	t.Helper()
	to, err := s.Begin(t.Context(), b)
	require.NoError(t, err)
	u, err := url.Parse(to)
	require.NoError(t, err)
	return u.Query().Get("state")
}

func TestFlow(t *testing.T) {
	t.Parallel()
	f := &fake{name: "fake", secret: "remember me"}
	s := authtest.NewSite(t, f, nil)
	require.Equal(t, f, s.Flow.Provider())
	b := authtest.Browser(t)
	state := beginLogin(t, s, b)
	require.Len(t, state, 43)
	require.Len(t, f.began.Verifier, 43)
	require.NotEqual(t, state, f.began.Nonce)
	p, err := s.Finish(t.Context(), b, s.Callback+"?code=alice&state="+state)
	require.NoError(t, err)
	require.Equal(t, &auth.Profile{Provider: "fake", Login: "alice", EmailVerified: true}, p)
	require.NotEqual(t, state, beginLogin(t, s, b))
}

func TestFlowCookie(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		p          auth.Provider
		path, name string
		secure     bool
		wantPath   string
	}{
		{&fake{name: "fake", secret: "s3cret"}, "", "plik-login-fake", false, "/auth/fake/"},
		{&fake{name: "fake", secret: "s3cret"}, "/plik", "plik-login-fake", true, "/plik/auth/fake/"},
		{&bare{fake{name: "bare", secret: "s3cret"}}, "/plik", "plik-bare", true, "/plik/auth/bare/"},
	} {
		f, err := auth.NewFlow(c.p, auth.FlowOptions{Key: testKey, Path: c.path})
		require.NoError(t, err)
		w := httptest.NewRecorder()
		_, err = f.Begin(w, httptest.NewRequest("GET", "/", nil), "http://127.0.0.1:8080/auth/callback", c.secure)
		require.NoError(t, err)
		got := w.Result().Cookies()
		require.Len(t, got, 1)
		require.NotContains(t, got[0].Value, "s3cret")
		require.Less(t, len(got[0].Value), 1000)
		want := &http.Cookie{
			Name: c.name, Path: c.wantPath, MaxAge: 600, HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode,
			Value: got[0].Value, Raw: got[0].Raw,
		}
		require.Equal(t, want, got[0])

		// Whatever comes back, the attempt is over.
		w = httptest.NewRecorder()
		_, err = f.Finish(w, httptest.NewRequest("GET", "/", nil))
		require.Error(t, err)
		require.Equal(t, []string{c.name + "=; Path=" + c.wantPath + "; Max-Age=0; HttpOnly; SameSite=Lax"}, w.Header()["Set-Cookie"])
	}
}

func TestFlowRefuses(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		query string // STATE becomes the state
		after time.Duration
		other bool // another browser comes back
		want  string
		kind  core.Kind
	}{
		"no code":            {"state=STATE", 0, false, "missing oauth2 authorization code", core.KindInvalid},
		"nothing":            {"", 0, false, "missing oauth2 authorization code", core.KindInvalid},
		"no state":           {"code=alice", 0, false, "missing oauth2 authorization state", core.KindInvalid},
		"no state, error":    {"error=access_denied", 0, false, "missing oauth2 authorization state", core.KindInvalid},
		"wrong state":        {"code=alice&state=STATEx", 0, false, "invalid oauth2 state : it is of another login", core.KindInvalid},
		"wrong state, error": {"error=access_denied&state=x", 0, false, "invalid oauth2 state : it is of another login", core.KindInvalid},
		"another browser":    {"code=alice&state=STATE", 0, true, "invalid oauth2 state : this browser has not begun a login", core.KindInvalid},
		"too late":           {"code=alice&state=STATE", 10 * time.Minute, false, "invalid oauth2 state : state has expired", core.KindInvalid},
		"just in time":       {"code=alice&state=STATE", 10*time.Minute - 1, false, "", 0},
		"refused":            {"error=access_denied&state=STATE", 0, false, `login was refused by FAKE : the provider answered "access_denied"`, core.KindForbidden},
		"down":               {"error=server_error&state=STATE", 0, false, `FAKE cannot be reached, try again later : the provider answered "server_error"`, core.KindUnavailable},
		"odd":                {"error=%0a%22&state=STATE", 0, false, `login failed at FAKE, start again : the provider answered "\n\""`, core.KindForbidden},
		"error and code":     {"error=access_denied&code=alice&state=STATE", 0, false, `login was refused by FAKE : the provider answered "access_denied"`, core.KindForbidden},
		"unfit login":        {"code=a%00b&state=STATE", 0, false, "FAKE names your account in a way that cannot be used here", core.KindForbidden},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			var now clock
			f := &fake{name: "fake"}
			s := authtest.NewSite(t, f, now.now)
			b := authtest.Browser(t)
			state := beginLogin(t, s, b)
			back := s.Callback + "?" + strings.ReplaceAll(c.query, "STATE", state)
			now.Add(int64(c.after))
			comes := b
			if c.other {
				comes = authtest.Browser(t)
			}
			p, err := s.Finish(t.Context(), comes, back)
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.Nil(t, p)
			require.EqualError(t, err, c.want)
			require.Equal(t, c.kind, core.KindOf(err))
			if !strings.HasPrefix(c.want, "FAKE names") {
				require.Zero(t, f.finished.Load(), "the provider was asked")
			}
		})
	}
}

// The cookie of one login is worth nothing for another one.
func TestFlowCookieOfAnother(t *testing.T) {
	t.Parallel()
	f, other := &fake{name: "fake"}, &fake{name: "other"}
	s, o := authtest.NewSite(t, f, nil), authtest.NewSite(t, other, nil)
	b := authtest.Browser(t)
	state := beginLogin(t, o, b)
	u, err := url.Parse(o.Callback)
	require.NoError(t, err)
	sealed := b.Jar.Cookies(u)[0].Value
	foreign, err := auth.NewFlow(f, auth.FlowOptions{Key: make([]byte, 64), Path: "/plik"})
	require.NoError(t, err)

	for what, c := range map[string]struct {
		flow  *auth.Flow
		name  string
		value string
	}{
		"another provider's": {s.Flow, "plik-login-fake", sealed},
		"another server's":   {foreign, "plik-login-fake", sealed},
		"cut":                {o.Flow, "plik-login-other", sealed[:len(sealed)-4]},
		"changed":            {o.Flow, "plik-login-other", "AAAA" + sealed[4:]},
		"no base64":          {o.Flow, "plik-login-other", "!!!"},
		"short":              {o.Flow, "plik-login-other", "AAAA"},
		"long":               {o.Flow, "plik-login-other", strings.Repeat("A", 5000)},
	} {
		r := httptest.NewRequest("GET", "/?code=alice&state="+state, nil)
		r.AddCookie(&http.Cookie{Name: c.name, Value: c.value})
		_, err := c.flow.Finish(httptest.NewRecorder(), r)
		require.EqualError(t, err, "invalid oauth2 state : the login cookie is not ours", what)
	}
	require.Zero(t, f.finished.Load()+other.finished.Load())
}

// Whoever kept the cookie cannot come back a second time, not even at the same moment.
func TestFlowReplay(t *testing.T) {
	t.Parallel()
	f := &fake{name: "fake"}
	s := authtest.NewSite(t, f, nil)
	b := authtest.Browser(t)
	back := s.Callback + "?code=alice&state=" + beginLogin(t, s, b)
	u, err := url.Parse(back)
	require.NoError(t, err)
	cookie := b.Jar.Cookies(u)[0]
	var wins, losses atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r := httptest.NewRequest("GET", back, nil)
			r.AddCookie(cookie)
			switch _, err := s.Flow.Finish(httptest.NewRecorder(), r); {
			case err == nil:
				wins.Add(1)
			case err.Error() == "invalid oauth2 state : it has been used":
				losses.Add(1)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, []int32{1, 7, 1}, []int32{wins.Load(), losses.Load(), f.finished.Load()})
}

func TestFlowBare(t *testing.T) {
	t.Parallel()
	p := &bare{fake{name: "bare", secret: "key"}}
	s := authtest.NewSite(t, p, nil)
	b := authtest.Browser(t)
	_, err := s.Finish(t.Context(), b, s.Callback)
	require.EqualError(t, err, "missing BARE session cookie")
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	beginLogin(t, s, b)
	u, err := url.Parse(s.Callback)
	require.NoError(t, err)
	kept := b.Jar.Cookies(u)
	got, err := s.Finish(t.Context(), b, s.Callback)
	require.NoError(t, err)
	require.Equal(t, "alice", got.Login)
	_, err = s.Finish(t.Context(), b, s.Callback)
	require.EqualError(t, err, "missing BARE session cookie")
	b.Jar.SetCookies(u, []*http.Cookie{{Name: "plik-bare", Value: kept[0].Value, Path: "/"}})
	_, err = s.Finish(t.Context(), b, s.Callback)
	require.EqualError(t, err, "invalid BARE session cookie : it has been used")
}

func TestFlowBeginRefuses(t *testing.T) {
	t.Parallel()
	f := &fake{name: "fake"}
	flow, err := auth.NewFlow(f, auth.FlowOptions{Key: testKey})
	require.NoError(t, err)
	try := func(callback string) error {
		w := httptest.NewRecorder()
		_, err := flow.Begin(w, httptest.NewRequest("GET", "/", nil), callback, false)
		if err != nil {
			require.Empty(t, w.Header())
		}
		return err
	}
	require.NoError(t, try("http://[::1]:8080/plik/auth/fake/callback"))
	for _, callback := range []string{
		"", "/auth/fake/callback", "//example.com/", "javascript:alert(1)", "https:///x", "http://u:p@example.com/",
		"http://example.com/?q", "http://example.com/#f", "http://a b/", "http://example.com/" + strings.Repeat("x", 1024),
	} {
		require.Equal(t, core.KindInvalid, core.KindOf(try(callback)), callback)
	}
	f.secret = strings.Repeat("x", 4096)
	require.ErrorContains(t, try("http://example.com/"), "too long")
	f.failing = errors.New("no")
	require.Equal(t, f.failing, try("http://example.com/"))
	_, err = auth.NewFlow(f, auth.FlowOptions{})
	require.Error(t, err)
}

func FuzzFinish(f *testing.F) {
	flow, err := auth.NewFlow(&fake{name: "fake"}, auth.FlowOptions{Key: testKey})
	require.NoError(f, err)
	w := httptest.NewRecorder()
	to, err := flow.Begin(w, httptest.NewRequest("GET", "/", nil), "http://example.com/", false)
	require.NoError(f, err)
	_, query, _ := strings.Cut(to, "?")
	f.Add("code=a&"+query, "plik-login-fake=AAAA")
	f.Add("code=a&"+query, "")
	f.Add("code=a&state=x", w.Header().Get("Set-Cookie"))
	f.Fuzz(func(t *testing.T, query, cookie string) {
		r := &http.Request{URL: &url.URL{RawQuery: query}, Header: http.Header{"Cookie": {cookie}}}
		got, err := flow.Finish(httptest.NewRecorder(), r)
		if core.KindOf(err) != core.KindInvalid { // the state was right: random, but the seeds hold it
			require.Len(t, r.URL.Query().Get("state"), 43)
			return
		}
		require.Nil(t, got)
	})
}

package oidc_test

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth/authtest"
	"github.com/root-gg/plik/server/auth/oidc"
	"github.com/root-gg/plik/server/core"
)

const document = "/.well-known/openid-configuration"

// A provider that is down is asked again, but not by everybody at once.
func TestDiscoveryIsRetried(t *testing.T) {
	t.Parallel()
	s := authtest.OIDC(t)
	var asked, now atomic.Int64
	s.Replace(document, func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusBadGateway)
	})
	site := newSite(t, s, func(o *oidc.Options) {
		o.Now = func() time.Time { return time.Unix(now.Load(), 0) }
	})
	for _, c := range []struct{ at, asked int64 }{{0, 1}, {2, 1}, {3, 2}, {5, 2}, {1, 3}} { // at last the clock was set back
		now.Store(c.at)
		_, err := site.Begin(t.Context(), authtest.Browser(t))
		require.ErrorContains(t, err, "OpenID Connect cannot be reached, try again later : discovering "+s.URL+": 502 Bad Gateway")
		require.Equal(t, core.KindUnavailable, core.KindOf(err))
		require.Equal(t, c.asked, asked.Load(), c)
	}
	s.Replace(document, nil)
	now.Store(time.Now().Unix())
	_, err := site.Login(t, authtest.Browser(t))
	require.NoError(t, err)

	// What was found lasts.
	s.Replace(document, status(500))
	_, err = site.Login(t, authtest.Browser(t))
	require.NoError(t, err)
}

// Who does not wait for the answer does not keep others from asking.
func TestDiscoveryGivenUp(t *testing.T) {
	t.Parallel()
	s := authtest.OIDC(t)
	site := newSite(t, s, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.Replace(document, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := site.Begin(ctx, authtest.Browser(t))
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, core.KindUnavailable, core.KindOf(err))
	s.Replace(document, nil)
	_, err = site.Login(t, authtest.Browser(t))
	require.NoError(t, err)
}

func TestDiscoveryRefuses(t *testing.T) {
	t.Parallel()
	s := authtest.OIDC(t)
	for what, change := range map[string]func(d map[string]any){
		"another issuer":   func(d map[string]any) { d["issuer"] = "https://evil.test" },
		"no issuer":        func(d map[string]any) { delete(d, "issuer") },
		"a script":         func(d map[string]any) { d["authorization_endpoint"] = "javascript:alert(1)" },
		"no token":         func(d map[string]any) { delete(d, "token_endpoint") },
		"no keys":          func(d map[string]any) { d["jwks_uri"] = "" },
		"odd userinfo":     func(d map[string]any) { d["userinfo_endpoint"] = "file:///etc/passwd" },
		"odd methods":      func(d map[string]any) { d["token_endpoint_auth_methods_supported"] = 1 },
		"keys of no place": func(d map[string]any) { d["jwks_uri"] = "/keys" },
	} {
		s.Replace(document, func(w http.ResponseWriter, _ *http.Request) {
			d := s.Document()
			change(d)
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(d)
		})
		_, err := newSite(t, s, nil).Begin(t.Context(), authtest.Browser(t))
		require.Equal(t, core.KindUnavailable, core.KindOf(err), "%s: %v", what, err)
		require.Error(t, err, what)
	}
	for what, h := range map[string]http.HandlerFunc{
		"malformed": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"huge":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(make([]byte, 2<<20)) },
		"elsewhere": func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
		},
	} {
		s.Replace(document, h)
		_, err := newSite(t, s, nil).Begin(t.Context(), authtest.Browser(t))
		require.Error(t, err, what)
		require.Equal(t, core.KindUnavailable, core.KindOf(err), what)
		require.Less(t, len(err.Error()), 400, what)
	}
}

// The secret goes where the provider wants it, and a provider need not have userinfo.
func TestProvidersDiffer(t *testing.T) {
	t.Parallel()
	var form atomic.Bool
	for what, c := range map[string]struct {
		methods any
		public  bool
		form    bool
	}{
		"basic":           {[]string{"client_secret_basic"}, false, false},
		"both":            {[]string{"client_secret_post", "client_secret_basic"}, false, false},
		"post":            {[]string{"client_secret_post"}, false, true},
		"not said":        {nil, false, false},
		"a public client": {[]string{"none"}, true, true},
	} {
		s := authtest.OIDC(t)
		s.Replace(document, func(w http.ResponseWriter, _ *http.Request) {
			d := s.Document()
			delete(d, "userinfo_endpoint")
			if d["token_endpoint_auth_methods_supported"] = c.methods; c.methods == nil {
				delete(d, "token_endpoint_auth_methods_supported")
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(d)
		})
		site := newSite(t, s, func(o *oidc.Options) {
			if c.public {
				o.ClientSecret = ""
			}
		})
		s.Replace("/token", func(w http.ResponseWriter, r *http.Request) {
			_, _, basic := r.BasicAuth()
			form.Store(!basic && r.FormValue("client_id") == authtest.ClientID)
			r.SetBasicAuth(authtest.ClientID, authtest.ClientSecret) // what the stand-in takes
			s.Serve(w, r)
		})
		p, err := site.Login(t, authtest.Browser(t))
		require.NoError(t, err, what)
		require.Equal(t, "alice@example.com", p.Email, what)
		require.Equal(t, c.form, form.Load(), what)
	}
}

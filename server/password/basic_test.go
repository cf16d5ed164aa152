package password_test

import (
	"encoding/base64"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/password"
)

func raw(b []byte) string { return base64.RawStdEncoding.EncodeToString(b) }

func TestParseBasic(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ header, login, password, err string }{
		{"", "", "", "missing Authorization header"},
		{"Basic", "", "", "invalid Authorization header"},
		{"Zm9vOmJhcg==", "", "", "invalid Authorization header"},
		{"Basic  Zm9vOmJhcg==", "", "", "invalid Authorization header"},
		{"Basic Zm9vOmJhcg== x", "", "", "invalid Authorization header"},
		{"Bearer Zm9vOmJhcg==", "", "", "invalid http authorization scheme"},
		{"Basic:Zm9vOmJhcg== x", "", "", "invalid http authorization scheme"},
		{"Basic ", "", "", "invalid credentials"},
		{"Basic !", "", "", "invalid credentials"},
		{"Basic Zm9v", "", "", "invalid credentials"}, // no colon
		{"Basic Zm9vOmJhcg==", "foo", "bar", ""},
		{"basic Zm9vOmJhcg==", "foo", "bar", ""},
		{"BASIC Zm9vOmJhcg", "foo", "bar", ""},
		{"Basic " + base64.StdEncoding.EncodeToString([]byte("a:b:c")), "a", "b:c", ""},
		{"Basic " + base64.StdEncoding.EncodeToString([]byte(":")), "", "", ""},
		{"Basic " + base64.StdEncoding.EncodeToString([]byte("é:\xff?>~")), "é", "\xff?>~", ""},
		{"Basic " + base64.URLEncoding.EncodeToString([]byte("é:\xff?>~")), "é", "\xff?>~", ""},
	} {
		login, pass, err := password.ParseBasic(c.header)
		if c.err != "" {
			require.EqualError(t, err, c.err, c.header)
			require.Equal(t, core.KindUnauthenticated, core.KindOf(err))
			continue
		}
		require.NoError(t, err, c.header)
		require.Equal(t, []string{c.login, c.password}, []string{login, pass}, c.header)
	}
}

// Whatever way a client encodes the pair, the hash Plik 1.3 stored is found.
func TestParseBasicThenVerifyMD5(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	for _, header := range []string{"Basic Zm9vOmJhcg==", "basic Zm9vOmJhcg", "Basic Zm9vOmJhcg="} {
		login, pass, err := password.ParseBasic(header)
		require.NoError(t, err)
		ok, err := k.Verify(t.Context(), "upload", fooBarMD5, login, pass)
		require.NoError(t, err)
		require.True(t, ok, header)
	}
}

func FuzzParseBasic(f *testing.F) {
	f.Add("Basic Zm9vOmJhcg==")
	f.Add("basic  x")
	f.Fuzz(func(t *testing.T, header string) {
		login, pass, err := password.ParseBasic(header)
		if err != nil {
			if login != "" || pass != "" || core.KindOf(err) != core.KindUnauthenticated {
				t.Fatalf("%q, %q, %v", login, pass, err)
			}
			return
		}
		// What the standard library reads is read the same.
		r := http.Request{Header: http.Header{"Authorization": {header}}}
		if l, p, ok := r.BasicAuth(); ok && (l != login || p != pass) {
			t.Fatalf("%q:%q, want %q:%q", login, pass, l, p)
		}
	})
}

package middleware_test

import (
	"crypto/tls"
	"net/http"
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

func trusting() *middleware.Proxies {
	return &middleware.Proxies{Header: "X-Forwarded-For", Trusted: []netip.Prefix{
		netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fc00::/7"),
	}}
}

func TestClient(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		peer string
		xff  []string
		want string // empty: an error
	}{
		"direct":                 {"127.0.0.1:1", nil, "127.0.0.1"},
		"one proxy":              {"127.0.0.1:1", []string{"8.8.8.8"}, "8.8.8.8"},
		"list":                   {"10.0.0.1:1", []string{"1.1.1.1, 8.8.8.8,10.2.3.4"}, "8.8.8.8"},
		"several headers":        {"10.0.0.1:1", []string{"1.1.1.1", "8.8.8.8", "10.2.3.4"}, "8.8.8.8"},
		"all trusted":            {"10.0.0.1:1", []string{"10.9.9.9, 10.2.3.4"}, "10.9.9.9"},
		"untrusted peer":         {"9.9.9.9:1", []string{"8.8.8.8"}, "9.9.9.9"},
		"untrusted, nonsense":    {"9.9.9.9:1", []string{"nonsense"}, "9.9.9.9"},
		"nonsense":               {"127.0.0.1:1", []string{"nonsense"}, ""},
		"nonsense left of it":    {"127.0.0.1:1", []string{"nonsense, 8.8.8.8"}, "8.8.8.8"},
		"with port":              {"127.0.0.1:1", []string{"8.8.8.8:99"}, "8.8.8.8"},
		"IPv6":                   {"[fd00::1]:1", []string{"2001:db8::1"}, "2001:db8::1"},
		"IPv6 in brackets":       {"[fd00::1]:1", []string{"[2001:db8::1]:99"}, "2001:db8::1"},
		"mapped":                 {"[::ffff:127.0.0.1]:1", []string{"::ffff:8.8.8.8"}, "8.8.8.8"},
		"zone":                   {"[fe80::1%eth0]:1", nil, "fe80::1"},
		"empty items":            {"127.0.0.1:1", []string{" , 8.8.8.8 , "}, "8.8.8.8"},
		"empty":                  {"127.0.0.1:1", []string{""}, "127.0.0.1"},
		"no address of the peer": {"@", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ip, _, err := trusting().Client(&http.Request{RemoteAddr: c.peer, Header: http.Header{"X-Forwarded-For": c.xff}})
			if c.want == "" {
				require.Equal(t, core.KindInvalid, core.KindOf(err))
				require.Contains(t, err.Error(), "invalid IP address")
				return
			}
			require.NoError(t, err)
			require.Equal(t, c.want, ip.String())
		})
	}
}

func TestClientWithoutHeader(t *testing.T) {
	t.Parallel()
	p := trusting()
	p.Header = ""
	ip, _, err := p.Client(&http.Request{RemoteAddr: "127.0.0.1:1", Header: http.Header{"X-Forwarded-For": {"8.8.8.8"}}})
	require.NoError(t, err)
	require.Equal(t, "127.0.0.1", ip.String())
}

func TestSecure(t *testing.T) {
	t.Parallel()
	https := http.Header{"X-Forwarded-Proto": {"https"}}
	for name, c := range map[string]struct {
		r    *http.Request
		want bool
	}{
		"plain":     {&http.Request{RemoteAddr: "127.0.0.1:1"}, false},
		"TLS":       {&http.Request{RemoteAddr: "9.9.9.9:1", TLS: &tls.ConnectionState{}}, true},
		"proxy":     {&http.Request{RemoteAddr: "127.0.0.1:1", Header: https}, true},
		"pretender": {&http.Request{RemoteAddr: "9.9.9.9:1", Header: https}, false},
	} {
		_, secure, err := trusting().Client(c.r)
		require.NoError(t, err)
		require.Equal(t, c.want, secure, name)
	}
}

func FuzzForwardedFor(f *testing.F) {
	for _, s := range []string{"", "8.8.8.8", "1.1.1.1, 10.0.0.1", "[::1]:80", "fe80::1%eth0", ",,,", "a,b"} {
		f.Add(s)
	}
	p := trusting()
	f.Fuzz(func(t *testing.T, s string) {
		ip, _, err := p.Client(&http.Request{RemoteAddr: "127.0.0.1:1", Header: http.Header{"X-Forwarded-For": {s}}})
		if err == nil && (!ip.IsValid() || ip.Is4In6() || ip.Zone() != "") {
			t.Errorf("%q gives %v", s, ip)
		}
	})
}

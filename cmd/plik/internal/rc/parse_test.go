package rc_test

import (
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/rc"
)

func TestParseTTL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int{
		"0": 0, "3600": 3600, "-1": -1, "60m": 3600, "24h": 86400, "30d": 2592000, "-1d": -86400, "2w": 1209600, "30s": 30,
		"1h30m": 5400, "1w2d3h4m5s": 788645, "never": -1, "NEVER": -1, "007": 7, "0d": 0, "2147483647": 2147483647, "-2147483648": -2147483648,
	} {
		got, err := rc.ParseTTL(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", "m", "1.5h", "1y", "1h1h", "1m1h", "1h30", "+1", "1 h", " 1", "h1", "2147483648", "99999999999999999999", "9999999w", "-", "--1", "1d-1h", "１d", "1H"} {
		_, err := rc.ParseTTL(text)
		require.EqualError(t, err, "Invalid TTL "+text, text)
	}
	_, err := rc.ParseTTL("\x1b[31m")
	require.EqualError(t, err, `Invalid TTL "\x1b[31m"`)
}

func FuzzParseTTL(f *testing.F) {
	for _, s := range []string{"30d", "1w2d3h4m5s", "-1", "3600", "never", "1.5h", "9999999w", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := rc.ParseTTL(text)
		if err != nil {
			require.Zero(t, n)
			require.True(t, strings.HasPrefix(err.Error(), "Invalid TTL "))
			require.NotContains(t, err.Error(), "\x1b")
			return
		}
		if !strings.HasPrefix(text, "-") && !strings.EqualFold(text, "never") {
			require.GreaterOrEqual(t, n, 0)
			negative, err := rc.ParseTTL("-" + text)
			require.NoError(t, err)
			require.Equal(t, -n, negative)
		}
	})
}

func TestParseURL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"http://127.0.0.1:8080":       "http://127.0.0.1:8080",
		"127.0.0.1:19111":             "http://127.0.0.1:19111",
		"localhost":                   "http://localhost",
		"plik.example.org:80/sub//":   "http://plik.example.org:80/sub",
		" HTTPS://plik.example.org/ ": "https://plik.example.org",
		"https://plik.example/#/?id=": "https://plik.example",
		"[::1]:8080":                  "http://[::1]:8080",
		"http://me:pw@x/":             "http://me:pw@x",
		"http://x/a b":                "http://x/a%20b",
	} {
		got, err := rc.ParseURL(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "  ", "#/", "ftp://x", "http://", "http:///x", "http://x:port", "http://x?y", "http://x?", "file:///etc/passwd", "http://a b", "http://%zz", "://x", "http://:80"} {
		_, err := rc.ParseURL(text)
		require.Error(t, err, text)
	}
}

func FuzzParseURL(f *testing.F) {
	for _, s := range []string{"http://x/", "127.0.0.1:1", "[::1]:8080", "https://a:b@c/d/#e", "http://x?y", "//x", "http://x/%2f/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := rc.ParseURL(text)
		if err != nil {
			require.Empty(t, got)
			return
		}
		u, err := url.Parse(got)
		require.NoError(t, err)
		require.Contains(t, []string{"http", "https"}, u.Scheme)
		require.NotEmpty(t, u.Host)
		require.Empty(t, u.RawQuery)
		require.Empty(t, u.Fragment)
		again, err := rc.ParseURL(got)
		require.NoError(t, err)
		require.Equal(t, got, again)
	})
}

// FuzzLoad reads any file: it is an error that names it, or what was read is read again the same
// after it was written.
func FuzzLoad(f *testing.F) {
	for _, text := range []string{first, everything, servers, "", "URL = ", "[Profiles.a]\nURL=1", "Profile='a'\n[profiles.a]\n", "TTL = 1979-05-27", "x = nan\ntoken='a'\nTOKEN='b'", "[[SecureOptions]]\nCipher='x'"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		path := file(t, text)
		l, err := rc.Load(rc.LoadOptions{Path: path})
		if err != nil {
			require.Nil(t, l)
			require.Contains(t, err.Error(), path)
			return
		}
		c := *l.Config
		c.Profile = "" // the profile itself is not in what Encode writes
		require.NoError(t, os.WriteFile(path, rc.Encode(&c), 0o600))
		again, err := rc.Load(rc.LoadOptions{Path: path})
		require.NoError(t, err)
		for _, k := range rc.Keys() {
			require.Equal(t, k.Text(&c), k.Text(again.Config), k.Name)
		}
	})
}

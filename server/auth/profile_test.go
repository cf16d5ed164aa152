package auth_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
)

func TestSettle(t *testing.T) {
	t.Parallel()
	yes := true
	for what, c := range map[string]struct{ in, want auth.Profile }{
		"as it is": {
			auth.Profile{Login: "alice@example.com", Name: "Alice É. 日本", Email: "alice@example.com", EmailVerified: true, Admin: &yes},
			auth.Profile{Login: "alice@example.com", Name: "Alice É. 日本", Email: "alice@example.com", EmailVerified: true, Admin: &yes},
		},
		"another provider's name": {auth.Profile{Provider: "local", Login: "a"}, auth.Profile{Login: "a"}},
		"lines and controls":      {auth.Profile{Login: "a", Name: "\x00 Al\nice\x1b[31m \u202eevil\u2066\u2028x\t"}, auth.Profile{Login: "a", Name: "Al ice [31m evil x"}},
		"broken UTF-8":            {auth.Profile{Login: "a", Name: "Al\xffice\xc3"}, auth.Profile{Login: "a", Name: "Alice"}},
		"long":                    {auth.Profile{Login: "a", Name: strings.Repeat("é", 200) + "x"}, auth.Profile{Login: "a", Name: strings.Repeat("é", 128)}},
		"long, cut in a rune":     {auth.Profile{Login: "a", Name: "x" + strings.Repeat("日", 200)}, auth.Profile{Login: "a", Name: "x" + strings.Repeat("日", 85)}},
		"address with control":    {auth.Profile{Login: "a", Email: "a\x00@example.com", EmailVerified: true}, auth.Profile{Login: "a"}},
		"long address":            {auth.Profile{Login: "a", Email: "a@" + strings.Repeat("x", 255), EmailVerified: true}, auth.Profile{Login: "a"}},
		"long login":              {auth.Profile{Login: strings.Repeat("x", 255)}, auth.Profile{Login: strings.Repeat("x", 255)}},
	} {
		c.want.Provider = "fake"
		got, err := auth.Settle(&c.in, &fake{name: "fake"})
		require.NoError(t, err, what)
		require.Equal(t, &c.want, got, what)
	}
	for _, login := range []string{"", " ", " a", "a ", "a\nb", "a\x00", "a\x7f", "\xff", "a\u202eb", "a\u00a0b", strings.Repeat("x", 256)} {
		_, err := auth.Settle(&auth.Profile{Login: login}, &fake{name: "fake"})
		require.Equal(t, core.KindForbidden, core.KindOf(err), "%q", login)
	}
	_, err := auth.Settle(nil, &fake{name: "fake"})
	require.Equal(t, core.KindForbidden, core.KindOf(err))
}

func TestDomains(t *testing.T) {
	t.Parallel()
	d, err := auth.NewDomains([]string{" Example.com", "@sub.kiss.org "})
	require.NoError(t, err)
	for email, ok := range map[string]bool{
		"a@example.com": true, "A@EXAMPLE.COM": true, "a@sub.kiss.org": true, "x@y@example.com": true, `"a@b"@example.com`: true,
		"a@example.com@evil.test": false, "a@sub.example.com": false, "a@kiss.org": false, "a@xexample.com": false, "a@example.com.": false,
		"a@example.com ": false, "example.com": false, "@example.com": false, "": false, "a@": false,
		"a@sub.\u212aiss.org": false, "a@sub.ki\u017fs.org": false, // letters that Unicode folds to k and s
	} {
		err := d.Check(email)
		if ok {
			require.NoError(t, err, email)
			continue
		}
		require.EqualError(t, err, "unauthorized domain name", email)
		require.Equal(t, core.KindForbidden, core.KindOf(err), email)
	}
	none, err := auth.NewDomains(nil)
	require.NoError(t, err)
	require.NoError(t, none.Check(""))
	for _, bad := range []string{"", " ", "@", "a@b", "a b"} {
		_, err := auth.NewDomains([]string{bad})
		require.Error(t, err, "%q", bad)
	}
}

func FuzzSettle(f *testing.F) {
	f.Add("alice", "Alice\n", "a@example.com")
	f.Add("\xff", strings.Repeat("é", 200), strings.Repeat("x", 300))
	f.Fuzz(func(t *testing.T, login, name, email string) {
		p, err := auth.Settle(&auth.Profile{Login: login, Name: name, Email: email}, &fake{name: "fake"})
		if err != nil {
			return
		}
		require.Equal(t, login, p.Login)
		require.True(t, p.Email == email || p.Email == "")
		again, err := auth.Settle(p, &fake{name: "fake"})
		require.NoError(t, err)
		require.Equal(t, p, again)
		for _, s := range []string{p.Login, p.Name, p.Email} {
			require.True(t, utf8.ValidString(s) && len(s) <= 256 && !strings.ContainsAny(s, "\x00\n\r\x1b\x7f"), "%q", s)
		}
	})
}

package auth_test

import (
	"bytes"
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
)

const (
	begin = 1_795_468_508 // unix seconds
	xsrf  = "9dcd9f85-7011-4f06-442e-23cad6deb707"
)

var testKey = bytes.Repeat([]byte("k"), 64)

func newSessions(t testing.TB, o auth.SessionOptions) *auth.Sessions {
	t.Helper()
	if o.Key == nil {
		o.Key = testKey
	}
	if o.Now == nil {
		o.Now = func() time.Time { return time.Unix(begin, 0) }
	}
	s, err := auth.NewSessions(o)
	require.NoError(t, err)
	return s
}

func sign(t testing.TB, method jwt.SigningMethod, key any, claims jwt.MapClaims) string {
	t.Helper()
	out, err := jwt.NewWithClaims(method, claims).SignedString(key)
	require.NoError(t, err)
	return out
}

func TestNewSessionsRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []auth.SessionOptions{
		{},
		{Key: make([]byte, 31)},
		{Key: make([]byte, 64), Lifetime: -1},
	} {
		_, err := auth.NewSessions(o)
		require.Error(t, err)
	}
}

func TestSessionRoundTrip(t *testing.T) {
	t.Parallel()
	s := newSessions(t, auth.SessionOptions{Lifetime: time.Hour})
	made, value, err := s.New("local:alice", 3)
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, made.XSRF)
	read, err := s.Parse(value)
	require.NoError(t, err)
	require.Equal(t, made, read)
	require.Equal(t, auth.Session{
		User: "local:alice", XSRF: made.XSRF, Generation: 3, CreatedAt: time.Unix(begin, 0), ExpireAt: time.Unix(begin+3600, 0),
	}, read)
	require.Regexp(t, `^[0-9a-f]{64}$`, read.ID())
	other, _, err := s.New("local:alice", 3)
	require.NoError(t, err)
	require.NotEqual(t, made.ID(), other.ID())

	header, err := base64.RawURLEncoding.DecodeString(strings.Split(value, ".")[0])
	require.NoError(t, err)
	require.JSONEq(t, `{"alg":"HS512","typ":"JWT"}`, string(header))

	for uid, generation := range map[core.UserID]int{"": 0, "local:alice": -1, core.UserID(strings.Repeat("x", 4096)): 0} {
		_, _, err := s.New(uid, generation)
		require.Error(t, err)
	}
}

// Who is logged in at Plik 1.3 stays so: its sessions have no generation.
func TestParseOldSession(t *testing.T) {
	t.Parallel()
	value := sign(t, jwt.SigningMethodHS512, testKey, jwt.MapClaims{"uid": "local:admin", "xsrf": xsrf, "created_at": "1795468508"})
	got, err := newSessions(t, auth.SessionOptions{}).Parse(value)
	require.NoError(t, err)
	require.Equal(t, auth.Session{
		User: "local:admin", XSRF: xsrf, CreatedAt: time.Unix(begin, 0), ExpireAt: time.Unix(begin, 0).AddDate(1, 0, 0),
	}, got)
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	s := newSessions(t, auth.SessionOptions{Lifetime: time.Hour})
	with := func(change map[string]any) string {
		c := jwt.MapClaims{"uid": "local:alice", "xsrf": xsrf, "created_at": "1795468508", "gen": "1"}
		for k, v := range change {
			if c[k] = v; v == nil {
				delete(c, k)
			}
		}
		return sign(t, jwt.SigningMethodHS512, testKey, c)
	}
	good := with(nil)
	_, err := s.Parse(good)
	require.NoError(t, err)
	_, err = s.Parse(with(map[string]any{"created_at": "1795464908"})) // just not too old
	require.NoError(t, err)
	_, err = s.Parse(with(map[string]any{"created_at": "1795468808"})) // just not too new
	require.NoError(t, err)

	parts := strings.Split(good, ".")
	old := jwt.MapClaims{"uid": "local:alice", "xsrf": xsrf, "created_at": "1795468508"}
	for what, value := range map[string]string{
		"empty":               "",
		"text":                "abc",
		"HS256":               sign(t, jwt.SigningMethodHS256, testKey, old),
		"HS384":               sign(t, jwt.SigningMethodHS384, testKey, old),
		"none":                sign(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, old),
		"another key":         sign(t, jwt.SigningMethodHS512, append([]byte("x"), testKey[1:]...), old),
		"no signature":        parts[0] + "." + parts[1] + ".",
		"another's signature": parts[0] + "." + strings.Split(with(map[string]any{"uid": "local:admin"}), ".")[1] + "." + parts[2],
		"one part more":       good + ".x",
		"no uid":              with(map[string]any{"uid": nil}),
		"empty uid":           with(map[string]any{"uid": ""}),
		"uid no text":         with(map[string]any{"uid": 1}),
		"no xsrf":             with(map[string]any{"xsrf": nil}),
		"empty xsrf":          with(map[string]any{"xsrf": ""}),
		"no time":             with(map[string]any{"created_at": nil}),
		"time no text":        with(map[string]any{"created_at": begin}),
		"time no number":      with(map[string]any{"created_at": "now"}),
		"too old":             with(map[string]any{"created_at": "1795464907"}),
		"from the future":     with(map[string]any{"created_at": "1795468809"}),
		"from long ago":       with(map[string]any{"created_at": "-9223372036854775808"}),
		"from far away":       with(map[string]any{"created_at": "9223372036854775807"}),
		"generation no text":  with(map[string]any{"gen": 1}),
		"generation below 0":  with(map[string]any{"gen": "-1"}),
		"generation a word":   with(map[string]any{"gen": "one"}),
		"expired otherwise":   with(map[string]any{"exp": begin - 1}),
		"too long":            with(map[string]any{"x": strings.Repeat("x", 4096)}),
	} {
		got, err := s.Parse(value)
		require.Equal(t, core.KindForbidden, core.KindOf(err), what)
		e, _ := err.(*core.Error)
		require.Equal(t, []string{"session_invalid", "invalid session"}, []string{e.Code, e.Text}, what)
		require.Zero(t, got, what)
		if value != "" {
			require.NotContains(t, err.Error(), value, what)
		}
	}
}

func TestCookies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		path   string
		secure bool
		tail   string
	}{
		{"", false, ""},
		{"", true, "; Secure"},
		{"/plik", true, "; Secure"},
	} {
		s := newSessions(t, auth.SessionOptions{Path: c.path, Lifetime: 90 * time.Minute})
		path := "; Path=/" + strings.TrimPrefix(c.path, "/")
		w := httptest.NewRecorder()
		s.SetCookies(w, "a.b.c", xsrf, c.secure)
		require.Equal(t, []string{
			"plik-session=a.b.c" + path + "; Max-Age=5400; HttpOnly" + c.tail + "; SameSite=Lax",
			"plik-xsrf=" + xsrf + path + "; Max-Age=5400" + c.tail + "; SameSite=Lax",
		}, w.Header()["Set-Cookie"])
		w = httptest.NewRecorder()
		s.ClearCookies(w, c.secure)
		require.Equal(t, []string{
			"plik-session=" + path + "; Max-Age=0; HttpOnly" + c.tail + "; SameSite=Lax",
			"plik-xsrf=" + path + "; Max-Age=0" + c.tail + "; SameSite=Lax",
		}, w.Header()["Set-Cookie"])
		w = httptest.NewRecorder()
		s.SetDevice(w, "x.y", c.secure)
		require.Equal(t, []string{"plik-device=x.y" + path + "; Max-Age=31536000; HttpOnly" + c.tail + "; SameSite=Lax"}, w.Header()["Set-Cookie"])
	}
}

func TestCheckXSRF(t *testing.T) {
	t.Parallel()
	session := auth.Session{XSRF: xsrf}
	for _, c := range []struct{ method, header, want string }{
		{"GET", "", ""},
		{"HEAD", "", ""},
		{"GET", "wrong", ""},
		{"POST", xsrf, ""},
		{"DELETE", xsrf, ""},
		{"POST", "", "missing xsrf header"},
		{"OPTIONS", "", "missing xsrf header"},
		{"get", "", "missing xsrf header"},
		{"POST", xsrf[1:], "invalid xsrf header"},
		{"DELETE", strings.ToUpper(xsrf), "invalid xsrf header"},
	} {
		r := httptest.NewRequest(c.method, "/", nil)
		if c.header != "" {
			r.Header.Set(auth.XSRFHeader, c.header)
		}
		err := auth.CheckXSRF(r, session)
		if c.want == "" {
			require.NoError(t, err, c)
			continue
		}
		require.EqualError(t, err, c.want, c)
		require.Equal(t, core.KindForbidden, core.KindOf(err), c)
	}
}

func FuzzParse(f *testing.F) {
	s := newSessions(f, auth.SessionOptions{})
	// Not from New: the processes that fuzz must agree on it.
	value := sign(f, jwt.SigningMethodHS512, testKey, jwt.MapClaims{"uid": "local:alice", "xsrf": xsrf, "created_at": "1795468508", "gen": "1"})
	f.Add(value)
	f.Add(value[:len(value)-1])
	f.Add("a.b.c")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := s.Parse(in)
		if err != nil {
			require.Equal(t, core.KindForbidden, core.KindOf(err))
			require.Zero(t, got)
			return
		}
		// Nobody but us signs; trailing bits of base64 aside.
		require.Equal(t, strings.Split(value, ".")[:2], strings.Split(in, ".")[:2])
		require.Equal(t, []any{core.UserID("local:alice"), xsrf, 1}, []any{got.User, got.XSRF, got.Generation})
	})
}

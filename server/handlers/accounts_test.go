package handlers_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/bcrypt"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/uploads"
)

func (e *env) post(path, body string, headers ...string) answer {
	e.Helper()
	return e.do("POST", path, strings.NewReader(body), headers...)
}

func TestNoAccounts(t *testing.T) {
	t.Parallel()
	e := serve(t)
	e.create(`{}`, "X-PlikToken", "bogus", "Cookie", "plik-session=bogus")
	e.get("/me", "X-PlikToken", "bogus").is(t, 401, "you must be authenticated, please login first\n")
	e.post("/auth/local/login", `{"login":"root","password":"password"}`).is(t, 400, "authentication is disabled\n")
	e.get("/auth/logout").is(t, 200, "")
	e.get("/auth/ovh/login").is(t, 400, "OVH authentication is disabled\n")
	e.get("/me", "X-Plik-Impersonate", "local:root").is(t, 403, "you need administrator privileges\n")
}

func TestLocalLogin(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	_, err := e.accounts.CreateUser(t.Context(), accounts.NewUser{Provider: "local", Login: "alice", Password: "password"})
	require.NoError(t, err)
	for body, want := range map[string]string{
		``:                        "400 unable to deserialize request body : missing",
		`x`:                       "400 unable to deserialize request body : invalid character 'x' looking for beginning of value",
		`{"password":"password"}`: "400 missing login",
		`{"login":"alice"}`:       "400 missing password",
		`{"login":"alice","password":"passwore"}`:        "403 invalid credentials",
		`{"login":"bob","password":"password"}`:          "403 invalid credentials",
		`{"login":"google:alice","password":"password"}`: "403 invalid credentials",
	} {
		a := e.post("/auth/local/login", body)
		require.Equal(t, want+"\n", fmt.Sprintf("%d %s", a.status, a.body))
		require.Empty(t, a.Values("Set-Cookie"))
	}
	big := e.post("/auth/local/login", `{"login":"alice","password":"`+strings.Repeat("x", 64<<10)+`"}`)
	big.is(t, 413, "the request body is too large, maximum size is 65536 bytes\n")

	a, session := e.login("alice", "password")
	a.is(t, 200, "ok")
	set := strings.Join(a.Values("Set-Cookie"), "\n")
	require.Regexp(t, `(?m)^plik-session=ey[^;]+; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax$`, set)
	require.Regexp(t, `(?m)^plik-xsrf=[0-9a-f-]{36}; Path=/; Max-Age=3600; SameSite=Lax$`, set)
	me := into[api.User](t, e.get("/me", session...))
	require.Equal(t, "local:alice", me.ID)

	// Over TLS, which a trusted proxy speaks for us, the cookies go nowhere else.
	a, _ = e.login("alice", "password", "X-Forwarded-Proto", "https")
	require.Regexp(t, `(?m)^plik-session=ey[^;]+; Path=/; Max-Age=3600; HttpOnly; Secure; SameSite=Lax$`, strings.Join(a.Values("Set-Cookie"), "\n"))
}

// sessionOf signs what it is told to.
func sessionOf(t *testing.T, method jwt.SigningMethod, key []byte, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(method, claims).SignedString(key)
	require.NoError(t, err)
	return token
}

// noneOf is signed by nobody.
func noneOf(t *testing.T, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodNone, claims).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	return token
}

func TestSessionCookies(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	u := e.enroll("alice", false)
	now := e.now.Now()
	claims := func(change func(jwt.MapClaims)) jwt.MapClaims {
		c := jwt.MapClaims{"uid": "local:alice", "xsrf": "9dcd9f85-7011-4f06-442e-23cad6deb707", "created_at": fmt.Sprint(now.Unix())}
		if change != nil {
			change(c)
		}
		return c
	}
	good := sessionOf(t, jwt.SigningMethodHS512, sessionKey, claims(nil)) // as Plik 1.3 makes them
	require.Equal(t, 200, e.get("/me", "Cookie", "plik-session="+good).status)

	for name, value := range map[string]string{
		"empty": "", "garbage": "x.y.z", "other key": sessionOf(t, jwt.SigningMethodHS512, []byte(strings.Repeat("x", 64)), claims(nil)),
		"other algorithm": sessionOf(t, jwt.SigningMethodHS256, sessionKey, claims(nil)),
		"no algorithm":    noneOf(t, claims(nil)),
		"too old":         sessionOf(t, jwt.SigningMethodHS512, sessionKey, claims(func(c jwt.MapClaims) { c["created_at"] = fmt.Sprint(now.Add(-61 * time.Minute).Unix()) })),
		"in the future":   sessionOf(t, jwt.SigningMethodHS512, sessionKey, claims(func(c jwt.MapClaims) { c["created_at"] = fmt.Sprint(now.Add(time.Hour).Unix()) })),
		"no time":         sessionOf(t, jwt.SigningMethodHS512, sessionKey, claims(func(c jwt.MapClaims) { delete(c, "created_at") })),
		"no xsrf":         sessionOf(t, jwt.SigningMethodHS512, sessionKey, claims(func(c jwt.MapClaims) { delete(c, "xsrf") })),
		"no user":         sessionOf(t, jwt.SigningMethodHS512, sessionKey, claims(func(c jwt.MapClaims) { c["uid"] = "" })),
		"user is gone":    sessionOf(t, jwt.SigningMethodHS512, sessionKey, claims(func(c jwt.MapClaims) { c["uid"] = "local:bob" })),
		"generation":      sessionOf(t, jwt.SigningMethodHS512, sessionKey, claims(func(c jwt.MapClaims) { c["gen"] = "1" })),
	} {
		a := e.get("/version", "Cookie", "plik-session="+value) // a route that asks for nobody
		require.Equal(t, 200, a.status, name)
		a = e.post("/upload", "", "Cookie", "plik-session="+value) // and one that would take anybody
		require.Equal(t, 403, a.status, name)
		require.Contains(t, a.body, "invalid session", name)
		require.Equal(t, []string{"plik-session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax", "plik-xsrf=; Path=/; Max-Age=0; SameSite=Lax"}, a.Values("Set-Cookie"), name)
	}

	s := e.session(u)
	cookie := s[:2]
	e.post("/upload", "", cookie...).is(t, 403, "missing xsrf header\n")
	e.post("/upload", "", append(cookie[:2:2], "X-XSRFToken", "x")...).is(t, 403, "invalid xsrf header\n")
	require.Equal(t, 200, e.post("/upload", "", s...).status)
	e.post("/upload", "", append(s[:4:4], "Sec-Fetch-Site", "cross-site")...).is(t, 403, "cross-origin request refused\n")
	e.post("/upload", "", append(s[:4:4], "Origin", "https://evil.example")...).is(t, 403, "cross-origin request refused\n")
	require.Equal(t, 200, e.post("/upload", "", append(s[:4:4], "Origin", e.url)...).status)
	a := e.post("/auth/local/login", `{"login":"alice","password":"password"}`, "Sec-Fetch-Site", "cross-site")
	a.is(t, 403, "cross-origin request refused\n")
}

// Every way of ending a session works at once, and for a copy of its cookie.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	root := e.session(e.enroll("root", true))
	for name, end := range map[string]func(u *core.User, s who) int{
		"logout":         func(_ *core.User, s who) int { return e.get("/auth/logout", s...).status },
		"logout by POST": func(_ *core.User, s who) int { return e.do("POST", "/auth/logout", nil, s...).status },
		"end all":        func(_ *core.User, s who) int { return e.do("DELETE", "/me/sessions", nil, s...).status },
		"own password": func(u *core.User, s who) int {
			return e.post("/user/"+string(u.ID), `{"id":"`+string(u.ID)+`","password":"new password"}`, s...).status
		},
		"password by administrator": func(u *core.User, _ who) int {
			return e.post("/user/"+string(u.ID), `{"id":"`+string(u.ID)+`","password":"new password"}`, root...).status
		},
		"own deletion":              func(_ *core.User, s who) int { return e.do("DELETE", "/me", nil, s...).status },
		"deletion by administrator": func(u *core.User, _ who) int { return e.do("DELETE", "/user/"+string(u.ID), nil, root...).status },
	} {
		u := e.enroll(strings.ReplaceAll(name, " ", "-"), false)
		s := e.session(u)
		require.Equal(t, 200, e.get("/me", s...).status, name)
		require.Equal(t, 200, end(u, s), name)
		require.Equal(t, 403, e.get("/me", s...).status, name)
	}

	u := e.enroll("alice", false)
	one, two := e.session(u), e.session(u)
	require.Equal(t, 200, e.get("/auth/logout", one...).status)
	require.Equal(t, 200, e.get("/me", two...).status, "other sessions go on")
	require.Equal(t, 200, e.get("/auth/logout", append(two[:4:4], "Sec-Fetch-Site", "cross-site")...).status)
	require.Equal(t, 200, e.get("/me", two...).status, "other sites log nobody out")
	a := e.post("/user/local:alice", `{"id":"local:alice","password":"new password"}`, two...)
	require.Equal(t, 200, a.status)
	require.Equal(t, 200, e.get("/me", cookies(a)...).status, "who changes the password stays")
	a, _ = e.login("alice", "new password")
	require.Equal(t, 200, a.status)
}

func TestLoginGuessing(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts, func(o *handlers.Options, _ *uploads.Policy) { o.Proxies.Header = "X-Forwarded-For" })
	_, err := e.accounts.CreateUser(t.Context(), accounts.NewUser{Provider: "local", Login: "alice", Password: "password"})
	require.NoError(t, err)
	owner, browser := e.login("alice", "password", "X-Forwarded-For", "192.0.2.1")
	require.Equal(t, 200, owner.status)

	passed := 0
	for i := range 200 { // each from an address of its own
		a, _ := e.login("alice", "wrong", "X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", i/200, i%200))
		switch a.status {
		case 403:
			passed++
		case 429:
			require.NotEmpty(t, a.Get("Retry-After"))
			require.Contains(t, a.body, "too many wrong attempts, try again in ")
		default:
			t.Fatal(a.status, a.body)
		}
	}
	require.Equal(t, 10, passed)
	a, _ := e.login("alice", "password", "X-Forwarded-For", "203.0.113.1")
	require.Equal(t, 429, a.status, "a stranger's right guess is one as well")
	a, _ = e.login("alice", "password", "X-Forwarded-For", "192.0.2.1", "Cookie", browser[1][strings.Index(browser[1], "plik-device"):])
	require.Equal(t, 200, a.status, "the owner's browser gets in")

	passed = 0
	for i := range 100 { // from one address
		if a, _ := e.login(fmt.Sprintf("nobody%d", i), "wrong", "X-Forwarded-For", "203.0.113.9"); a.status == 403 {
			passed++
		}
	}
	require.Equal(t, 10, passed)
	e.now.add(time.Hour)
	a, _ = e.login("alice", "password", "X-Forwarded-For", "203.0.113.9")
	require.Equal(t, 200, a.status, "nobody is locked out for good")
	require.NotContains(t, e.events.String(), "wrong")
	require.Contains(t, e.events.String(), `"action":"login_failed","result":"refused","target":"local:alice"`)
}

func TestUploadPasswordGuessing(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{"password":"secret"}`)
	passed := 0
	for i := range 50 {
		req := e.get("/upload/"+u.ID, "Authorization", basicAuth("plik", fmt.Sprint(i)))
		if req.status == 401 {
			passed++
		} else {
			require.Equal(t, 429, req.status)
		}
	}
	require.Equal(t, 10, passed)
	require.Equal(t, 200, e.get("/upload/"+u.ID, "X-UploadToken", u.UploadToken).status, "the owner is not locked out")
}

func basicAuth(login, password string) string {
	r := &http.Request{Header: http.Header{}}
	r.SetBasicAuth(login, password)
	return r.Header.Get("Authorization")
}

func TestOldPasswords(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	hash, err := bcrypt.GenerateFromPassword([]byte("password"), bcrypt.MinCost)
	require.NoError(t, err)
	u := &core.User{ID: "local:alice", Provider: "local", Login: "alice", Password: string(hash), CreatedAt: e.now.Now()}
	require.NoError(t, e.store.CreateUser(t.Context(), u))
	a, _ := e.login("alice", "password")
	require.Equal(t, 200, a.status)
	u, err = e.store.User(t.Context(), u.ID)
	require.NoError(t, err)
	require.Contains(t, u.Password, "$argon2id$", "it was stored anew")
	a, s := e.login("alice", "password")
	require.Equal(t, 200, a.status)
	require.NotContains(t, e.get("/me", s...).body, "argon2")
}

func TestUsers(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	root := e.session(e.enroll("root", true))
	alice := e.session(e.enroll("alice", false))

	made := into[api.User](t, e.post("/user", `{"provider":"local","login":"newuser","password":"newuserpw","name":"N","email":"n@x","admin":false,"maxFileSize":1000,"maxUserSize":5000,"maxTTL":3600}`, root...))
	require.Equal(t, api.User{ID: "local:newuser", Provider: "local", Login: "newuser", Name: "N", Email: "n@x", MaxFileSize: 1000, MaxUserSize: 5000, MaxTTL: 3600, CreatedAt: made.CreatedAt}, made)
	for _, c := range []struct {
		path, body, want string
		as               who
	}{
		{"/user", ``, "400 unable to deserialize user : missing", root},
		{"/user", `x`, "400 unable to deserialize user : invalid character 'x' looking for beginning of value", root},
		{"/user", `{"provider":"x","login":"login"}`, "400 unable to create user : invalid provider", root},
		{"/user", `{"provider":"local","login":"abc","password":"password"}`, "400 unable to create user : login is too short (min 4 chars)", root},
		{"/user", `{"provider":"local","login":"abcd","password":"passwor"}`, "400 unable to create user : password is too short (min 8 chars)", root},
		{"/user", `{"provider":"local","login":"newuser","password":"password"}`, "409 unable to create user : user local:newuser exists already", root},
		{"/user/local:alice", ``, "400 unable to deserialize user : missing", alice},
		{"/user/local:alice", `{"id":"local:root"}`, "400 user id mismatch", alice},
		{"/user/local:alice", `{}`, "400 user id mismatch", alice},
		{"/user/local:alice", `{"id":"local:alice","admin":true}`, "403 can't grant yourself admin right, nice try!", alice},
		{"/user/local:alice", `{"id":"local:alice","maxFileSize":-1}`, "403 can't edit your own quota, nice try!", alice},
		{"/user/local:alice", `{"id":"local:alice","maxUserSize":-1}`, "403 can't edit your own quota, nice try!", alice},
		{"/user/local:alice", `{"id":"local:alice","maxTTL":1}`, "403 can't edit your own quota, nice try!", alice},
		{"/user/local:alice", `{"id":"local:alice","password":"short"}`, "400 unable to update user : password is too short (min 8 chars)", alice},
		{"/user/local:root", `{"id":"local:root","admin":false}`, "409 this is the last administrator, appoint another one first", root},
		{"/user/local:nobody", `{"id":"local:nobody"}`, "404 user not found", root},
	} {
		a := e.post(c.path, c.body, c.as...)
		require.Equal(t, c.want+"\n", fmt.Sprintf("%d %s", a.status, a.body), c.body)
	}
	e.do("DELETE", "/user/local:root", nil, root...).is(t, 409, "this is the last administrator, appoint another one first\n")
	e.do("DELETE", "/me", nil, root...).is(t, 409, "this is the last administrator, appoint another one first\n")

	// What is not said stays.
	changed := into[api.User](t, e.post("/user/local:newuser", `{"id":"local:newuser","name":"New"}`, root...))
	require.Equal(t, "New", changed.Name)
	require.EqualValues(t, 5000, changed.MaxUserSize)
	// Old clients send everything back.
	all, err := json.Marshal(into[api.User](t, e.get("/me", alice...)))
	require.NoError(t, err)
	require.Equal(t, 200, e.post("/user/local:alice", strings.Replace(string(all), `"admin"`, `"name":"Alice","admin"`, 1), alice...).status)
	require.Equal(t, "Alice", into[api.User](t, e.get("/me", alice...)).Name)
}

func TestImpersonation(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	admin := e.enroll("root", true)
	root := e.session(admin)
	before := e.enroll("alice", false)
	as := append(root, "X-Plik-Impersonate", "local:alice")

	me := into[api.User](t, e.get("/me", as...))
	require.Equal(t, "local:alice", me.ID)
	require.True(t, me.Admin, "the rights of who acts stay")
	body, err := json.Marshal(me)
	require.NoError(t, err)
	require.Equal(t, 200, e.post("/user/local:alice", string(body), as...).status)
	after, err := e.store.User(t.Context(), before.ID)
	require.NoError(t, err)
	require.False(t, after.Admin, "saving that promotes nobody")

	e.create(`{}`, as...)
	e.create(`{}`, append(e.token(admin, core.ScopeUpload), "X-Plik-Impersonate", "local:alice")...)
	list := into[api.Page[*api.Upload]](t, e.get("/me/uploads", as...))
	require.Len(t, list.Results, 2)
	for _, u := range list.Results {
		require.Equal(t, "local:alice", u.User)
		require.Empty(t, u.Token, "an administrator's token is not the user's")
	}
	require.Contains(t, e.events.String(), `"action":"impersonate","result":"ok","actor":"local:root","as":"local:alice"`)
	require.Contains(t, e.log.String(), "local:root")

	for _, headers := range []who{
		append(e.session(after), "X-Plik-Impersonate", "local:root"), {"X-Plik-Impersonate", "local:root"},
		append(e.token(admin, core.ScopeFull), "X-Plik-Impersonate", "local:alice"),
	} {
		e.get("/me", headers...).is(t, 403, "you need administrator privileges\n")
	}
	e.get("/me", append(root, "X-Plik-Impersonate", "local:x")...).is(t, 403, "user to impersonate does not exists\n")
	require.Equal(t, 200, e.get("/users", append(root, "X-Plik-Impersonate", "local:x")...).status, "no part of it where only administrators come")
}

func TestTokens(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	alice := e.enroll("alice", false)
	s, bob := e.session(alice), e.session(e.enroll("bobby", false))

	plain := into[api.Token](t, e.do("POST", "/me/token", nil, s...))
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, plain.Token)
	named := into[api.Token](t, e.post("/me/token", `{"comment":"my laptop","token":"forced","ttl":60,"scope":"full"}`, s...))
	require.NotEqual(t, "forced", named.Token)
	require.Equal(t, "my laptop", named.Comment)
	require.Equal(t, "full", named.Scope)
	require.WithinDuration(t, e.now.Now().Add(time.Minute), *named.ExpireAt, time.Second)
	for body, text := range map[string]string{
		`x`: "unable to deserialize request body", `{"scope":"root"}`: "invalid token scope", `{"ttl":-1}`: "invalid token expiry",
		`{"expireAt":"2001-01-01T00:00:00Z"}`: "it is in the past", `{"comment":"` + strings.Repeat("x", 1025) + `"}`: "invalid token comment",
	} {
		a := e.post("/me/token", body, s...)
		require.Equal(t, 400, a.status, body)
		require.Contains(t, a.body, text)
	}

	u := e.create(`{}`, "X-PlikToken", plain.Token)
	e.create(`{}`, s...)
	require.Len(t, into[api.Page[*api.Upload]](t, e.get("/me/uploads?token="+plain.Token, s...)).Results, 1)
	require.Equal(t, 1, into[api.UserStats](t, e.get("/me/stats?token="+plain.Token, s...)).Uploads)
	require.Equal(t, 2, into[api.UserStats](t, e.get("/me/stats", s...)).Uploads)
	for _, path := range []string{"/me/uploads", "/me/stats"} {
		e.get(path+"?token="+plain.Token, bob...).is(t, 404, "token not found\n")
	}
	require.True(t, into[api.Upload](t, e.get("/upload/"+u.ID, "X-PlikToken", plain.Token)).Admin)
	require.False(t, into[api.Upload](t, e.get("/upload/"+u.ID, "X-PlikToken", e.token(alice, core.ScopeUpload)[1])).Admin)
	e.do("DELETE", "/me/uploads?token="+plain.Token, nil, s...).is(t, 200, "1 uploads removed")
	e.do("DELETE", "/me/uploads", nil, s...).is(t, 200, "1 uploads removed")

	list := into[api.Page[*api.Token]](t, e.get("/me/token?count=true&limit=2", s...))
	require.Len(t, list.Results, 2)
	require.Equal(t, 3, *list.Total)
	e.do("DELETE", "/me/token/"+plain.Token, nil, bob...).is(t, 404, "token not found\n")
	e.do("DELETE", "/me/token/"+plain.Token, nil, s...).is(t, 200, "ok")
	require.NotContains(t, e.log.String()+e.events.String(), plain.Token)
	e.post("/upload", "", "X-PlikToken", plain.Token).is(t, 403, "invalid token\n")
	require.Equal(t, 200, e.post("/upload", "", "X-PlikToken", named.Token).status)
	e.now.add(time.Minute)
	e.post("/upload", "", "X-PlikToken", named.Token).is(t, 403, "invalid token\n")
	e.now.add(time.Hour / 2)
	for _, token := range into[api.Page[*api.Token]](t, e.get("/me/token", e.session(alice)...)).Results {
		require.True(t, token.Token != named.Token || token.LastUsedAt != nil, "the use of a token is noted")
	}
}

func TestDeletedUser(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	alice, bob := e.enroll("alice", false), e.enroll("alicebis", false)
	token := e.token(alice, core.ScopeFull)
	u := e.create(`{}`, token...)
	f := e.add(u, "x", "hello")
	other := e.create(`{}`, e.session(bob)...)
	e.do("DELETE", "/me", nil, e.session(alice)...).is(t, 200, "ok")
	require.Equal(t, 404, e.get(link(u, f)).status)
	require.Equal(t, 403, e.get("/me/stats", "X-PlikToken", token[1], "Cookie", "plik-session=x").status)
	e.post("/upload", "", token...).is(t, 403, "invalid token\n")
	require.Equal(t, 200, e.get("/upload/"+other.ID).status, "of nobody else anything")
	require.Contains(t, e.events.String(), `"action":"user_delete","result":"ok","actor":"local:alice"`)
}

func TestForcedAuthentication(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts, func(_ *handlers.Options, p *uploads.Policy) { p.AnonymousRefused = true })
	e.post("/upload", "").is(t, 400, "unable to create upload : anonymous uploads are disabled\n")
	u := e.enroll("alice", false)
	up := e.create(`{}`, e.token(u, core.ScopeUpload)...)
	f := e.add(up, "x", "hello") // with the upload's token alone
	e.get(link(up, f)).is(t, 200, "hello")
}

func TestDeviceLogin(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	alice := e.session(e.enroll("alice", false))
	begin := func() api.DeviceLogin {
		return into[api.DeviceLogin](t, e.post("/auth/device", `{"comment":"plik on laptop"}`))
	}
	ask := func(d api.DeviceLogin) answer {
		return e.post("/auth/device/token", `{"deviceCode":"`+d.DeviceCode+`"}`)
	}

	d := begin()
	require.Equal(t, e.url+"/#/confirm?code="+d.UserCode, d.VerificationURIComplete)
	ask(d).is(t, 400, "the login was not confirmed yet\n")
	typed := strings.ToLower(strings.ReplaceAll(d.UserCode, "-", "%20"))
	shown := into[api.DeviceRequest](t, e.get("/me/device/"+typed, alice...))
	require.Equal(t, "plik on laptop", shown.Comment)
	require.Equal(t, "127.0.0.1", shown.RemoteIP)
	e.post("/me/device/"+d.UserCode, `{"approve":true,"scope":"read","ttl":60}`, alice...).is(t, 200, "ok")
	e.post("/me/device/"+d.UserCode, `{"approve":true}`, alice...).is(t, 404, "this code is unknown or has expired\n")
	token := into[api.Token](t, ask(d))
	require.Equal(t, "plik on laptop", token.Comment)
	require.Equal(t, "read", token.Scope)
	require.Equal(t, 200, e.get("/me", "X-PlikToken", token.Token).status)
	require.Equal(t, 404, ask(d).status, "once")

	d = begin()
	e.post("/me/device/"+d.UserCode, `{"approve":false}`, alice...).is(t, 200, "ok")
	ask(d).is(t, 403, "the login was refused\n")
	d = begin()
	e.now.add(11 * time.Minute)
	require.Equal(t, 404, ask(d).status)
	alice = e.session(e.enroll("bobby", false))
	require.Equal(t, 404, e.get("/me/device/"+d.UserCode, alice...).status)
	refused := 0
	for range 40 {
		if a := e.get("/me/device/BBBB-BBBB", alice...); a.status == 429 {
			refused++
		}
	}
	require.Equal(t, 31, refused, "codes cannot be tried one after the other")
}

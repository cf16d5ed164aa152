package handlers_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/password"
	"github.com/root-gg/plik/server/throttle"
	"github.com/root-gg/plik/server/uploads"
)

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

var sessionKey = []byte(strings.Repeat("0123456789abcdef", 4))

// withAccounts lets the server under test know people.
func withAccounts(o *handlers.Options, _ *uploads.Policy) { o.Sessions = &auth.Sessions{} }

func (e *env) addAccounts(o *handlers.Options, keeper *password.Keeper) {
	guard, err := throttle.NewGuard(throttle.GuardOptions{Now: e.now.Now})
	require.NoError(e, err)
	devices, err := throttle.NewGuard(throttle.GuardOptions{Now: e.now.Now})
	require.NoError(e, err)
	e.accounts, err = accounts.New(accounts.Options{Store: e.store, Passwords: keeper, Guard: guard, Devices: devices, Transfers: e.svc, Now: e.now.Now})
	require.NoError(e, err)
	e.sessions, err = auth.NewSessions(auth.SessionOptions{Key: sessionKey, Lifetime: time.Hour, Path: o.Path, Now: e.now.Now})
	require.NoError(e, err)
	log, err := audit.Open("stdout", audit.Options{Stdout: e.events})
	require.NoError(e, err)
	o.Accounts, o.Sessions, o.Audit, o.Now = e.accounts, e.sessions, log, e.now.Now
	o.Effective = map[string]any{"MaxTTL": 30}
}

// enroll makes a user without a password, for whom session opens.
func (e *env) enroll(login string, admin bool) *core.User {
	e.Helper()
	u := &core.User{ID: core.NewUserID("local", login), Provider: "local", Login: login, Admin: admin, CreatedAt: e.now.Now()}
	require.NoError(e, e.store.CreateUser(e.Context(), u))
	return u
}

// who are the headers that a request comes with, in pairs.
type who []string

// session opens one without a login.
func (e *env) session(u *core.User) who {
	e.Helper()
	s, token, err := e.sessions.New(u.ID, u.Generation)
	require.NoError(e, err)
	return who{"Cookie", "plik-session=" + token + "; plik-xsrf=" + s.XSRF, "X-XSRFToken", s.XSRF}
}

func (e *env) token(u *core.User, scope core.TokenScope) who {
	e.Helper()
	t, err := e.accounts.CreateToken(e.Context(), u.ID, accounts.NewToken{Scope: scope})
	require.NoError(e, err)
	return who{"X-PlikToken", t.Token}
}

// login logs a local user in as a browser does, which then has the cookies.
func (e *env) login(login, password string, headers ...string) (answer, who) {
	e.Helper()
	body, err := json.Marshal(api.Login{Login: login, Password: password})
	require.NoError(e, err)
	a := e.do("POST", "/auth/local/login", strings.NewReader(string(body)), headers...)
	return a, cookies(a)
}

// cookies are what a browser sends after an answer.
func cookies(a answer) who {
	var list []string
	xsrf := ""
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if c.MaxAge < 0 {
			continue
		}
		list = append(list, c.Name+"="+c.Value)
		if c.Name == "plik-xsrf" {
			xsrf = c.Value
		}
	}
	return who{"Cookie", strings.Join(list, "; "), "X-XSRFToken", xsrf}
}

// into decodes a JSON answer.
func into[T any](t require.TestingT, a answer) T {
	var v T
	require.Equal(t, 200, a.status, a.body)
	require.NoError(t, json.Unmarshal([]byte(a.body), &v), a.body)
	return v
}

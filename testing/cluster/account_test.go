package cluster_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
)

const secret = "correct horse battery staple"

// user makes an account.
func (c *cluster) user(login string, more ...string) {
	c.Helper()
	out, err := c.command(append([]string{"user", "create", "--login", login, "--password", secret}, more...)...)
	require.NoError(c, err, out)
}

// logIn returns the headers that make a request the user's.
func (s site) logIn(login string) []string {
	s.Helper()
	a := s.must("POST", "/auth/local/login", strings.NewReader(`{"login":"`+login+`","password":"`+secret+`"}`))
	var cookies []string
	xsrf := ""
	for _, line := range a.head.Values("Set-Cookie") {
		c, err := http.ParseSetCookie(line)
		require.NoError(s, err)
		cookies = append(cookies, c.Name+"="+c.Value)
		if c.Name == "plik-xsrf" {
			xsrf = c.Value
		}
	}
	require.NotEmpty(s, xsrf, a.head)
	return []string{"Cookie", strings.Join(cookies, "; "), "X-XSRFToken", xsrf}
}

// ended checks that a session is none any more.
func (s site) ended(session []string) {
	s.Helper()
	a := s.do("GET", "/me", nil, session...)
	require.NoError(s, a.err)
	require.Equal(s, 403, a.status, a.body)
	require.Contains(s, a.body, "invalid session")
}

func TestSessions(t *testing.T) {
	t.Parallel()
	c := start(t, 3, "PLIKD_FEATURE_AUTHENTICATION=enabled")
	c.user("alice")
	for i, from := range c.daemons {
		session, other := from.logIn("alice"), from.logIn("alice")
		for _, d := range c.daemons {
			require.Contains(t, d.must("GET", "/me", nil, session...).body, "local:alice")
		}
		end := c.daemons[(i+1)%3]
		end.must("POST", "/auth/logout", nil, session...)
		for _, d := range c.daemons {
			d.ended(session)
			d.must("GET", "/me", nil, other...)
		}
		end.must("DELETE", "/me/sessions", nil, other...)
		for _, d := range c.daemons {
			d.ended(other)
		}
	}
}

// TestQuota lets a user with room for ten files send a hundred at once, to all daemons.
func TestQuota(t *testing.T) {
	t.Parallel()
	c := start(t, 3, "PLIKD_FEATURE_AUTHENTICATION=enabled")
	const size, room = 1 << 20, 10
	c.user("robert", "--max-user-size", "10MiB")
	n := front(t, c.daemons...)
	session := n.logIn("robert")
	// nginx ends a connection on which a body was refused before its end, though it has just said that
	// it would keep it.
	headers := append([]string{"Accept", "application/problem+json", "Connection", "close"}, session...)
	send := func() answer { return n.do("PUT", "/x", bytes.NewReader(random(size, 1)), headers...) }
	stored := func() int {
		var got api.UserStats
		require.NoError(t, json.Unmarshal([]byte(n.must("GET", "/me/stats", nil, session...).body), &got))
		return int(got.TotalSize)
	}

	var mu sync.Mutex
	var wg sync.WaitGroup
	accepted := 0
	for range 100 {
		wg.Go(func() {
			a := send()
			mu.Lock()
			defer mu.Unlock()
			if a.status == 200 {
				accepted++
			} else if a.err != nil || !strings.Contains(a.body, "quota_exceeded") {
				t.Errorf("%d %s %v", a.status, a.body, a.err)
			}
		})
	}
	wg.Wait()
	t.Logf("%d of 100 files were accepted at once", accepted)
	require.Positive(t, accepted)
	require.LessOrEqual(t, accepted, room)
	require.Equal(t, accepted*size, stored())

	for ; accepted < room; accepted++ { // those that were refused hold nothing
		a := send()
		require.NoError(t, a.err)
		require.Equal(t, 200, a.status, a.body)
	}
	a := send()
	require.NoError(t, a.err)
	require.NotEqual(t, 200, a.status)
	require.Equal(t, room*size, stored())
}

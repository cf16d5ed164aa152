package command_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// token is what --json prints of one.
type token struct {
	User, Token, Comment, Scope     string
	CreatedAt, ExpireAt, LastUsedAt time.Time
}

func TestToken(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	require.Equal(t, "local:alice token-of-alice her laptop\n", p.ok("token", "list"))
	out := p.ok("token", "create", "--login", "root", "--comment", "cron job")
	m := regexp.MustCompile(`^Token created : ([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})\n$`).FindStringSubmatch(out)
	require.NotNil(t, m, out)
	line := "local:root " + m[1] + " cron job\n"
	require.Equal(t, "local:alice token-of-alice her laptop\n"+line, p.ok("token", "list"))
	require.Equal(t, line, p.ok("token", "list", "--login", "root"))
	require.Equal(t, "local:alice token-of-alice her laptop\n"+line, p.ok("token", "list", "--provider", "google"), "which is for --login")
	require.Empty(t, p.ok("token", "list", "--login", "root", "--provider", "google"))
	require.Empty(t, p.ok("token", "list", "--login", "zzzz"))
	require.Equal(t, "[]\n", p.ok("token", "list", "--login", "zzzz", "--json"))

	require.Equal(t, "token "+m[1]+" has been deleted\n", p.ok("token", "delete", "--token", m[1]))
	p.refuse(refused{"token delete --token " + m[1], 1, "token " + m[1] + " not found, see plikd token list"})
	require.Equal(t, 1, p.count().tokens)
}

func TestTokenScopeAndExpiry(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	var made token
	begin := time.Now()
	p.json(&made, "token", "create", "--login", "alice", "--scope", "read", "--ttl", "90d", "--json")
	require.Equal(t, "local:alice", made.User)
	require.Equal(t, "read", made.Scope)
	require.WithinRange(t, made.ExpireAt, begin.AddDate(0, 0, 90), time.Now().AddDate(0, 0, 90))
	p.store(func(m *metadata.Store) {
		stored, _, err := m.TokenUser(t.Context(), made.Token)
		require.NoError(t, err)
		require.Equal(t, core.ScopeRead, stored.Scope)
		require.True(t, made.ExpireAt.Equal(stored.ExpireAt))
	})
	var all []token
	p.json(&all, "token", "list", "--json")
	require.Equal(t, []token{{User: "local:alice", Token: "token-of-alice", Comment: "her laptop", Scope: "upload", CreatedAt: created}, made}, all)

	p.json(&made, "token", "create", "--login", "alice", "--scope", "full", "--json")
	require.Equal(t, "full", made.Scope)
}

func TestTokenRefused(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	before := p.count()
	p.refuse([]refused{
		{"token create", 2, "missing login, name the user with --login"},
		{"token create --login zzzz", 1, "User local:zzzz does not found, see plikd user list"},
		{"token create --login alice --scope admin", 1, "invalid token scope, use upload, read or full"},
		{"token create --login alice --comment \x1b", 1, "invalid token comment, use up to 1024 bytes without control characters"},
		{"token create --login alice --ttl foo", 2, `unable to parse ttl "foo", write one such as 90d`},
		{"token create --login alice --ttl -1", 2, `unable to parse ttl "-1", write one such as 90d`},
		{"token create --login alice --ttl 0", 2, `unable to parse ttl "0", write one such as 90d`},
		{"token create --login alice --ttl 300000d", 2, `unable to parse ttl "300000d", write one such as 90d`},
		{"token delete", 2, "missing token, name it with --token"},
		{"token delete --token=", 2, "missing token, --token is empty"},
		{"token delete --token zzz", 1, "token zzz not found, see plikd token list"},
		{"token delete --token \x1b[2J", 1, "token ?[2J not found, see plikd token list"},
	}...)
	require.Equal(t, before, p.count())
}

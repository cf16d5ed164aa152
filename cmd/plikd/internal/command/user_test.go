package command_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/password"
)

// user returns what the database knows of a user.
func (p *plik) user(id core.UserID) (u *core.User) {
	p.t.Helper()
	p.store(func(m *metadata.Store) {
		var err error
		u, err = m.User(p.t.Context(), id)
		require.NoError(p.t, err)
	})
	return u
}

// has tells whether a user's password is the one given.
func (p *plik) has(id core.UserID, secret string) bool {
	p.t.Helper()
	k, err := password.New(password.Options{})
	require.NoError(p.t, err)
	ok, _, err := k.VerifyAccount(p.t.Context(), p.user(id).Password, secret, false)
	require.NoError(p.t, err)
	return ok
}

func TestUserCreate(t *testing.T) {
	t.Parallel()
	p := install(t, "")
	out := p.ok("user", "create", "--login", "root", "--admin")
	m := regexp.MustCompile(`^Generated password for user root is ([0-9A-Za-z]{32})\n$`).FindStringSubmatch(out)
	require.NotNil(t, m, out)
	require.True(t, p.has("local:root", m[1]))
	require.True(t, p.user("local:root").Admin)

	require.Empty(t, p.ok("user", "create", "--login", "alice", "--name", "Alice A", "--email", "alice@x.org", "--password", "hunter2hunter2",
		"--max-file-size", "100MB", "--max-user-size", "5MiB", "--max-ttl", "10d"))
	require.True(t, p.has("local:alice", "hunter2hunter2"))
	u := p.user("local:alice")
	u.Password, u.CreatedAt = "", time.Time{}
	require.Equal(t, &core.User{
		ID: "local:alice", Provider: "local", Login: "alice", Name: "Alice A", Email: "alice@x.org",
		Limits: core.Limits{MaxFileSize: 100_000_000, MaxUserSize: 5_242_880, MaxTTL: 864_000},
	}, u)

	require.Empty(t, p.ok("user", "create", "--login", "1", "--provider", "google", "--max-file-size", "-1", "--max-user-size=-1", "--max-ttl=-5s"))
	require.Equal(t, core.Limits{MaxFileSize: -1, MaxUserSize: -1, MaxTTL: -1}, p.user("google:1").Limits)
}

func TestUserCreateJSON(t *testing.T) {
	t.Parallel()
	p := install(t, "")
	var got struct {
		api.User
		Password string
	}
	p.json(&got, "user", "create", "--login", "robot", "--json", "--max-ttl", "3600")
	require.True(t, p.has("local:robot", got.Password))
	require.Equal(t, "local:robot", got.ID)
	require.Equal(t, 3600, got.MaxTTL)
	require.NotContains(t, p.ok("user", "create", "--login", "x", "--provider", "ovh", "--json"), "password")
}

func TestUserCreateRefused(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	before := p.count()
	p.refuse([]refused{
		{"user create", 2, "missing login, name the user with --login"},
		{"user create --login=", 2, "missing login, --login is empty"},
		{"user create --login abcd --provider=", 2, "missing provider, --provider is empty"},
		{"user create --login abcd --provider foo", 1, "unable to create user : invalid provider"},
		{"user create --login abc", 1, "unable to create user : login is too short (min 4 chars)"},
		{"user create --login abcd --password 1234567", 1, "unable to create user : password is too short (min 8 chars)"},
		{"user create --login 1 --provider ovh --password 12345678", 2, "only local users have a password here, leave --password out"},
		{"user create --login alice --password 12345678", 1, "User already exists : local:alice"},
		{"user create --login 1234 --provider google", 1, "User already exists : google:1234"},
		{"user create --login a/../../b", 1, "unable to create user : invalid login : slashes and control characters are not allowed"},
		{"user create --login abcd --name \x1b[31m", 1, "unable to create user : invalid name or email : control characters are not allowed"},
		{"user create --login abcd --max-file-size 5XB", 2, `Unable to parse max-file-size : unable to parse size "5XB" : unknown unit "XB"`},
		{"user create --login abcd --max-user-size -2", 2, `Unable to parse max-user-size : unable to parse size "-2" : it does not start with a number`},
		{"user create --login abcd --max-ttl foo", 2, `Unable to parse max-ttl : unable to parse TTL : time: invalid duration "foo"`},
		{"user create alice", 2, `unknown command "alice" for "plikd user create"`},
	}...)
	require.Equal(t, before, p.count())
}

func TestUserListAndShow(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	require.Equal(t, "local:root\nlocal:alice Alice A alice@x.org\ngoogle:1234 ?[2J?31m?root ?gnp.exe\n", p.ok("user", "list"))
	require.Equal(t, "local:root\nlocal:alice Alice A alice@x.org\n", p.ok("user", "list", "--provider", "local"))
	require.Empty(t, p.ok("user", "list", "--provider", "github"))
	require.Equal(t, "[]\n", p.ok("user", "list", "--provider", "github", "--json"))

	const alice = `{
  "id": "local:alice",
  "provider": "local",
  "login": "alice",
  "name": "Alice A",
  "email": "alice@x.org",
  "admin": false,
  "maxFileSize": 100000000,
  "maxUserSize": 1000000000,
  "maxTTL": 864000,
  "createdAt": "2026-03-29T02:00:00Z"
}
`
	require.Equal(t, alice, p.ok("user", "show", "--login", "alice"))
	require.Equal(t, alice, p.ok("user", "show", "--login", "alice", "--provider", "local", "--json"))

	hostile := p.ok("user", "show", "--login", "1234", "--provider", "google")
	require.Contains(t, hostile, `"name": "\u001b[2J\u009b31m\nroot \u202egnp.exe"`)
	var u api.User
	p.json(&u, "user", "show", "--login", "1234", "--provider", "google")
	require.Equal(t, "\x1b[2J\u009b31m\nroot \u202egnp.exe", u.Name)

	var users []api.User
	p.json(&users, "user", "list", "--json")
	require.Len(t, users, 3)
	require.Equal(t, u, users[2])
	p.ok("user", "create", "--login", "1", "--provider", "ovh")
	var one []api.User
	p.json(&one, "user", "list", "--provider", "ovh", "--json")
	require.Len(t, one, 1)
	shown := p.ok("user", "show", "--login", "1", "--provider", "ovh")
	require.Equal(t, "[\n  "+strings.ReplaceAll(strings.TrimSpace(shown), "\n", "\n  ")+"\n]\n", p.ok("user", "list", "--provider", "ovh", "--json"))
}

func TestUserListOfThousands(t *testing.T) {
	t.Parallel()
	p := install(t, "")
	const n = 2345
	p.store(func(m *metadata.Store) {
		require.NoError(t, m.Import(t.Context(), func(im *metadata.Importer) error {
			for i := range n {
				login := fmt.Sprintf("user%04d", i)
				u := &core.User{ID: core.NewUserID("local", login), Provider: "local", Login: login, CreatedAt: created}
				if err := im.User(u); err != nil {
					return err
				}
			}
			return nil
		}))
	})
	lines := strings.Split(strings.TrimSpace(p.ok("user", "list")), "\n")
	require.Len(t, lines, n)
	for i, line := range lines {
		require.Equal(t, fmt.Sprintf("local:user%04d", i), line)
	}
	var users []api.User
	p.json(&users, "user", "list", "--json")
	require.Len(t, users, n)
	require.Equal(t, "user2344", users[n-1].Login)
}

func TestUserUpdate(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	out := p.ok("user", "update", "--login", "alice", "--admin", "--max-ttl", "1h")
	require.Equal(t, p.ok("user", "show", "--login", "alice"), out)
	want := core.User{
		ID: "local:alice", Provider: "local", Login: "alice", Name: "Alice A", Email: "alice@x.org", Admin: true,
		Limits: core.Limits{MaxFileSize: 1e8, MaxUserSize: 1e9, MaxTTL: 3600}, CreatedAt: created.Add(time.Second),
	}
	require.Equal(t, want, *p.user("local:alice"), "what is not given stays")

	p.ok("user", "update", "--login", "alice", "--admin=false", "--name", "", "--email", "a@b", "--max-file-size", "0", "--max-user-size", "unlimited")
	want.Name, want.Email, want.Admin, want.MaxFileSize, want.MaxUserSize = "", "a@b", false, 0, -1
	require.Equal(t, want, *p.user("local:alice"))

	p.ok("user", "update", "--login", "alice", "--password", "correct horse")
	require.True(t, p.has("local:alice", "correct horse"))
	require.Equal(t, 1, p.user("local:alice").Generation, "all sessions are over")
}

func TestUserUpdateRefused(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	before := *p.user("local:root")
	p.refuse([]refused{
		{"user update", 2, "missing login, name the user with --login"},
		{"user update --login zzzz", 1, "User local:zzzz not found, see plikd user list"},
		{"user update --login root --provider ovh", 1, "User ovh:root not found, see plikd user list"},
		{"user update --login root --admin=false", 1, "this is the last administrator, appoint another one first"},
		{"user update --login root --max-ttl foo", 2, `Unable to parse max-ttl : unable to parse TTL : time: invalid duration "foo"`},
		{"user update --login root --max-file-size x", 2, `Unable to parse max-file-size : unable to parse size "x" : it does not start with a number`},
		{"user update --login root --password=", 1, "unable to update user : password is too short (min 8 chars)"},
		{"user update --login root --email \x1b", 1, "unable to update user : invalid name or email : control characters are not allowed"},
		{"user update --login 1234 --provider google --password 12345678", 1, "unable to update user : only local users have a password here"},
		{"user show", 2, "missing login, name the user with --login"},
		{"user show --login zzzz", 1, "User local:zzzz not found, see plikd user list"},
		{"user show --login \x1b[31m\u009b", 1, "User local:?[31m? not found, see plikd user list"},
	}...)
	require.Equal(t, before, *p.user("local:root"))
}

func TestUserPasswd(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	code, out, errs := p.answer("tr0ub4dor&3 \r\nnot this\n", "user", "passwd", "--login", "alice")
	require.Equal(t, 0, code, errs)
	require.Empty(t, out+errs)
	require.True(t, p.has("local:alice", "tr0ub4dor&3 "))
	require.Equal(t, 1, p.user("local:alice").Generation, "all sessions are over")

	out = p.ok("user", "passwd", "--login", "alice", "--generate")
	secret, ok := strings.CutPrefix(strings.TrimSuffix(out, "\n"), "Generated password for user alice is ")
	require.True(t, ok, out)
	require.True(t, p.has("local:alice", secret))

	p.refuse([]refused{ // standard input is empty
		{"user passwd --login alice", 1, "unable to update user : password is too short (min 8 chars)"},
		{"user passwd", 2, "missing login, name the user with --login"},
		{"user passwd --login zzzz", 1, "User local:zzzz not found, see plikd user list"},
		{"user passwd --login 1234 --provider google", 1, "only local users have a password here"},
	}...)
	code, _, errs = p.answer(strings.Repeat("x", 100_000), "user", "passwd", "--login", "alice")
	require.Equal(t, 1, code)
	require.Equal(t, "plikd: unable to update user : password is too long (max 1024 bytes)\n", errs)
	require.True(t, p.has("local:alice", secret))
}

func TestUserDelete(t *testing.T) {
	t.Parallel()
	p := fixture(t)
	code, out, errs := p.answer("y\n", "user", "delete", "--login", "alice")
	require.Equal(t, 0, code, errs)
	require.Equal(t, "user local:alice has been deleted\n", out)
	require.Equal(t, "Do you really want to delete this user local:alice and all its uploads ? [y/N]\n"+
		"0 uploads expired, 1 files and 1 uploads deleted, 0 interrupted files recovered, "+
		"0 orphan files, 0 orphan tokens and 0 partial files dropped\n", errs)
	require.NoFileExists(t, p.bytesOf("aaFileOfAlice001"))
	require.FileExists(t, p.bytesOf("ccFileAnonymous1"))
	n := p.count()
	require.Equal(t, 2, n.users)
	require.Zero(t, n.tokens)
	require.Equal(t, 1, n.uploads)

	p.refuse([]refused{
		{"user delete", 2, "missing login, name the user with --login"},
		{"user delete --login alice --yes", 1, "user local:alice not found, see plikd user list"},
		{"user delete --login root --yes", 1, "this is the last administrator, appoint another one first"},
	}...)
	require.Equal(t, n, p.count())
}

// TestAccountsDisabled is what there is to say of users and tokens without accounts.
func TestAccountsDisabled(t *testing.T) {
	t.Parallel()
	config, dir := write(t, "")
	p := &plik{t, config, dir}
	for _, args := range []string{
		"user create --login alice", "user list", "user show --login alice", "user update --login alice", "user passwd --login alice",
		"user delete --login alice", "token create --login alice", "token list", "token delete --token x",
	} {
		p.refuse(refused{args, 1, "Authentication is disabled ! Set FeatureAuthentication in the configuration"})
	}
	require.Empty(t, p.ok("upload", "list"))
	require.Empty(t, p.ok("file", "list"))
}

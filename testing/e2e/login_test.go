//go:build linux

package e2e_test

import (
	"bufio"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/password"
)

// browser is somebody who is logged in.
type browser struct {
	t    *testing.T
	base string
	c    *http.Client
}

func signIn(t *testing.T, d *daemon, login string) *browser {
	t.Helper()
	m, err := metadata.Open(t.Context(), metadata.Options{ConnectionString: d.database()})
	require.NoError(t, err)
	defer m.Close()
	keeper, err := password.New(password.Options{})
	require.NoError(t, err)
	hash, err := keeper.HashAccount(t.Context(), "correct horse")
	require.NoError(t, err)
	require.NoError(t, m.CreateUser(t.Context(), &core.User{
		ID: core.UserID("local:" + login), Provider: "local", Login: login, Password: hash, CreatedAt: time.Now(),
	}))
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	b := &browser{t, d.url(), &http.Client{Jar: jar}}
	require.Equal(t, 200, b.post("/auth/local/login", `{"login":"`+login+`","password":"correct horse"}`))
	return b
}

func (b *browser) post(path, body string) int {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), "POST", b.base+path, strings.NewReader(body))
	require.NoError(b.t, err)
	for _, c := range b.c.Jar.Cookies(r.URL) {
		if c.Name == "plik-xsrf" {
			r.Header.Set("X-XSRFToken", c.Value)
		}
	}
	resp, err := b.c.Do(r)
	require.NoError(b.t, err)
	defer resp.Body.Close()
	_, err = io.Copy(io.Discard, resp.Body)
	require.NoError(b.t, err)
	return resp.StatusCode
}

func TestLoginByCode(t *testing.T) {
	t.Parallel()
	d := startDaemonWith(t, `FeatureAuthentication = "enabled"`)
	alice := signIn(t, d, "alice")
	for name, tc := range map[string]struct {
		decision string
		want     string
		code     int
	}{
		"confirmed": {`{"approve":true}`, `Logged in to http://\S+ as local:alice, the token is in \S+/\.plikrc`, 0},
		"upload":    {`{"approve":true,"scope":"upload"}`, `Logged in to http://\S+, the token is in \S+/\.plikrc`, 0},
		"refused":   {`{"approve":false}`, `unable to log in : .*refused`, 4},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			home := t.TempDir()
			tty, other := terminal(t)
			cmd := exec.CommandContext(t.Context(), filepath.Join(program, "plik"), "login")
			cmd.Dir, cmd.Env = home, []string{"HOME=" + home, "PLIK_URL=" + d.url(), "TERM=xterm"}
			cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
			require.NoError(t, cmd.Start())
			tty.Close()

			var seen strings.Builder
			lines := bufio.NewScanner(io.TeeReader(other, &seen))
			confirm := regexp.MustCompile(`Open ` + regexp.QuoteMeta(d.url()) + `/#/confirm\?code=(\S+)`)
			for decided := false; lines.Scan(); { // until nobody has the terminal any more
				if found := confirm.FindStringSubmatch(lines.Text()); found != nil && !decided {
					decided = true
					require.Equal(t, 200, alice.post("/me/device/"+found[1], tc.decision))
				}
			}
			_ = cmd.Wait() // what it ends with is looked at below
			require.Regexp(t, tc.want, seen.String())
			require.Equal(t, tc.code, cmd.ProcessState.ExitCode(), seen.String())
			rc, err := os.ReadFile(filepath.Join(home, ".plikrc"))
			if tc.code != 0 {
				require.ErrorIs(t, err, os.ErrNotExist)
				return
			}
			require.NoError(t, err)
			require.Regexp(t, `(?m)^Token = "[0-9a-f-]{36}"$`, string(rc))
		})
	}
}

package rc_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/rc"
)

// everything is what Plik 1.3 writes, each key changed.
const everything = `Debug = true
Quiet = true
URL = "http://127.0.0.1:19111/sub/"
OneShot = true
Removable = true
Stream = true
Secure = true
SecureMethod = "pgp"
Archive = true
ArchiveMethod = "zip"
DownloadBinary = "wget"
Comments = "hi"
Login = "foo"
Password = "bar"
TTL = 3600
ExtendTTL = true
AutoUpdate = true
Token = "tok"
DisableStdin = true
Insecure = true

[SecureOptions]
  Keyring = "/k"
  Recipient = "bob"

[ArchiveOptions]
  Zip = "/usr/bin/zip"
  Options = "-9"
`

func TestLoad(t *testing.T) {
	t.Parallel()
	l := load(t, everything)
	require.Empty(t, l.Warnings)
	want := rc.Default()
	want.Debug, want.Quiet, want.OneShot, want.Removable, want.Stream, want.Secure, want.Archive = true, true, true, true, true, true, true
	want.ExtendTTL, want.AutoUpdate, want.DisableStdin, want.Insecure = true, true, true, true
	want.URL, want.SecureMethod, want.ArchiveMethod, want.DownloadBinary = "http://127.0.0.1:19111/sub", "pgp", "zip", "wget"
	want.Comments, want.Login, want.Password, want.TTL, want.Token = "hi", "foo", "bar", 3600, "tok"
	// Tables merge with the defaults key by key.
	want.SecureOptions.Keyring, want.SecureOptions.Recipient = "/k", "bob"
	want.ArchiveOptions.Zip, want.ArchiveOptions.Options = "/usr/bin/zip", "-9"
	require.Equal(t, want, l.Config)
	require.Equal(t, l.Path+":15", l.Where["TTL"])
	require.Equal(t, l.Path+":24", l.Where["SecureOptions.Recipient"])

	l, err := rc.Load(rc.LoadOptions{})
	require.NoError(t, err)
	require.Equal(t, rc.Default(), l.Config)
}

func TestAnyCase(t *testing.T) {
	t.Parallel()
	l := load(t, "url = \"http://a\"\nTTL = '1h30m'\nONESHOT=true\n[secureOPTIONS]\ncipher='x'\n[profiles.P]\nquiet=true\n")
	require.Empty(t, l.Warnings)
	require.Equal(t, "http://a", l.Config.URL)
	require.Equal(t, 5400, l.Config.TTL)
	require.True(t, l.Config.OneShot)
	require.Equal(t, "x", l.Config.SecureOptions.Cipher)
	require.Equal(t, []string{"P"}, l.Profiles)
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	l := load(t, "Urll = 'x'\n\nFoo = [1]\n[SecureOptions]\nPassphrase = 'hush'\nCypher = 'x'\n[Other]\na=1\n[Profiles.p]\nProfile='x'\nTokn='x'\n", "PLIK_PROFILE=p", "PLIK_TOKNE=x", "PLIK_OTHER_TOOL=x")
	var got []string
	for _, w := range l.Warnings {
		got = append(got, strings.TrimPrefix(w.String(), l.Path+":"))
	}
	require.ElementsMatch(t, []string{
		"1: unknown key Urll, did you mean URL?",
		"3: unknown key Foo",
		"7: unknown key Other",
		"5: SecureOptions.Passphrase is ignored, use --passphrase or PLIK_PASSPHRASE",
		"6: unknown key SecureOptions.Cypher, did you mean SecureOptions.Cipher?",
		"PLIK_TOKNE: unknown environment variable, did you mean PLIK_TOKEN?",
		"10: unknown key Profiles.p.Profile, did you mean Profile?",
		"11: unknown key Profiles.p.Tokn, did you mean Token?",
	}, got)
	require.Empty(t, l.Config.SecureOptions.Passphrase)
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"URL = \"http://a\"\nTTL = ":               ":2: it is not TOML : ",
		"Token = hush":                             ":1: it is not TOML : ",
		"[SecureOptions\n":                         ":2: it is not TOML : ",
		"\nOneShot = 'yes'":                        ":2: OneShot : expecting true or false",
		"TTL = 'soon'":                             ":1: TTL : Invalid TTL soon",
		"TTL = 1.5":                                ":1: TTL : expecting a whole number",
		"URL = 'ftp://x'":                          ":1: URL : the address of a server begins with http:// or https://",
		"URL = ''":                                 ":1: URL : the address of the server is empty",
		"Token = 5":                                ":1: Token : expecting a text in quotes",
		"Exclude = [1]":                            ":1: Exclude : expecting a list of texts",
		"SecureOptions = 'x'":                      ":1: SecureOptions : it is a table, write [SecureOptions] and its keys below",
		"Profiles = 1":                             "Profiles : it is a table, write [Profiles.NAME] and its keys below",
		"[Profiles]\nx = 1":                        "Profiles.x : it is a table, write [Profiles.x] and its keys below",
		"Token = 'a'\ntoken = 'b'":                 ":2: Token is set twice, here and at ",
		"Profile = 'nope'\n[Profiles.nop]\n":       `there is no profile "nope", did you mean nop?`,
		"Profile='a'\n[Profiles.a]\nQuiet='x'":     ":3: Quiet : expecting true or false",
		"Parallel = 99999999999":                   ":1: Parallel : expecting a whole number",
		"Quiet = 1\nDebug = 1\nSecureOptions = []": "Debug : expecting true or false",
	} {
		l, err := rc.Load(rc.LoadOptions{Path: file(t, text)})
		require.ErrorContains(t, err, want, text)
		require.Nil(t, l)
		require.Contains(t, err.Error(), ".plikrc:")
		require.NotContains(t, err.Error(), "hush")
	}
	_, err := rc.Load(rc.LoadOptions{Path: file(t, "Quiet = 1\nDebug = 1")})
	require.ErrorContains(t, err, "Quiet")
	require.ErrorContains(t, err, "Debug")
	_, err = rc.Load(rc.LoadOptions{Path: filepath.Join(t.TempDir(), "none")})
	require.ErrorContains(t, err, "unable to read plikrc")
	_, err = rc.Load(rc.LoadOptions{Profile: "x"})
	require.ErrorContains(t, err, `there is no profile "x"`)
}

// TestEnvironment sets each key by its variable.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range rc.Keys() {
		require.False(t, seen[k.Env], k.Env)
		seen[k.Env] = true
		value := "7"
		switch {
		case k.Bool:
			value = "true"
		case k.Name == "URL":
			value = "https://x.example"
		case k.Name == "Exclude", k.Name == "SecureOptions.Recipients":
			value = `["7"]`
		case k.Name == "Profile":
			continue
		}
		l, err := rc.Load(rc.LoadOptions{Env: []string{k.Env + "=" + value, k.Env + "=twice"}})
		require.NoError(t, err, k.Env)
		require.Equal(t, value, k.Text(l.Config), k.Env)
		require.Equal(t, k.Env, l.Where[k.Name])
		l, err = rc.Load(rc.LoadOptions{Env: []string{k.Env + "="}})
		require.NoError(t, err)
		require.Equal(t, rc.Default(), l.Config, k.Env)
	}
	for _, name := range []string{"PLIK_URL", "PLIK_TOKEN", "PLIK_TTL", "PLIK_ONE_SHOT", "PLIK_EXTEND_TTL", "PLIK_PASSPHRASE", "PLIK_SECURE_OPTIONS_CIPHER", "PLIK_ARCHIVE_OPTIONS_TAR", "PLIK_DISABLE_STDIN"} {
		require.True(t, seen[name], name)
	}
	l := load(t, "Quiet = true\nTTL = 5", "PLIK_QUIET=no", "PLIK_TTL=2w", "PLIK_EXCLUDE=a, b,")
	require.False(t, l.Config.Quiet)
	require.Equal(t, 14*86400, l.Config.TTL)
	require.Equal(t, []string{"a", "b"}, l.Config.Exclude)
	for _, v := range []string{"PLIK_QUIET=x", "PLIK_TTL=x", "PLIK_URL=ftp://x", "PLIK_RETRY=x", "PLIK_EXCLUDE=[1]", "PLIK_TOKEN=\xff"} {
		_, err := rc.Load(rc.LoadOptions{Env: []string{v}})
		name, _, _ := strings.Cut(v, "=")
		require.ErrorContains(t, err, name+": ")
	}
}

func TestSecretFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "token")
	require.NoError(t, os.WriteFile(path, []byte("secret\n"), 0o600))
	l, err := rc.Load(rc.LoadOptions{Env: []string{"PLIK_TOKEN_FILE=" + path, "PLIK_PASSPHRASE_FILE=" + path}})
	require.NoError(t, err)
	require.Equal(t, "secret", l.Config.Token.Reveal())
	require.Equal(t, "secret", l.Config.SecureOptions.Passphrase.Reveal())
	_, err = rc.Load(rc.LoadOptions{Env: []string{"PLIK_TOKEN_FILE=" + path, "PLIK_TOKEN=x"}})
	require.ErrorContains(t, err, "PLIK_TOKEN: PLIK_TOKEN_FILE is set as well, keep one")
	_, err = rc.Load(rc.LoadOptions{Env: []string{"PLIK_TOKEN_FILE=/nowhere/x"}})
	require.ErrorContains(t, err, "PLIK_TOKEN_FILE: unable to read the file")

	for _, show := range []func(any) string{
		func(v any) string { return fmt.Sprint(v) }, func(v any) string { return fmt.Sprintf("%+v %#v", v, v) },
		func(v any) string { b, err := json.Marshal(v); require.NoError(t, err); return string(b) },
	} {
		require.NotContains(t, show(*l.Config), "secret")
	}
}

const servers = `URL = "https://home.example"
Token = "home-token"
Insecure = true
OneShot = true
TTL = 60

[Profiles.work]
  URL = "https://work.example/"
  Token = "work-token"
  Quiet = true
  [Profiles.work.SecureOptions]
    Cipher = "aes-128-cbc"

[Profiles.bare]
  URL = "https://bare.example"

[Profiles.same]
  Comments = "x"

["Profiles"."a b"]
  Debug = true
`

// TestProfiles has them chosen in each way, and no token sent to another server.
func TestProfiles(t *testing.T) {
	t.Parallel()
	path := file(t, servers)
	for name, c := range map[string]struct {
		profile  string
		env      []string
		url      string
		token    string
		insecure bool
		warning  string
	}{
		"none":                    {"", nil, "https://home.example", "home-token", true, ""},
		"own token":               {"work", nil, "https://work.example", "work-token", false, ""},
		"no token":                {"bare", nil, "https://bare.example", "", false, "the token for https://home.example is not sent to https://bare.example"},
		"same server":             {"same", nil, "https://home.example", "home-token", true, ""},
		"by variable":             {"", []string{"PLIK_PROFILE=work"}, "https://work.example", "work-token", false, ""},
		"flag over variable":      {"bare", []string{"PLIK_PROFILE=work"}, "https://bare.example", "", false, "not sent"},
		"variable url":            {"", []string{"PLIK_URL=https://x.example"}, "https://x.example", "", false, "not sent to https://x.example"},
		"variable url, same":      {"", []string{"PLIK_URL=https://home.example/"}, "https://home.example", "home-token", true, ""},
		"variables":               {"", []string{"PLIK_URL=https://x.example", "PLIK_TOKEN=x"}, "https://x.example", "x", false, ""},
		"variable token":          {"", []string{"PLIK_TOKEN=x"}, "https://home.example", "x", true, ""},
		"profile, variable url":   {"", []string{"PLIK_PROFILE=work", "PLIK_URL=https://x.example"}, "https://x.example", "", false, "not sent to https://x.example"},
		"profile, variable token": {"", []string{"PLIK_PROFILE=bare", "PLIK_TOKEN=x"}, "https://bare.example", "x", false, "not sent to https://bare.example"},
		"flag, variable token":    {"bare", []string{"PLIK_TOKEN=x"}, "https://bare.example", "x", false, ""},
		"flag, variables":         {"bare", []string{"PLIK_TOKEN=x", "PLIK_URL=https://x.example"}, "https://bare.example", "", false, "not sent to https://bare.example"},
		"flag over variable url":  {"work", []string{"PLIK_URL=https://x.example"}, "https://work.example", "work-token", false, "not sent to https://x.example"},
		"with a space":            {"a b", nil, "https://home.example", "home-token", true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l, err := rc.Load(rc.LoadOptions{Path: path, Env: c.env, Profile: c.profile})
			require.NoError(t, err)
			require.Equal(t, c.url, l.Config.URL)
			require.Equal(t, c.token, l.Config.Token.Reveal())
			require.Equal(t, c.insecure, l.Config.Insecure)
			require.True(t, l.Config.OneShot)
			require.Equal(t, []string{"a b", "bare", "same", "work"}, l.Profiles)
			require.Equal(t, l.Profile == "work", l.Config.SecureOptions.Cipher == "aes-128-cbc")
			require.Equal(t, l.Profile == "a b", l.Config.Debug)
			var warnings []string
			for _, w := range l.Warnings {
				warnings = append(warnings, w.String())
			}
			if c.warning == "" {
				require.Empty(t, warnings)
				return
			}
			require.Contains(t, strings.Join(warnings, "\n"), c.warning)
			require.NotContains(t, strings.Join(warnings, "\n"), "-token")
		})
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	path := file(t, "Token = 'x'")
	require.NoError(t, os.Chmod(path, 0o644))
	l, err := rc.Load(rc.LoadOptions{Path: path})
	require.NoError(t, err)
	require.Len(t, l.Warnings, 1)
	require.Contains(t, l.Warnings[0].Text, "chmod 600")
	path = file(t, "URL = 'http://x'")
	require.NoError(t, os.Chmod(path, 0o644))
	l, err = rc.Load(rc.LoadOptions{Path: path})
	require.NoError(t, err)
	require.Empty(t, l.Warnings)
}

func TestShow(t *testing.T) {
	t.Parallel()
	l := load(t, "URL = 'http://me:hush@x'\nToken = 'hush'\n", "PLIK_TTL=5")
	var out bytes.Buffer
	require.NoError(t, l.Show(&out))
	require.NotContains(t, out.String(), "hush")
	require.Contains(t, out.String(), "Token = \"[set]\" # 2\n")
	require.Contains(t, out.String(), "TTL = 5 # PLIK_TTL\n")
	require.Contains(t, out.String(), "ArchiveOptions.Tar = \"/bin/tar\"\n")
	require.Equal(t, len(rc.Keys())+1, strings.Count(out.String(), "\n"))
}

func TestAdopt(t *testing.T) {
	t.Parallel()
	c := rc.Default()
	c.Adopt(func(key string) string {
		return map[string]string{"feature_one_shot": "default", "feature_stream": "forced", "feature_removable": "enabled"}[key]
	})
	require.True(t, c.OneShot)
	require.True(t, c.Stream)
	require.False(t, c.Removable)
	require.False(t, c.ExtendTTL)
}

package rc_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/rc"
)

// first is what a new user gets, in the bytes of Plik 1.3.
const first = `Debug = false
Quiet = false
URL = "http://127.0.0.1:19111"
OneShot = false
Removable = false
Stream = false
Secure = false
SecureMethod = "openssl"
Archive = false
ArchiveMethod = "tar"
DownloadBinary = "curl"
Comments = ""
Login = ""
Password = ""
TTL = 0
ExtendTTL = false
AutoUpdate = true
Token = ""
DisableStdin = false
Insecure = false

[SecureOptions]
  Cipher = "aes-256-cbc"
  Openssl = "/usr/bin/openssl"
  Options = "-md sha512 -pbkdf2 -iter 120000"

[ArchiveOptions]
  Compress = "gzip"
  Options = ""
  Tar = "/bin/tar"
`

func TestEncode(t *testing.T) {
	t.Parallel()
	c := rc.Default()
	c.URL, c.AutoUpdate = "http://127.0.0.1:19111", true
	require.Equal(t, first, string(rc.Encode(c)))

	full := load(t, everything).Config
	full.Exclude, full.Parallel, full.Token = []string{"*.o", `a"b`}, 7, "tok\n\"'\\é"
	require.Equal(t, full, load(t, string(rc.Encode(full))).Config)
}

func TestWrite(t *testing.T) {
	t.Parallel()
	c := rc.Default()
	c.URL, c.AutoUpdate = "http://127.0.0.1:19111", true
	path := filepath.Join(t.TempDir(), "new", ".plikrc")
	require.NoError(t, rc.Write(path, c))
	require.Equal(t, first, read(t, path))
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())
	entries, err := os.ReadDir(filepath.Dir(path))
	require.NoError(t, err)
	require.Len(t, entries, 1)

	// What is there stays; a link stays one; permissions do not.
	old := file(t, "# mine\nurl = \"http://old\" # old\nMystery = 5\nToken='t'\n\n[Other]\nx = 1 # y\n[secureoptions]\n# here\nCipher='c'\n")
	require.NoError(t, os.Chmod(old, 0o644))
	link := filepath.Join(t.TempDir(), "link")
	require.NoError(t, os.Symlink(old, link))
	c.Token = "new"
	require.NoError(t, rc.Write(link, c))
	text := read(t, old)
	for _, want := range []string{"# mine\n", "Mystery = 5\n", "[Other]\nx = 1 # y\n", "url = \"http://127.0.0.1:19111\"\n", "Token = \"new\"\n", "# here\nCipher = \"aes-256-cbc\"\n"} {
		require.Contains(t, text, want)
	}
	require.Equal(t, c, load(t, text).Config)
	info, err = os.Lstat(link)
	require.NoError(t, err)
	require.Equal(t, os.ModeSymlink, info.Mode().Type())
	info, err = os.Stat(old)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode())

	broken := file(t, "URL = ")
	require.ErrorContains(t, rc.Write(broken, c), ".plikrc:1: it is not TOML")
	require.Equal(t, "URL = ", read(t, broken))
}

func TestSet(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, before, profile, key, value, after string
	}{
		{"new file", "", "", "url", "plik.example/", "URL = \"http://plik.example\"\n"},
		{"change", "# a\nURL = 'x' # b\r\nTTL = 5\n", "", "URL", "http://y", "# a\nURL = \"http://y\"\r\nTTL = 5\n"},
		{"case and indent", "  oneshot  =  false\n", "", "OneShot", "yes", "  oneshot = true\n"},
		{"before tables", "# top\n\n# about it\n[Other]\nx=1\n", "", "ttl", "1h", "# top\n\n# about it\nTTL = 3600\n[Other]\nx=1\n"},
		{"no newline", "TTL = 1", "", "Quiet", "true", "TTL = 1\nQuiet = true\n"},
		{"in a table", "[secureoptions]\n# c\n", "", "SecureOptions.Cipher", "x", "[secureoptions]\n  Cipher = \"x\"\n# c\n"},
		{"new table", "TTL = 1\n", "", "ArchiveOptions.Tar", "/t", "TTL = 1\n\n[ArchiveOptions]\n  Tar = \"/t\"\n"},
		{"new profile", "TTL = 1\n", "work", "Token", "s", "TTL = 1\n\n[Profiles.work]\n  Token = \"s\"\n"},
		{"odd profile", "", "a.b \"c", "Token", "s", "\n[Profiles.\"a.b \\\"c\"]\n  Token = \"s\"\n"},
		{"in a profile", "[Profiles.work]\nURL = 'http://x'\n[Profiles.work.SecureOptions]\nCipher='a'\n", "work", "SecureOptions.Cipher", "b", "[Profiles.work]\nURL = 'http://x'\n[Profiles.work.SecureOptions]\nCipher = \"b\"\n"},
		{"case of profiles", "[profiles.work]\n", "work", "Quiet", "1", "[profiles.work]\n  Quiet = true\n"},
		{"list", "", "", "Exclude", "a,b", "Exclude = [\"a\", \"b\"]\n"},
		{"several lines", "Comments = '''\na\nb'''\nTTL = 1\n", "", "Comments", "c", "Comments = \"c\"\nTTL = 1\n"},
		{"a trap", "Comments = '''\n[x]\n'''\n", "", "Quiet", "1", "Comments = \"[x]\\n\"\nQuiet = true\n"},
		{"inline table", "SecureOptions = {Cipher = 'a', Openssl = 'o'}\n", "", "SecureOptions.Cipher", "b", "[SecureOptions]\n  Cipher = \"b\"\n  Openssl = \"o\"\n"},
		{"dotted", "SecureOptions.Cipher = 'a' # x\n", "", "SecureOptions.Cipher", "b", "SecureOptions.Cipher = \"b\"\n"},
		{"equals in the name", "\"a=b\" = 1\nTTL = 1\n", "", "TTL", "2", "\"a=b\" = 1\nTTL = 2\n"},
	} {
		path := file(t, c.before)
		if c.before == "" {
			require.NoError(t, os.Remove(path))
		}
		require.NoError(t, rc.Set(path, c.profile, c.key, c.value), c.name)
		require.Equal(t, c.after, read(t, path), c.name)
	}
	for _, c := range []struct{ profile, key, value, want string }{
		{"", "Urll", "x", `unknown key "Urll", did you mean URL?`},
		{"", "URL", "ftp://x", "URL : the address"},
		{"", "TTL", "x", "TTL : Invalid TTL x"},
		{"", "Quiet", "x", "Quiet : expecting true or false"},
		{"", "SecureOptions.Passphrase", "x", "has no effect in a file"},
		{"p", "Profile", "x", "cannot name another"},
		{"", "Token", "\x00", "it is not UTF-8"},
	} {
		path := file(t, "# same\n")
		require.ErrorContains(t, rc.Set(path, c.profile, c.key, c.value), c.want)
		require.Equal(t, "# same\n", read(t, path))
	}
	require.ErrorContains(t, rc.Set(file(t, "Profiles = 1\n"), "p", "TTL", "1"), "is in the way")
	require.ErrorContains(t, rc.Set(file(t, "x ="), "", "TTL", "1"), ":1: it is not TOML")
}

func TestUnset(t *testing.T) {
	t.Parallel()
	path := file(t, "# a\nTTL = 5\nQuiet = true\n\n[Profiles.w]\n  Token = 'x'\n")
	require.NoError(t, rc.Unset(path, "", "ttl"))
	require.NoError(t, rc.Unset(path, "w", "Token"))
	require.NoError(t, rc.Unset(path, "", "Debug"))
	require.NoError(t, rc.Unset(path, "none", "Debug"))
	require.Equal(t, "# a\nQuiet = true\n\n[Profiles.w]\n", read(t, path))
	require.ErrorContains(t, rc.Unset(path, "", "x"), "unknown key")
	path = file(t, "Comments = '''\na\n'''\nTTL = 1\n")
	require.NoError(t, rc.Unset(path, "", "Comments"))
	require.Equal(t, "TTL = 1\n", read(t, path))
}

// FuzzSet sets a key in any file: it is an error, and the file as it was, or the key is set and
// the rest is the same.
func FuzzSet(f *testing.F) {
	for _, text := range []string{first, everything, servers, "Comments = '''\n[x]\nTTL = 1\n'''", "a.b.c = 1\n[[x]]\ny = [\n1,\n]", "ttl = 1\nTTL = 2"} {
		f.Add(text, uint8(14), "", "1h")
		f.Add(text, uint8(30), "work", "x")
	}
	keys := rc.Keys()
	f.Fuzz(func(t *testing.T, text string, which uint8, profile, value string) {
		k := keys[int(which)%len(keys)]
		path := file(t, text)
		before, beforeErr := rc.Load(rc.LoadOptions{Path: path})
		if err := rc.Set(path, profile, k.Name, value); err != nil {
			require.Equal(t, text, read(t, path))
			return
		}
		after, err := rc.Load(rc.LoadOptions{Path: path, Profile: profile})
		if err != nil {
			require.True(t, beforeErr != nil || strings.Contains(err.Error(), "there is no profile") || k.Name == "Profile", "%v", err)
			return
		}
		if beforeErr == nil && profile == "" && before.Profile == "" && k.Name != "Profile" {
			for _, other := range keys {
				if other.Name != k.Name {
					require.Equal(t, other.Text(before.Config), other.Text(after.Config), other.Name)
				}
			}
		}
	})
}

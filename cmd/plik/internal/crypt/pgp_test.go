package crypt_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/crypt"
)

// gnupg makes a home of gpg with keys, and stops its agent in the end.
func gnupg(t *testing.T) (home string, env []string) {
	t.Helper()
	need(t, "gpg", "gpgconf")
	home, err := os.MkdirTemp("", "gpg")
	require.NoError(t, err)
	env = []string{"GNUPGHOME=" + home}
	t.Cleanup(func() {
		cmd := exec.Command("gpgconf", "--kill", "all")
		cmd.Env = append(os.Environ(), env...)
		require.NoError(t, cmd.Run())
		require.NoError(t, os.RemoveAll(home))
	})
	shell(t, env, nil, `for k in 'Bob Builder <bob@example.org> rsa2048' 'Robert <robert@example.org> future-default'; do
		gpg --batch --pinentry-mode loopback --passphrase '' --quick-gen-key "${k% *}" "${k##* }" - 1d; done
		gpg --batch --pinentry-mode loopback --passphrase '' --quick-add-key "$(gpg --with-colons --list-keys bob | sed -n 's/^fpr:*//p' | head -1 | tr -d :)" rsa2048 encr 1d
		gpg --batch --pinentry-mode loopback --passphrase '' --quick-gen-key 'Signer <sign@example.org>' ed25519 sign
		gpg --export > "$GNUPGHOME/pubring.gpg"; gpg --export --armor > "$GNUPGHOME/armored"
		gpg --export-secret-keys bob > "$GNUPGHOME/bob"; gpg --export-secret-keys --armor robert > "$GNUPGHOME/robert"
		gpg --batch --pinentry-mode loopback --passphrase 'secret' --quick-gen-key 'Locked <locked@example.org>' default default
		gpg --batch --pinentry-mode loopback --passphrase 'secret' --export-secret-keys locked > "$GNUPGHOME/locked"`)
	return home, env
}

func TestPGP(t *testing.T) {
	t.Parallel()
	home, env := gnupg(t)
	for _, keyring := range []string{"pubring.gpg", "armored", "pubring.kbx"} {
		for _, to := range []string{"bob@example.org", "BUILDER", "robert@EXAMPLE.org"} {
			s, err := crypt.New(crypt.PGP, crypt.Options{Recipients: []string{to}, Keyring: filepath.Join(home, keyring)})
			require.NoError(t, err)
			require.Equal(t, "gpg -d", s.Command())
			for _, n := range []int{0, 1, 70_000} {
				content := noise(n)
				data := seal(t, s, content)
				require.True(t, bytes.HasPrefix(data, []byte("-----BEGIN PGP MESSAGE-----\n")))
				require.True(t, bytes.HasSuffix(data, []byte("\n-----END PGP MESSAGE-----\n")))
				same(t, content, shell(t, env, data, s.Command()))
				got, err := open(t, data, crypt.OpenOptions{SecretKeys: []string{filepath.Join(home, "bob"), filepath.Join(home, "robert")}})
				require.NoError(t, err)
				same(t, content, got)
			}
		}
	}

	t.Run("found beside", func(t *testing.T) {
		require.NoError(t, os.Rename(filepath.Join(home, "pubring.gpg"), filepath.Join(home, "away")))
		_, err := crypt.New(crypt.PGP, crypt.Options{Recipients: []string{"builder"}, Keyring: filepath.Join(home, "pubring.gpg")})
		require.NoError(t, err)
		require.NoError(t, os.Rename(filepath.Join(home, "away"), filepath.Join(home, "pubring.gpg")))
	})
	t.Run("errors", func(t *testing.T) {
		ring := filepath.Join(home, "pubring.gpg")
		for to, want := range map[string]string{
			"nobody":       "No key found for input 'nobody' in your keyring",
			"ob":           "There are 2 keys that match your search :\n\t-Bob Builder <bob@example.org>\n\t-Robert <robert@example.org>",
			"@example.org": "There are 3 keys that match your search :",
			"sign":         "the key of Signer <sign@example.org> cannot encrypt",
		} {
			_, err := crypt.New(crypt.PGP, crypt.Options{Recipients: []string{to}, Keyring: ring})
			require.ErrorContains(t, err, want)
		}
		_, err := crypt.New(crypt.PGP, crypt.Options{Recipients: []string{"x"}, Keyring: home})
		require.ErrorContains(t, err, "Fail to read your GnuPG keyring : ")
	})
	t.Run("fingerprint", func(t *testing.T) {
		list := string(shell(t, env, nil, "gpg --with-colons --list-keys bob"))
		fpr := strings.Split(list[strings.Index(list, "\nfpr:")+1:], ":")[9]
		for _, to := range []string{fpr, "0x" + fpr[24:], strings.ToLower(fpr[32:])} {
			s, err := crypt.New(crypt.PGP, crypt.Options{Recipients: []string{to}, Keyring: filepath.Join(home, "pubring.gpg")})
			require.NoError(t, err)
			same(t, []byte("hello"), shell(t, env, seal(t, s, []byte("hello")), "gpg -d"))
		}
	})
	t.Run("from gpg", func(t *testing.T) {
		data := shell(t, env, noise(100_000), "gpg --batch --trust-model always --armor -e -r bob -r locked")
		got, err := open(t, data, crypt.OpenOptions{SecretKeys: []string{filepath.Join(home, "bob")}})
		require.NoError(t, err)
		same(t, noise(100_000), got)
		_, err = open(t, data, crypt.OpenOptions{SecretKeys: []string{filepath.Join(home, "robert")}})
		require.ErrorIs(t, err, crypt.ErrNoKey)
		got, err = open(t, data, crypt.OpenOptions{SecretKeys: []string{filepath.Join(home, "locked")}, Ask: func(string) (string, error) { return "secret", nil }})
		require.NoError(t, err)
		same(t, noise(100_000), got)
		_, err = open(t, data, crypt.OpenOptions{SecretKeys: []string{filepath.Join(home, "locked")}, Passphrase: "wrong"})
		require.ErrorIs(t, err, crypt.ErrPassphrase)

		for _, at := range []int{len(data) / 2, len(data) - 200} {
			changed := bytes.Clone(data)
			if changed[at] = 'A'; data[at] == 'A' {
				changed[at] = 'B'
			}
			_, err = open(t, changed, crypt.OpenOptions{SecretKeys: []string{filepath.Join(home, "bob")}})
			require.Error(t, err)
			_, err = open(t, data[:at], crypt.OpenOptions{SecretKeys: []string{filepath.Join(home, "bob")}})
			require.Error(t, err)
		}

		data = shell(t, env, []byte("hello"), "gpg --batch --pinentry-mode loopback --passphrase word --armor -c")
		got, err = open(t, data, crypt.OpenOptions{Passphrase: "word"})
		require.NoError(t, err)
		require.Equal(t, "hello", string(got))
		_, err = open(t, data, crypt.OpenOptions{Passphrase: "other"})
		require.ErrorIs(t, err, crypt.ErrPassphrase)
	})
}

func FuzzKeyring(f *testing.F) {
	f.Add([]byte("\x00\x00\x00\x20\x01\x01\x00\x02KBXf\x00\x00\x00\x00" + strings.Repeat("\x00", 16)))
	f.Add([]byte("\x00\x00\x00\x10\x02\x01\x00\x02KBXf\xff\xff\xff\xff"))
	f.Add([]byte("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n-----END PGP PUBLIC KEY BLOCK-----\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		path := filepath.Join(t.TempDir(), "ring")
		require.NoError(t, os.WriteFile(path, data, 0o600))
		s, err := crypt.New(crypt.PGP, crypt.Options{Recipients: []string{"a"}, Keyring: path})
		if err == nil {
			require.NotNil(t, s)
		}
	})
}

func TestDefaultKeyring(t *testing.T) {
	home, env := gnupg(t)
	name, value, _ := strings.Cut(env[0], "=")
	t.Setenv(name, value)
	s, err := crypt.New(crypt.PGP, crypt.Options{Recipients: []string{"builder"}})
	require.NoError(t, err)
	same(t, []byte("hello"), shell(t, env, seal(t, s, []byte("hello")), "gpg -d"))
	t.Setenv(name, "")
	t.Setenv("HOME", filepath.Join(home, "none"))
	_, err = crypt.New(crypt.PGP, crypt.Options{Recipients: []string{"builder"}})
	require.EqualError(t, err, "GnuPG Keyring "+filepath.Join(home, "none", ".gnupg", "pubring.gpg")+" not found on your system")
}

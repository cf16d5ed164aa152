package crypt_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"filippo.io/age"
	"filippo.io/age/armor"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/crypt"
)

// onTerminal runs a command with answers typed on its terminal.
func onTerminal(t *testing.T, dir, answers, command string) {
	t.Helper()
	need(t, "script")
	cmd := exec.CommandContext(t.Context(), "script", "-qec", command, os.DevNull)
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(answers)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s: %s", command, out)
}

func TestAgePassphrase(t *testing.T) {
	t.Parallel()
	need(t, "age")
	const pass = "correct horse 'battery' $staple"
	for _, generated := range []bool{true, false} {
		if !generated && raceDetector {
			continue // the same but for its work, which then takes minutes
		}
		s, err := crypt.New(crypt.Age, crypt.Options{Passphrase: pass, Generated: generated})
		require.NoError(t, err)
		require.Equal(t, "age --decrypt", s.Command())
		content := noise(200_000)
		data := seal(t, s, content)
		got, err := open(t, data, crypt.OpenOptions{Passphrase: pass})
		require.NoError(t, err)
		same(t, content, got)

		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "in"), data, 0o600))
		onTerminal(t, dir, pass+"\n", s.Command()+" < in > out")
		got, err = os.ReadFile(filepath.Join(dir, "out"))
		require.NoError(t, err)
		same(t, content, got)

		if generated { // the other one takes its time
			_, err = open(t, data, crypt.OpenOptions{Passphrase: "wrong"})
			require.ErrorIs(t, err, crypt.ErrPassphrase)
		}
		_, err = open(t, data, crypt.OpenOptions{})
		require.ErrorIs(t, err, crypt.ErrNoPassphrase)
	}

	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "in"), []byte("stock"), 0o600))
	onTerminal(t, dir, pass+"\n"+pass+"\n", "age -p -a -o out in")
	data, err := os.ReadFile(filepath.Join(dir, "out"))
	require.NoError(t, err)
	got, err := open(t, data, crypt.OpenOptions{Ask: func(string) (string, error) { return pass, nil }})
	require.NoError(t, err)
	require.Equal(t, "stock", string(got))
}

// TestAgeKeys encrypts to each sort of key, and decrypts by the printed command in a home that
// has the key where it is expected.
func TestAgeKeys(t *testing.T) {
	t.Parallel()
	need(t, "age", "age-keygen", "ssh-keygen")
	home := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(home, ".ssh"), 0o700))
	env := []string{"HOME=" + home}
	shell(t, env, nil, `cd && age-keygen -o key.txt && ssh-keygen -q -t ed25519 -N '' -f .ssh/id_ed25519 && ssh-keygen -q -t rsa -b 2048 -N '' -f .ssh/id_rsa && ssh-keygen -q -t ed25519 -N 'secret' -f locked`)
	x := strings.TrimSpace(string(shell(t, env, nil, "cd && age-keygen -y key.txt")))
	read := func(name string) string {
		b, err := os.ReadFile(filepath.Join(home, name))
		require.NoError(t, err)
		return string(b)
	}
	require.NoError(t, os.WriteFile(filepath.Join(home, "people"), []byte("# us\n\n"+x+"\n"+read(".ssh/id_rsa.pub")), 0o600))
	for name, c := range map[string]struct {
		to      []string
		key     string
		command string
	}{
		"x25519":  {[]string{x}, "key.txt", "age --decrypt -i key.txt"},
		"ed25519": {[]string{read(".ssh/id_ed25519.pub")}, ".ssh/id_ed25519", "age --decrypt -i ~/.ssh/id_ed25519"},
		"rsa":     {[]string{filepath.Join(home, ".ssh/id_rsa.pub")}, ".ssh/id_rsa", "age --decrypt -i ~/.ssh/id_rsa"},
		"file":    {[]string{filepath.Join(home, "people")}, ".ssh/id_rsa", "age --decrypt -i key.txt"},
		"several": {[]string{read(".ssh/id_ed25519.pub"), x}, "key.txt", "age --decrypt -i ~/.ssh/id_ed25519"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := crypt.New(crypt.Age, crypt.Options{Recipients: c.to})
			require.NoError(t, err)
			require.Equal(t, c.command, s.Command())
			for _, n := range []int{0, 1, 65536, 200_000} {
				content := noise(n)
				data := seal(t, s, content)
				same(t, content, shell(t, env, data, "cd && "+s.Command()))
				got, err := open(t, data, crypt.OpenOptions{Identities: []string{filepath.Join(home, "locked"), filepath.Join(home, c.key)}, Ask: func(string) (string, error) { return "secret", nil }})
				require.NoError(t, err)
				same(t, content, got)
				_, err = open(t, data, crypt.OpenOptions{Passphrase: "x"})
				require.ErrorIs(t, err, crypt.ErrNoKey)
			}
		})
	}
	t.Run("locked", func(t *testing.T) {
		t.Parallel()
		s, err := crypt.New(crypt.Age, crypt.Options{Recipients: []string{filepath.Join(home, "locked.pub")}})
		require.NoError(t, err)
		data := seal(t, s, []byte("hello"))
		o := crypt.OpenOptions{Identities: []string{filepath.Join(home, "locked")}}
		_, err = open(t, data, o)
		require.ErrorContains(t, err, "passphrase")
		var asked []string
		o.Ask = func(prompt string) (string, error) { asked = append(asked, prompt); return "secret", nil }
		got, err := open(t, data, o)
		require.NoError(t, err)
		require.Equal(t, "hello", string(got))
		require.Equal(t, []string{"Passphrase of " + filepath.Join(home, "locked")}, asked)
	})
}

func TestAgeDamaged(t *testing.T) {
	t.Parallel()
	id, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	key := filepath.Join(t.TempDir(), "key")
	require.NoError(t, os.WriteFile(key, []byte(id.String()+"\n"), 0o600))
	s, err := crypt.New(crypt.Age, crypt.Options{Recipients: []string{id.Recipient().String()}})
	require.NoError(t, err)
	content := noise(200_000)
	data := seal(t, s, content)
	o := crypt.OpenOptions{Identities: []string{key}}
	for _, cut := range []int{30, 1000, 100_000, len(data) - 1} {
		_, err := open(t, data[:cut], o)
		require.Error(t, err, cut)
		changed := bytes.Clone(data)
		changed[cut] ^= 1
		_, err = open(t, changed, o)
		require.Error(t, err, cut)
	}
	var text bytes.Buffer
	w := armor.NewWriter(&text)
	_, err = w.Write(data)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	got, err := open(t, text.Bytes(), o)
	require.NoError(t, err)
	same(t, content, got)

	// A file that wants gigabytes is refused before.
	greedy := "age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 30\n" + strings.Repeat("A", 43) + "\n--- " + strings.Repeat("A", 43) + "\n"
	_, err = open(t, []byte(greedy), crypt.OpenOptions{Passphrase: "x"})
	require.ErrorContains(t, err, "work factor too large")
	_, err = open(t, []byte("plain text"), o)
	require.ErrorIs(t, err, crypt.ErrNotEncrypted)
}

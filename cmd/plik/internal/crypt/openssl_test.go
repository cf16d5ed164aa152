package crypt_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/crypt"
)

// recipes are ciphers and options that are built in.
func recipes() [][2]string {
	return [][2]string{
		{"", crypt.DefaultArgs},
		{"aes-256-cbc", ""},
		{"aes-128-cbc", crypt.DefaultArgs},
		{"aes-192-cbc", "-pbkdf2"},
		{"AES-256-CBC", "-md MD5"},
		{"aes256", "-iter 1 -md sha1"},
		{"aes128", "-md sha384 -pbkdf2 -e -salt"},
		{"aes-256-ctr", "-md sha224 -pbkdf2 -iter 7"},
		{"aes-128-ctr", "-md sha512"},
		{"aes-256-cbc", crypt.DefaultArgs + " -a"},
		{"aes-256-cbc", "-pbkdf2 -base64"},
		{"aes-256-cbc", "-pbkdf2 -a -A"},
	}
}

// TestOpenSSL has stock openssl open what is made here, by the command that is printed, and
// opens here what openssl makes.
func TestOpenSSL(t *testing.T) {
	t.Parallel()
	need(t, "openssl")
	t.Cleanup(func() { require.NoFileExists(t, "PWNED") })
	for _, c := range recipes() {
		t.Run(c[0]+" "+c[1], func(t *testing.T) {
			t.Parallel()
			const pass = `it's "a" $(touch PWNED) \ é`
			s, err := crypt.New(crypt.OpenSSL, crypt.Options{Passphrase: pass, Cipher: c[0], Args: c[1]})
			require.NoError(t, err)
			o := crypt.OpenOptions{Passphrase: pass, Cipher: c[0], Args: c[1]}
			for _, n := range sizes() {
				if strings.Contains(c[1], "120000") && n != 17 && n != 65536 {
					continue // the key takes its time, the rest is as with others
				}
				content := noise(n)
				data := seal(t, s, content)
				m, ok := crypt.Detect(data)
				require.True(t, ok)
				require.Equal(t, crypt.OpenSSL, m)
				require.Equal(t, strings.Contains(c[1], "-a") || strings.Contains(c[1], "-base64"), data[0] == 'U')
				if n%1000 < 100 { // the program takes its time to start
					same(t, content, shell(t, nil, data, s.Command()), n)
				}
				got, err := open(t, data, o)
				require.NoError(t, err, n)
				same(t, content, got, n)
			}
			content := noise(70_000)
			made := shell(t, nil, content, strings.Replace(strings.Replace(s.Command(), " -d ", " -e ", 1), " -e -salt", " -salt", 1))
			got, err := open(t, made, o)
			require.NoError(t, err)
			same(t, content, got)
		})
	}
}

func TestOpenSSLCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ pass, cipher, args, want string }{
		{"D6sO7QPUBICUmVaSAUvJWLKvl", "", crypt.DefaultArgs, "openssl aes-256-cbc -d -pass pass:D6sO7QPUBICUmVaSAUvJWLKvl -md sha512 -pbkdf2 -iter 120000"},
		{"foo bar", "aes-128-cbc", "-a", "openssl aes-128-cbc -d -pass 'pass:foo bar' -a"},
		{"a'b", "aes128", "-e -md  $(id)", `openssl aes128 -d -pass 'pass:a'\''b' -md '$(id)'`},
	} {
		s, err := crypt.New(crypt.OpenSSL, crypt.Options{Passphrase: c.pass, Cipher: c.cipher, Args: c.args})
		require.NoError(t, err)
		require.Equal(t, c.want, s.Command())
	}
}

// TestOpenSSLProgram runs the program: chosen, and for what is not built in.
func TestOpenSSLProgram(t *testing.T) {
	t.Parallel()
	need(t, "openssl")
	real, err := exec.LookPath("openssl")
	require.NoError(t, err)
	dir := t.TempDir()
	mine := filepath.Join(dir, "my openssl")
	require.NoError(t, os.WriteFile(mine, []byte("#!/bin/sh\necho \"$@\" >> '"+dir+"/log'\nexec "+real+` "$@"`+"\n"), 0o755))
	for _, c := range []crypt.Options{
		{Program: mine, Args: crypt.DefaultArgs},
		{Program: mine, Cipher: "aes-128-cbc", Args: "-pbkdf2 -a"},
		{Cipher: "camellia-256-cbc", Args: crypt.DefaultArgs},
		{Cipher: "aes-256-cfb", Args: "-pbkdf2"},
		{Cipher: "chacha20", Args: "-pbkdf2 -md sha3-256"},
	} {
		c.Passphrase = "pass word"
		s, err := crypt.New(crypt.OpenSSL, c)
		require.NoError(t, err)
		for _, n := range []int{0, 1, 300_000} {
			content := noise(n)
			data := seal(t, s, content)
			same(t, content, shell(t, nil, data, s.Command()))
			got, err := open(t, data, crypt.OpenOptions{Passphrase: c.Passphrase, Cipher: c.Cipher, Args: c.Args, Program: c.Program})
			require.NoError(t, err)
			same(t, content, got)
		}
		if c.Cipher != "chacha20" { // which has no padding to tell
			_, err = open(t, seal(t, s, noise(1000)), crypt.OpenOptions{Passphrase: "other", Cipher: c.Cipher, Args: c.Args, Program: c.Program})
			if c.Cipher != "aes-256-cfb" {
				require.ErrorIs(t, err, crypt.ErrPassphrase)
			}
		}
	}
	log, err := os.ReadFile(filepath.Join(dir, "log"))
	require.NoError(t, err)
	require.Contains(t, string(log), "aes-256-cbc -pass fd:3 -md sha512 -pbkdf2 -iter 120000\n")
	require.NotContains(t, string(log), "pass word")
}

func TestOpenSSLProgramFails(t *testing.T) {
	t.Parallel()
	need(t, "openssl")
	s, err := crypt.New(crypt.OpenSSL, crypt.Options{Passphrase: "x", Cipher: "aes-999-cbc"})
	require.NoError(t, err)
	var out bytes.Buffer
	w, err := s.Seal(t.Context(), &out)
	require.NoError(t, err)
	_, _ = w.Write(noise(10)) // may or may not notice
	err = w.Close()
	require.ErrorContains(t, err, "unable to run openssl cmd : exit status 1\n")

	// A sender that gives up.
	s, err = crypt.New(crypt.OpenSSL, crypt.Options{Passphrase: "x", Cipher: "aes-128-cfb"})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	w, err = s.Seal(ctx, io.Discard)
	require.NoError(t, err)
	cancel()
	require.ErrorIs(t, w.Close(), context.Canceled)

	// A receiver that gives up, and one whose disk is full.
	data := seal(t, s, noise(3_000_000))
	r, err := crypt.Open(t.Context(), bytes.NewReader(data), crypt.OpenOptions{Passphrase: "x", Cipher: "aes-128-cfb"})
	require.NoError(t, err)
	_, err = io.ReadFull(r, make([]byte, 10))
	require.NoError(t, err)
	require.NoError(t, r.Close())
	w, err = s.Seal(t.Context(), broken{})
	require.NoError(t, err)
	_, _ = w.Write(noise(300_000))
	require.ErrorIs(t, w.Close(), errBroken)
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestOpenSSLWrong(t *testing.T) {
	t.Parallel()
	s, err := crypt.New(crypt.OpenSSL, crypt.Options{Passphrase: "right", Args: "-pbkdf2 -iter 10"})
	require.NoError(t, err)
	data := seal(t, s, noise(100_000))
	o := crypt.OpenOptions{Passphrase: "right", Args: "-pbkdf2 -iter 10"}
	for _, cut := range []int{17, 1000, len(data) - 1, len(data) - 16} {
		_, err = open(t, data[:cut], o)
		// A cut between blocks is found by the padding, if chance does not have it.
		require.ErrorIs(t, err, crypt.ErrPassphrase, cut)
	}
	_, err = open(t, data[:10], o)
	require.Error(t, err)
	wrong := 0
	for _, p := range []string{"a", "b", "c", "d", "e", "f"} { // each goes unnoticed 1 time in 256
		o.Passphrase = p
		if got, err := open(t, data, o); errors.Is(err, crypt.ErrPassphrase) {
			wrong++
		} else {
			require.False(t, bytes.Equal(got, noise(100_000)))
		}
	}
	require.GreaterOrEqual(t, wrong, 4)
	o.Passphrase = ""
	_, err = open(t, data, o)
	require.ErrorIs(t, err, crypt.ErrNoPassphrase)
	o.Ask = func(string) (string, error) { return "right", nil }
	got, err := open(t, data, o)
	require.NoError(t, err)
	same(t, noise(100_000), got)
}

func TestNewFails(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		m    crypt.Method
		o    crypt.Options
		want string
	}{
		{"rot13", crypt.Options{}, "invalid crypto backend"},
		{crypt.OpenSSL, crypt.Options{}, "the passphrase is empty"},
		{crypt.OpenSSL, crypt.Options{Passphrase: "a\nb"}, "line break"},
		{crypt.OpenSSL, crypt.Options{Passphrase: strings.Repeat("a", 1001)}, "too long"},
		{crypt.OpenSSL, crypt.Options{Passphrase: "a", Cipher: "-engine"}, "invalid cipher"},
		{crypt.OpenSSL, crypt.Options{Passphrase: "a", Cipher: "aes;id"}, "invalid cipher"},
		{crypt.OpenSSL, crypt.Options{Passphrase: "a", Cipher: "no-aes"}, "invalid cipher"},
		{crypt.OpenSSL, crypt.Options{Passphrase: "a", Program: "/nowhere/openssl"}, "openssl binary not found"},
		{crypt.Age, crypt.Options{}, "the passphrase is empty"},
		{crypt.Age, crypt.Options{Recipients: []string{"age1nothing"}}, "invalid recipient"},
		{crypt.Age, crypt.Options{Recipients: []string{"ssh-ed25519 nothing"}}, "invalid recipient"},
		{crypt.Age, crypt.Options{Recipients: []string{"/nowhere/keys"}}, "neither a recipient of age nor a file"},
		{crypt.PGP, crypt.Options{}, "No PGP recipient specified (--recipient Bob or Recipient param in section [SecureOptions] of .plikrc)"},
		{crypt.PGP, crypt.Options{Recipients: []string{"x"}, Keyring: "/nowhere/ring"}, "GnuPG Keyring /nowhere/ring not found on your system"},
	} {
		_, err := crypt.New(c.m, c.o)
		require.ErrorContains(t, err, c.want)
		if c.o.Passphrase != "" && len(c.o.Passphrase) > 1 {
			require.NotContains(t, err.Error(), c.o.Passphrase)
		}
	}
}

func TestNewPassphrase(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	letters := map[rune]bool{}
	for range 200 {
		p := crypt.NewPassphrase()
		require.Regexp(t, `^[a-zA-Z0-9]{25}$`, p)
		require.False(t, seen[p])
		seen[p] = true
		for _, r := range p {
			letters[r] = true
		}
	}
	require.Len(t, letters, 62)
}

// TestGivingUp ends the context in the middle, and fails the writer.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	for _, m := range []crypt.Method{crypt.OpenSSL, crypt.Age} {
		s, err := crypt.New(m, crypt.Options{Passphrase: "x", Generated: true, Args: "-a"})
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		w, err := s.Seal(ctx, io.Discard)
		require.NoError(t, err)
		_, err = w.Write([]byte("x"))
		require.NoError(t, err)
		cancel()
		_, err = w.Write([]byte("x"))
		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, w.Close(), context.Canceled)

		if w, err = s.Seal(t.Context(), broken{}); err == nil {
			if _, err = w.Write(noise(200_000)); err == nil {
				err = w.Close()
			}
		}
		require.ErrorIs(t, err, errBroken)

		data := seal(t, s, noise(100))
		ctx, cancel = context.WithCancel(t.Context())
		cancel()
		_, err = crypt.Open(ctx, bytes.NewReader(data), crypt.OpenOptions{Passphrase: "x", Args: "-a"})
		require.ErrorIs(t, err, context.Canceled)
	}
}

// FuzzOpen opens anything with any options: there is an error or an end.
func FuzzOpen(f *testing.F) {
	for _, args := range []string{"-a", "-pbkdf2 -iter 2", ""} {
		s, err := crypt.New(crypt.OpenSSL, crypt.Options{Passphrase: "x", Args: args})
		require.NoError(f, err)
		var out bytes.Buffer
		w, err := s.Seal(f.Context(), &out)
		require.NoError(f, err)
		_, err = w.Write([]byte("hello"))
		require.NoError(f, err)
		require.NoError(f, w.Close())
		f.Add(out.Bytes(), args == "-a")
	}
	f.Add([]byte("-----BEGIN PGP MESSAGE-----\n\nwcBM\n-----END PGP MESSAGE-----\n"), false)
	f.Add([]byte("age-encryption.org/v1\n-> scrypt bBjlhJVYZeE4aqUdmtRHfw 1\nZV7AhotwSqmE\n--- x\n"), false)
	f.Fuzz(func(t *testing.T, data []byte, text bool) {
		if bytes.Contains(data, []byte("scrypt")) && !bytes.Contains(data, []byte(" 1\n")) {
			return // takes its time by design
		}
		o := crypt.OpenOptions{Passphrase: "x"}
		if text {
			o.Args = "-a"
		}
		r, err := crypt.Open(t.Context(), bytes.NewReader(data), o)
		if err != nil {
			require.Nil(t, r)
			return
		}
		n, _ := io.Copy(io.Discard, r)
		require.LessOrEqual(t, n, int64(len(data)))
		require.NoError(t, r.Close())
	})
}

// FuzzArgs has any options: they are understood and open again, or left to the program, which
// is not run here.
func FuzzArgs(f *testing.F) {
	for _, r := range recipes() {
		f.Add(r[0], r[1])
	}
	f.Add("aes-256-cbc", "-iter -5")
	f.Add("aes-256-cbc", "-md")
	f.Add("aes-256-cbc", "a -pbkdf2")
	f.Fuzz(func(t *testing.T, cipher, args string) {
		if len(args) > 40 || strings.Contains(args, "iter") {
			return // slow by design
		}
		o := crypt.Options{Passphrase: "x", Cipher: cipher, Args: args}
		s, err := crypt.New(crypt.OpenSSL, o)
		if err != nil {
			return
		}
		require.True(t, strings.HasPrefix(s.Command(), "openssl "))
		if !crypt.Native(cipher, args) {
			return
		}
		data := seal(t, s, []byte("hello"))
		got, err := open(t, data, crypt.OpenOptions{Passphrase: "x", Cipher: cipher, Args: args})
		require.NoError(t, err)
		require.Equal(t, "hello", string(got))
	})
}

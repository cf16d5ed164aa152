package crypt_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/crypt"
)

const large = 64 << 20

// gauge is a source of zeros that looks now and then at how much memory is in use.
type gauge struct {
	base, most uint64
	next       int
}

func inUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func (g *gauge) Read(p []byte) (int, error) {
	if g.next -= len(p); g.next < 0 {
		g.next = 10 << 20
		g.most = max(g.most, inUse())
	}
	clear(p)
	return len(p), nil
}

// TestMemory seals and opens 64 MiB, and counts what is held meanwhile.
func TestMemory(t *testing.T) { // not parallel, for it counts what all allocate
	if raceDetector {
		t.Skip("it takes minutes under the race detector, and there is nothing for that in it")
	}
	dir := t.TempDir()
	id, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "age"), []byte(id.String()), 0o600))
	writePGPKey(t, dir)
	for name, c := range map[string]struct {
		m    crypt.Method
		o    crypt.Options
		open crypt.OpenOptions
	}{
		"openssl":       {crypt.OpenSSL, crypt.Options{Passphrase: "x", Args: "-pbkdf2"}, crypt.OpenOptions{Passphrase: "x", Args: "-pbkdf2"}},
		"base64":        {crypt.OpenSSL, crypt.Options{Passphrase: "x", Args: "-a"}, crypt.OpenOptions{Passphrase: "x", Args: "-a"}},
		"age":           {crypt.Age, crypt.Options{Recipients: []string{id.Recipient().String()}}, crypt.OpenOptions{Identities: []string{filepath.Join(dir, "age")}}},
		"age generated": {crypt.Age, crypt.Options{Passphrase: "x", Generated: true}, crypt.OpenOptions{Passphrase: "x"}},
		"pgp":           {crypt.PGP, crypt.Options{Recipients: []string{"bob"}, Keyring: filepath.Join(dir, "public")}, crypt.OpenOptions{SecretKeys: []string{filepath.Join(dir, "secret")}}},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := crypt.New(c.m, c.o)
			require.NoError(t, err)
			g := &gauge{base: inUse()}
			r, w := io.Pipe()
			go func() { w.CloseWithError(sealFrom(context.WithoutCancel(t.Context()), s, w, g)) }()
			in, err := crypt.Open(t.Context(), r, c.open)
			require.NoError(t, err)
			n, err := io.Copy(io.Discard, in)
			require.NoError(t, err)
			require.EqualValues(t, large, n)
			require.Less(t, g.most, g.base+2<<20)
		})
	}
}

func sealFrom(ctx context.Context, s crypt.Sealer, w io.Writer, from io.Reader) error {
	out, err := s.Seal(ctx, w)
	if err != nil {
		return err
	}
	if _, err := io.CopyN(out, from, large); err != nil {
		return err
	}
	return out.Close()
}

func writePGPKey(t *testing.T, dir string) {
	t.Helper()
	e, err := openpgp.NewEntity("Bob", "", "bob@example.org", nil)
	require.NoError(t, err)
	for name, write := range map[string]func(io.Writer) error{
		"public": e.Serialize,
		"secret": func(w io.Writer) error { return e.SerializePrivate(w, nil) },
	} {
		f, err := os.Create(filepath.Join(dir, name))
		require.NoError(t, err)
		require.NoError(t, write(f))
		require.NoError(t, f.Close())
	}
	_, ok := e.EncryptionKey(time.Now())
	require.True(t, ok)
}

package file_test

import (
	"crypto/rand"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/datatest"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/seal"
)

func TestContract(t *testing.T) {
	t.Parallel()
	datatest.Run(t, datatest.Harness{Open: func(t *testing.T) data.Backend { return open(t, t.TempDir()) }})
}

func TestContractSealed(t *testing.T) {
	t.Parallel()
	datatest.Run(t, datatest.Harness{Open: func(t *testing.T) data.Backend { return openWith(t, t.TempDir(), newKey(t)) }})
}

// open returns the store of dir, which t closes.
func open(t testing.TB, dir string) *file.Store {
	t.Helper()
	return openWith(t, dir)
}

// newKey returns a key that no other test has.
func newKey(t testing.TB) seal.Key {
	t.Helper()
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	k, err := seal.ParseKey(hex.EncodeToString(secret))
	require.NoError(t, err)
	return k
}

// openWith returns the store of dir with keys, which t closes.
func openWith(t testing.TB, dir string, keys ...seal.Key) *file.Store {
	t.Helper()
	s, err := file.New(file.Options{Directory: dir, Keys: keys})
	require.NoError(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

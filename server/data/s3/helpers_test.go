package s3_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/s3"
)

const mib = 1 << 20

func newKey() data.Key { return data.Key{Upload: core.NewUploadID(), File: core.NewFileID()} }

// content returns n bytes without a period.
func content(seed byte, n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{seed}).Read(b) // never fails
	return b
}

// plain hides everything of a reader but Read.
func plain(b []byte) io.Reader { return struct{ io.Reader }{bytes.NewReader(b)} }

func put(t *testing.T, s *s3.Store, key data.Key, b []byte, size int64) data.Key {
	t.Helper()
	stored, err := s.Put(t.Context(), key, plain(b), size)
	require.NoError(t, err)
	require.EqualValues(t, len(b), stored.Size)
	key.Details = stored.Details
	return key
}

func requireObject(t *testing.T, s *s3.Store, key data.Key, want []byte) {
	t.Helper()
	r, err := s.Open(t.Context(), key, data.Range{})
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.NoError(t, r.Close())
	require.True(t, bytes.Equal(want, got), "%d bytes that should be %d", len(got), len(want))
}

// requireNothing checks that there is no object, and no trace of one.
func requireNothing(t *testing.T, s *s3.Store, key data.Key) {
	t.Helper()
	_, err := s.Open(t.Context(), key, data.Range{})
	require.Equal(t, core.KindNotFound, core.KindOf(err), "%v", err)
	uploads, err := s.Uploads(t.Context(), string(key.File))
	require.NoError(t, err)
	require.Empty(t, uploads)
	requireNoParts(t, s)
}

func requireNoParts(t *testing.T, s *s3.Store) {
	t.Helper()
	names, err := s.Names(t.Context(), ".parts/")
	require.NoError(t, err)
	require.Empty(t, names)
	require.Zero(t, s.MemoryUsed())
}

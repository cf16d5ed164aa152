package plik_test

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/plik"
	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/config"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// daemon runs a real server until the test ends and returns its URL.
func daemon(t testing.TB, change func(*config.Config)) string {
	t.Helper()
	url, stop, err := startDaemon(t.Context(), t.TempDir(), change)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, stop()) })
	return url
}

func startDaemon(ctx context.Context, dir string, change func(*config.Config)) (url string, stop func() error, err error) {
	c := config.Default()
	c.ListenAddress, c.ListenPort = "127.0.0.1", 0
	c.FeatureExtendTTL = config.Enabled
	c.DataBackendConfig = map[string]any{"Directory": filepath.Join(dir, "files")}
	c.MetadataBackendConfig = map[string]any{"ConnectionString": filepath.Join(dir, "plik.db")}
	if change != nil {
		change(c)
	}
	if _, err := c.Resolve(); err != nil {
		return "", nil, err
	}
	log := logrus.New()
	log.SetOutput(io.Discard)
	s, err := server.New(ctx, server.Options{Config: c, Log: log})
	if err != nil {
		return "", nil, err
	}
	if err := s.Start(ctx); err != nil {
		return "", nil, err
	}
	return "http://" + s.Addr().String() + c.Path, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		return s.Stop(ctx)
	}, nil
}

// client returns a client that is not patient.
func client(t testing.TB, url string) *plik.Client {
	t.Helper()
	c := plik.NewClient(url)
	c.Retry = plik.Retry{Min: time.Millisecond, Max: 5 * time.Millisecond, GiveUp: 20 * time.Second}
	t.Cleanup(c.HTTPClient.CloseIdleConnections)
	return c
}

// serve runs a handler until the test ends.
func serve(t testing.TB, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// random returns n bytes that do not repeat.
func random(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

// write makes a file of a temporary directory.
func write(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

func sum(b []byte) string {
	h := md5.Sum(b)
	return hex.EncodeToString(h[:])
}

// read reads all of a download.
func read(t testing.TB, r io.ReadCloser, err error) []byte {
	t.Helper()
	require.NoError(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	require.NoError(t, err)
	return b
}

// content downloads a file.
func content(t testing.TB, f *plik.File) []byte {
	t.Helper()
	r, err := f.Download()
	return read(t, r, err)
}

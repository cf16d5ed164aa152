package rc_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/rc"
)

// file writes a plikrc and returns where it is.
func file(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), ".plikrc")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// load reads text, with variables, and wants no error.
func load(t testing.TB, text string, env ...string) *rc.Loaded {
	t.Helper()
	l, err := rc.Load(rc.LoadOptions{Path: file(t, text), Env: env})
	require.NoError(t, err)
	return l
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}

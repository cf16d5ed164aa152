package config_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

// write puts text in a configuration file and returns its path.
func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plikd.cfg")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// load loads text as the file, and wants no error.
func load(t *testing.T, text string, env ...string) (*config.Config, []string) {
	t.Helper()
	cfg, warnings, err := config.Load(write(t, text), env)
	require.NoError(t, err)
	return cfg, texts(warnings)
}

// refuse loads text as the file, and returns the error it wants.
func refuse(t *testing.T, text string, env ...string) string {
	t.Helper()
	cfg, _, err := config.Load(write(t, text), env)
	require.Error(t, err, text)
	require.Nil(t, cfg)
	return err.Error()
}

func texts(warnings []config.Warning) []string {
	var out []string
	for _, w := range warnings {
		out = append(out, w.Text)
	}
	return out
}

// same compares configurations, an empty list being no list.
func same(t *testing.T, want, got *config.Config) {
	t.Helper()
	opts := cmp.Options{
		cmpopts.EquateEmpty(),
		cmpopts.EquateComparable(netip.Prefix{}),
		cmp.Comparer(func(a, b config.Secret) bool { return a == b }),
	}
	if diff := cmp.Diff(want, got, opts); diff != "" {
		t.Errorf("configurations differ (-want +got):\n%s", diff)
	}
}

package config_test

import (
	"bytes"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

const (
	sampleFile = "../../plikd.cfg"
	docsFile   = "../../docs/config.md"
)

// TestSampleIsDefault loads the sample: it says the defaults, sizes and lifetimes in words,
// and names what the backends take when they are told nothing.
func TestSampleIsDefault(t *testing.T) {
	t.Parallel()
	cfg, warnings, err := config.Load(sampleFile, nil)
	require.NoError(t, err)
	require.Empty(t, warnings)
	require.Equal(t, map[string]any{"Directory": "files"}, cfg.DataBackendConfig)
	require.Equal(t, map[string]any{"Driver": "sqlite3", "ConnectionString": "plik.db"}, cfg.MetadataBackendConfig)

	want := config.Default()
	want.DataBackendConfig, want.MetadataBackendConfig = cfg.DataBackendConfig, cfg.MetadataBackendConfig
	want.MaxFileSizeStr, want.MaxUserSizeStr = "10GB", "unlimited"
	want.MaxTotalSizeStr, want.MinFreeDiskStr = "unlimited", "0"
	want.DefaultTTLStr, want.MaxTTLStr = "30d", "30d"
	same(t, want, cfg)
}

// TestSampleHasEveryKey wants each key that is not deprecated, some commented out.
func TestSampleHasEveryKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(sampleFile)
	require.NoError(t, err)
	for _, k := range config.Keys() {
		found := regexp.MustCompile(`(?m)^(# )?` + k.Name + ` += |^\[` + k.Name + `\]$`).Match(text)
		require.Equal(t, !k.Deprecated, found, k.Name)
	}
}

// TestDocsHaveEveryKey wants a row for each key, with its variable and its default.
func TestDocsHaveEveryKey(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(docsFile)
	require.NoError(t, err)
	defaults := reflect.ValueOf(config.Default()).Elem()
	for _, k := range config.Keys() {
		row := regexp.MustCompile("(?m)^\\| `" + k.Name + "` \\| `" + k.Env + "` \\| .*$").Find(text)
		require.NotNil(t, row, k.Name)
		if k.Deprecated {
			continue
		}
		columns := strings.Split(string(row), " | ")
		require.Len(t, columns, 5, k.Name)
		require.Equal(t, "`"+shown(t, defaults.FieldByName(k.Name))+"`", columns[3], k.Name)
	}
}

// shown writes a value as TOML does in one line.
func shown(t *testing.T, v reflect.Value) string {
	t.Helper()
	switch {
	case v.Kind() == reflect.Map:
		require.Zero(t, v.Len())
		return "{}"
	case v.Kind() == reflect.Slice && v.Len() == 0:
		return "[]"
	}
	var b bytes.Buffer
	require.NoError(t, toml.NewEncoder(&b).Encode(map[string]any{"x": v.Interface()}))
	return strings.TrimSpace(strings.TrimPrefix(b.String(), "x = "))
}

package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

func TestFindWhatWasAskedFor(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	flag, env := filepath.Join(dir, "flag.cfg"), filepath.Join(dir, "env.cfg")
	for _, path := range []string{flag, env} {
		require.NoError(t, os.WriteFile(path, nil, 0o600))
	}
	for _, tc := range []struct{ flag, env, want, err string }{
		{flag, "", flag, ""},
		{flag, env, flag, ""},
		{flag, "/nope", flag, ""},
		{"", env, env, ""},
		{"/nope", env, "", "Unable to read config file /nope : stat /nope: no such file or directory"},
		{"", "/nope", "", "Unable to read config file /nope : stat /nope: no such file or directory"},
		{dir, "", "", "Unable to read config file " + dir + " : it is a directory"},
		{"", dir, "", "Unable to read config file " + dir + " : it is a directory"},
	} {
		path, err := config.Find(tc.flag, func(name string) string {
			require.Equal(t, "PLIKD_CONFIG", name)
			return tc.env
		})
		require.Equal(t, tc.want, path)
		if tc.err == "" {
			require.NoError(t, err)
		} else {
			require.EqualError(t, err, tc.err)
		}
	}
}

// TestFindInPlaces changes the working directory, so it cannot run beside others.
func TestFindInPlaces(t *testing.T) {
	nothing := func(string) string { return "" }
	t.Chdir(t.TempDir())
	rest := "" // what is found when there is nothing here
	if _, err := os.Stat("/etc/plikd.cfg"); err == nil {
		rest = "/etc/plikd.cfg"
	}
	path, err := config.Find("", nothing)
	require.NoError(t, err)
	require.Equal(t, rest, path)

	require.NoError(t, os.Mkdir("plikd.cfg", 0o700))
	path, err = config.Find("", nothing)
	require.NoError(t, err)
	require.Equal(t, rest, path, "a directory is no configuration")

	require.NoError(t, os.Remove("plikd.cfg"))
	require.NoError(t, os.WriteFile("plikd.cfg", nil, 0o600))
	path, err = config.Find("", nothing)
	require.NoError(t, err)
	require.Equal(t, "plikd.cfg", path)

	require.NoError(t, os.Remove("plikd.cfg"))
	require.NoError(t, os.Symlink("plikd.cfg", "plikd.cfg"))
	_, err = config.Find("", nothing)
	require.ErrorContains(t, err, "Unable to read config file plikd.cfg : ")
}

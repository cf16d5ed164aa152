package rc_test

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/rc"
)

func TestFind(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/etc/plik/plikrc"); err == nil {
		t.Skip("this machine has a /etc/plik/plikrc")
	}
	home := t.TempDir()
	vars := map[string]string{"HOME": home}
	getenv := func(name string) string { return vars[name] }
	find := func(want string) {
		t.Helper()
		got, err := rc.Find(getenv)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	put := func(path string) string {
		t.Helper()
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, nil, 0o600))
		return path
	}
	find("")
	find2 := put(filepath.Join(home, ".config", "plik", "plikrc"))
	find(find2)
	vars["XDG_CONFIG_HOME"] = filepath.Join(home, "xdg")
	find("")
	find(put(filepath.Join(home, "xdg", "plik", "plikrc")))
	require.Equal(t, filepath.Join(home, ".plikrc"), rc.HomePath(getenv))
	find(put(rc.HomePath(getenv)))
	vars["PLIKRC"] = put(filepath.Join(home, "mine"))
	find(vars["PLIKRC"])
	vars["PLIKRC"] = filepath.Join(home, "none")
	_, err := rc.Find(getenv)
	require.EqualError(t, err, "Plikrc file "+vars["PLIKRC"]+" not found")

	// What is there and cannot be looked at is not passed over.
	delete(vars, "PLIKRC")
	vars["HOME"] = filepath.Join(home, "mine") // a file
	if runtime.GOOS != "windows" {
		_, err = rc.Find(getenv)
		require.ErrorContains(t, err, "not a directory")
	}
	delete(vars, "HOME")
	require.Equal(t, ".plikrc", rc.HomePath(getenv))
	vars["USERPROFILE"] = home
	require.Equal(t, filepath.Join(home, ".plikrc"), rc.HomePath(getenv))
}

package command_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plikd/internal/command"
)

func run(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	code = command.Run(args, strings.NewReader(""), &o, &e)
	return code, o.String(), e.String()
}

// write makes a configuration whose stores are in a directory of the test's own.
func write(t *testing.T, extra string) (path, dir string) {
	t.Helper()
	dir = t.TempDir()
	path = filepath.Join(dir, "plikd.cfg")
	text := extra + "\n[DataBackendConfig]\nDirectory = \"" + dir + "/files\"\n[MetadataBackendConfig]\nConnectionString = \"" + dir + "/plik.db\"\n"
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path, dir
}

func TestVersion(t *testing.T) {
	t.Parallel()
	for _, arg := range []string{"version", "--version", "-v"} {
		code, out, errs := run(arg)
		require.Equal(t, 0, code)
		require.Equal(t, "plikd version v0.0.0\n", out)
		require.Empty(t, errs)
	}
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{"command": {"bogus"}, "flag": {"--bogus"}, "argument": {"clean", "x"}, "port": {"--port", "x"},
		"port of serve": {"serve", "--port", "x"}, "port of another": {"clean", "--port", "1"}, "below a group": {"user", "bogus"},
		"hostile": {"\x1b[31m\nx"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, out, errs := run(args...)
			require.Equal(t, 2, code)
			require.Empty(t, out)
			require.Equal(t, 1, strings.Count(errs, "\n"), errs)
			require.Contains(t, errs, "see plikd --help")
			require.NotContains(t, errs, "\x1b")
		})
	}
	code, out, _ := run("--help")
	require.Equal(t, 0, code)
	for _, word := range []string{"clean", "fsck", "config", "version", "user", "token", "upload", "file", "stats", "export", "import", "completion", "--config", "--port", "Exit codes"} {
		require.Contains(t, out, word)
	}
}

// TestGroups is what a command that only has others below it does.
func TestGroups(t *testing.T) {
	t.Parallel()
	for group, words := range map[string][]string{
		"user": {"create", "list", "show", "update", "passwd", "delete"}, "token": {"create", "list", "delete"},
		"upload": {"list", "show", "delete"}, "file": {"list", "show", "delete"}, "config": {"check", "print"},
	} {
		code, out, errs := run(group)
		require.Equal(t, 0, code, errs)
		for _, word := range words {
			require.Contains(t, out, "\n  "+word+" ")
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		code, out, errs := run("completion", shell)
		require.Equal(t, 0, code, errs)
		require.Contains(t, out, "plikd")
	}
}

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	good, _ := write(t, `MaxFileSizeStr = "1GB"`)
	code, out, errs := run("config", "check", "--config", good)
	require.Equal(t, 0, code, errs)
	require.Equal(t, "the configuration is fine\n", out)
	require.Empty(t, errs)

	warn, _ := write(t, "MaxFileSise = 5")
	code, _, errs = run("config", "check", "--config", warn)
	require.Equal(t, 0, code)
	require.Contains(t, errs, "plikd.cfg:1: unknown key MaxFileSise, did you mean MaxFileSize?")

	bad, _ := write(t, "MaxTTLStr = \"1y\"\nFeatureStream = \"maybe\"\nListenPort = 99999")
	code, out, errs = run("config", "check", "--config", bad)
	require.Equal(t, 1, code)
	require.Empty(t, out)
	for _, text := range []string{"MaxTTLStr", "FeatureStream", "ListenPort"} { // all at once
		require.Contains(t, errs, text)
	}
	require.Equal(t, 1, strings.Count(errs, "\n"), errs)

	code, _, errs = run("config", "check", "--config", "/nope")
	require.Equal(t, 1, code)
	require.Equal(t, "plikd: Unable to read config file /nope : stat /nope: no such file or directory\n", errs)
}

func TestConfigPrint(t *testing.T) {
	t.Parallel()
	path, _ := write(t, "ListenPort = 1234\nOvhApiSecret = \"hunter2\"")
	code, out, errs := run("config", "print", "--config", path)
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "ListenPort = 1234")
	require.NotContains(t, out, "hunter2")
}

func TestCleanAndFsck(t *testing.T) {
	t.Parallel()
	path, dir := write(t, "")
	code, out, errs := run("clean", "--config", path)
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "0 uploads expired")

	code, out, errs = run("fsck", "--config", path)
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "0 problems found")

	orphan := filepath.Join(dir, "files", "ab", "abcdefghijklmnop")
	require.NoError(t, os.MkdirAll(filepath.Dir(orphan), 0o700))
	require.NoError(t, os.WriteFile(orphan, []byte("lost"), 0o600))
	code, out, errs = run("fsck", "--config", path, "--min-age", "1ns")
	require.Equal(t, 1, code)
	require.Contains(t, out, "data without a file: file abcdefghijklmnop")
	require.Equal(t, "plikd: 1 problems found, run plikd fsck --repair to remove them\n", errs)
	code, out, errs = run("fsck", "--config", path, "--min-age", "1ns", "--repair")
	require.Equal(t, 0, code, errs)
	require.Contains(t, out, "(repaired)")
	require.NoFileExists(t, orphan)
}

func TestBrokenStores(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	notADir := filepath.Join(dir, "file")
	require.NoError(t, os.WriteFile(notADir, nil, 0o600))
	for name, text := range map[string]string{
		"database":  "[MetadataBackendConfig]\nConnectionString = \"" + notADir + "/x/plik.db\"",
		"directory": "[MetadataBackendConfig]\nConnectionString = \"" + dir + "/plik.db\"\n[DataBackendConfig]\nDirectory = \"" + notADir + "/x\"",
		"backend":   "DataBackend = \"s3\"\n[MetadataBackendConfig]\nConnectionString = \"" + dir + "/plik2.db\"",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "plikd.cfg")
			require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			code, _, errs := run("clean", "--config", path)
			require.Equal(t, 1, code)
			require.True(t, strings.HasPrefix(errs, "plikd: unable to initialize "), errs)
			require.Equal(t, 1, strings.Count(errs, "\n"), errs)
		})
	}
}

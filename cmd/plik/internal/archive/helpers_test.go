package archive_test

import (
	"bytes"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/archive"
)

// need skips a test that needs a program which is not there; where CI is set, it has to be.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed", p)
			}
			t.Skipf("%s is not installed", p)
		}
	}
}

// run runs a program in dir and returns what it says.
func run(t *testing.T, dir string, stdin []byte, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir = dir
	cmd.Stdin = bytes.NewReader(stdin)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, "%s %v: %s", name, args, said.String())
	return string(out)
}

// noise returns n bytes that do not compress.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(b)
	return b
}

var day = time.Date(2024, 5, 6, 7, 8, 9, 0, time.UTC)

// put writes a file with a known time.
func put(t *testing.T, path string, content []byte) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(t, os.WriteFile(path, content, 0o644))
	require.NoError(t, os.Chtimes(path, day, day))
}

// tree makes a directory called "tree" with odd things in it and returns where it is.
func tree(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	top := filepath.Join(dir, "tree")
	put(t, filepath.Join(top, "plain.txt"), []byte("hello\n"))
	put(t, filepath.Join(top, "empty"), nil)
	put(t, filepath.Join(top, "noise"), noise(300_000))
	put(t, filepath.Join(top, "zeros"), make([]byte, 300_000))
	put(t, filepath.Join(top, "text"), bytes.Repeat([]byte("the quick brown fox "), 15_000))
	put(t, filepath.Join(top, "-rf"), []byte("dash"))
	put(t, filepath.Join(top, "été $(id) 'q' \"d\" #?%41", "naïve"), []byte("odd"))
	long := filepath.Join(top, "d0123456789012345678901234567890123456789", "e0123456789012345678901234567890123456789",
		"f0123456789012345678901234567890123456789", "g0123456789012345678901234567890123456789")
	put(t, filepath.Join(long, "deep"), []byte("deep"))
	require.NoError(t, os.Mkdir(filepath.Join(top, "nothing"), 0o755))
	require.NoError(t, os.Symlink("plain.txt", filepath.Join(top, "link")))
	require.NoError(t, os.Symlink("/etc", filepath.Join(top, "outward")))
	put(t, filepath.Join(top, "run.sh"), []byte("#!/bin/sh\n"))
	require.NoError(t, os.Chmod(filepath.Join(top, "run.sh"), 0o755))
	return dir
}

// content reads a directory into a map of names to kind, permissions of a file, and content.
func content(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch info, err := d.Info(); {
		case err != nil:
			return err
		case d.IsDir():
			all[rel] = "dir"
		case info.Mode()&fs.ModeSymlink != 0:
			to, err := os.Readlink(path)
			all[rel] = "-> " + to
			return err
		default:
			text, err := os.ReadFile(path)
			all[rel] = info.Mode().String() + " " + string(text)
			return err
		}
		return nil
	}))
	return all
}

// same compares two directories without filling the screen.
func same(t *testing.T, want, got string) {
	t.Helper()
	a, b := content(t, want), content(t, got)
	for name, text := range a {
		if b[name] != text {
			t.Errorf("%q differs: want %.60q, got %.60q", name, text, b[name])
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			t.Errorf("%q is one too many", name)
		}
	}
}

// build makes an archive of paths and returns it.
func build(t *testing.T, kind archive.Kind, o archive.Options, paths ...string) (archive.Source, []byte) {
	t.Helper()
	src, err := archive.New(kind, paths, o)
	require.NoError(t, err)
	var out bytes.Buffer
	require.NoError(t, src.WriteTo(t.Context(), &out))
	return src, out.Bytes()
}

//go:build darwin || freebsd || linux || netbsd || openbsd

package file_test

import (
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
)

// TestLinksThatLeadOut puts links to a place with a secret where objects and directories belong.
func TestLinksThatLeadOut(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ link, target string }{
		"object":                     {"ab/abcdef", "OUT/ab/abcdef"},
		"object, relative":           {"ab/abcdef", "../../out/ab/abcdef"},
		"object, through itself":     {"ab/abcdef", "../ab/../../out/ab/abcdef"},
		"directory":                  {"ab", "OUT/ab"},
		"directory, relative":        {"ab", "../out/ab"},
		"legacy object":              {"UP/UPLOAD/abcdef", "OUT/ab/abcdef"},
		"legacy upload":              {"UP/UPLOAD", "OUT/ab"},
		"legacy directory, relative": {"UP", "../out/UP"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base := t.TempDir()
			dir, out := base+"/data", base+"/out"
			secrets := []string{"UP/UPLOAD/abcdef", "ab/abcdef"}
			for _, s := range secrets {
				write(t, out+"/"+s, "secret")
			}
			s := open(t, dir)
			link(t, strings.Replace(c.target, "OUT", out, 1), dir+"/"+c.link)

			_, err := s.Open(t.Context(), key, data.Range{})
			require.ErrorContains(t, err, "escapes")
			for e, err := range s.List(t.Context()) {
				require.NoError(t, err)
				t.Fatalf("listed: %+v", e)
			}
			_, putErr := s.Put(t.Context(), key, strings.NewReader("mine"), 4)
			_ = s.Delete(t.Context(), key) // may fail, must not harm
			if c.link == "ab" {
				require.ErrorContains(t, putErr, "escapes")
			} else {
				require.NoError(t, putErr)
			}
			require.Equal(t, secrets, filesIn(t, out))
			for _, s := range secrets {
				b, err := os.ReadFile(out + "/" + s)
				require.NoError(t, err)
				require.Equal(t, "secret", string(b))
			}
		})
	}
}

func TestPartialDirectoryThatLeadsOut(t *testing.T) {
	t.Parallel()
	base := t.TempDir()
	link(t, base, base+"/data/.partial")
	_, err := file.New(file.Options{Directory: base + "/data"})
	require.ErrorContains(t, err, "cannot be written")
	require.Empty(t, cleanNames(t, base))
}

func TestNotRegularIsAbsent(t *testing.T) {
	t.Parallel()
	for name, make := range map[string]func(t *testing.T, path string){
		"directory": func(t *testing.T, path string) { require.NoError(t, os.Mkdir(path, 0o777)) },
		// Opening one waits for a writer, unless care is taken.
		"named pipe": func(t *testing.T, path string) { require.NoError(t, syscall.Mkfifo(path, 0o666)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			s := open(t, dir)
			require.NoError(t, os.Mkdir(dir+"/ab", 0o777))
			make(t, dir+"/ab/abcdef")
			_, err := s.Open(t.Context(), key, data.Range{})
			require.Equal(t, core.KindNotFound, core.KindOf(err), "%v", err)
			write(t, dir+"/UP/UPLOAD/abcdef", "legacy")
			require.Equal(t, "legacy", read(t, s, key))
			for e, err := range s.List(t.Context()) {
				require.NoError(t, err)
				require.Equal(t, core.UploadID("UPLOAD"), e.Key.Upload)
			}
		})
	}
	t.Run("file for a directory", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		s := open(t, dir)
		write(t, dir+"/ab", "x")
		_, err := s.Open(t.Context(), key, data.Range{})
		require.Equal(t, core.KindNotFound, core.KindOf(err), "%v", err)
		require.NoError(t, s.Delete(t.Context(), key))
		_, err = s.Put(t.Context(), key, body(), -1)
		require.ErrorIs(t, err, syscall.ENOTDIR)
		require.Equal(t, []string{"ab"}, filesIn(t, dir))
	})
}

// link makes a symbolic link, and the directory it is in.
func link(t *testing.T, target, name string) {
	t.Helper()
	write(t, name, "")
	require.NoError(t, os.Remove(name))
	require.NoError(t, os.Symlink(target, name))
}

// cleanNames returns the names in dir but "data".
func cleanNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		if e.Name() != "data" {
			names = append(names, e.Name())
		}
	}
	return names
}

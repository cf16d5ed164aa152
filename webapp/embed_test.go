package webapp_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/webapp"
)

func TestChoose(t *testing.T) {
	t.Parallel()
	plain := &fstest.MapFile{Data: []byte("plain")}
	dist := &fstest.MapFile{Data: []byte("dist")}
	for name, tc := range map[string]struct {
		all  fstest.MapFS
		want string
	}{
		"nothing built":     {fstest.MapFS{"dist/.keep": {}, "plain/index.html": plain}, "plain"},
		"built":             {fstest.MapFS{"dist/index.html": dist, "plain/index.html": plain}, "dist"},
		"built by halves":   {fstest.MapFS{"dist/app.js": dist, "plain/index.html": plain}, "plain"},
		"no dist directory": {fstest.MapFS{"plain/index.html": plain}, "plain"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := fs.ReadFile(webapp.Choose(tc.all), "index.html")
			require.NoError(t, err)
			require.Equal(t, tc.want, string(got))
		})
	}
}

func TestFSHasAPage(t *testing.T) {
	t.Parallel()
	page, err := fs.ReadFile(webapp.FS(), "index.html")
	require.NoError(t, err)
	require.Contains(t, string(page), "<title>")
}

func TestOverlayWithoutDirectory(t *testing.T) {
	t.Parallel()
	want, err := fs.ReadFile(webapp.FS(), "index.html")
	require.NoError(t, err)
	for name, dir := range map[string]string{"empty": "", "absent": filepath.Join(t.TempDir(), "absent")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			over, err := webapp.Overlay(dir)
			require.NoError(t, err)
			got, err := fs.ReadFile(over, "index.html")
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

func TestOverlayOfAFile(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := webapp.Overlay(file)
	require.ErrorContains(t, err, "web app directory")
}

func TestOverlay(t *testing.T) {
	t.Parallel()
	outside := filepath.Join(t.TempDir(), "secret")
	require.NoError(t, os.WriteFile(outside, []byte("secret"), 0o600))
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write("index.html", "mine")
	write("css/custom.css", "body{}")
	write("extra/new.txt", "new")
	require.NoError(t, os.Symlink("index.html", filepath.Join(dir, "inside.html")))
	require.NoError(t, os.Symlink(outside, filepath.Join(dir, "outside.html")))
	over, err := webapp.Overlay(dir)
	require.NoError(t, err)

	read := func(name string) string {
		t.Helper()
		b, err := fs.ReadFile(over, name)
		require.NoError(t, err, name)
		return string(b)
	}
	require.Equal(t, "mine", read("index.html"), "replaced")
	require.Equal(t, "body{}", read("css/custom.css"), "replaced in a directory that both have")
	require.Equal(t, "new", read("extra/new.txt"), "added")
	require.Equal(t, "mine", read("inside.html"), "a link that stays inside")
	builtin, err := fs.ReadFile(webapp.FS(), "favicon.svg")
	require.NoError(t, err)
	require.Equal(t, string(builtin), read("favicon.svg"), "not replaced")

	for _, name := range []string{"index.html.br", "css/custom.css.gz"} {
		_, err := fs.ReadFile(over, name)
		require.ErrorIs(t, err, fs.ErrNotExist, "it would be of the file that was replaced")
	}

	write("index.html", "mine, later")
	require.Equal(t, "mine, later", read("index.html"), "changed while open")

	for _, name := range []string{"outside.html", "../secret", "/etc/passwd"} {
		_, err := fs.ReadFile(over, name)
		require.Error(t, err, name)
	}
	for _, name := range []string{"absent.html", "index.html/below", "extra/absent"} {
		_, err := fs.ReadFile(over, name)
		require.ErrorIs(t, err, fs.ErrNotExist, name)
	}
	for _, name := range []string{".", "css", "extra"} {
		info, err := fs.Stat(over, name)
		require.NoError(t, err, name)
		require.True(t, info.IsDir(), name)
	}
}

// The page must work under default-src 'self' and below any path: nothing inline, and
// every address relative and of a file that is there.
func TestPlainPageIsStrict(t *testing.T) {
	t.Parallel()
	plain := os.DirFS("plain")
	page, err := fs.ReadFile(plain, "index.html")
	require.NoError(t, err)
	for _, bad := range []string{`(?i)<style`, `(?i)\sstyle=`, `(?i)\son[a-z]+=`, `(?i)javascript:`, `<script(?:[^>]*)>[^<]`} {
		require.NotRegexp(t, bad, string(page))
	}
	refs := regexp.MustCompile(`(?:src|href)="([^"#][^"]*)"`).FindAllStringSubmatch(string(page), -1)
	require.NotEmpty(t, refs)
	for _, ref := range refs {
		_, err := fs.Stat(plain, ref[1])
		require.NoError(t, err, "%s is not a relative address of a file", ref[1])
	}
}

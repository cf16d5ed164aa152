package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/archive"
)

// TestStockTarExtracts pipes each archive into the command that is printed for it.
func TestStockTarExtracts(t *testing.T) {
	t.Parallel()
	programs := map[string]string{"gzip": "gzip", "bzip2": "bzip2", "xz": "xz", "lzma": "xz", "zstd": "zstd", "lzip": "lzip", "lzop": "lzop", "no": "tar"}
	exts := map[string]string{"gzip": ".tar.gz", "bzip2": ".tar.bz2", "xz": ".tar.xz", "lzma": ".tar.lzma", "zstd": ".tar.zst", "lzip": ".tar.lz", "lzop": ".tar.lzo", "no": ".tar"}
	for codec, program := range programs {
		t.Run(codec, func(t *testing.T) {
			t.Parallel()
			need(t, "tar", program)
			dir := tree(t)
			src, data := build(t, archive.Tar, archive.Options{Compress: codec}, filepath.Join(dir, "tree"))
			require.Equal(t, "tree"+exts[codec], src.Name())
			require.Regexp(t, `^tar xvf -( --[a-z0-9]+)?$`, src.ExtractCommand())
			out := t.TempDir()
			run(t, out, data, "sh", "-c", src.ExtractCommand())
			same(t, filepath.Join(dir, "tree"), filepath.Join(out, filepath.Join(dir, "tree")))
		})
	}
}

func TestStockUnzipExtracts(t *testing.T) {
	t.Parallel()
	need(t, "unzip")
	dir := tree(t)
	src, data := build(t, archive.Zip, archive.Options{}, filepath.Join(dir, "tree"))
	require.Equal(t, "tree.zip", src.Name())
	require.Empty(t, src.ExtractCommand())
	out := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(out, "a.zip"), data, 0o600))
	cmd := `LC_ALL=C.UTF-8 unzip -q -d out a.zip`
	run(t, out, nil, "sh", "-c", cmd)
	same(t, filepath.Join(dir, "tree"), filepath.Join(out, "out", dir, "tree"))
}

// TestPrograms makes the same archives by the programs, in whose directory names count.
func TestPrograms(t *testing.T) {
	t.Parallel()
	need(t, "tar", "zip", "unzip")
	dir := tree(t)
	for _, name := range []string{"tar", "zip"} { // any other path than the default
		path := filepath.Join(dir, "my"+name)
		require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\nexec "+name+` "$@"`), 0o755))
	}
	t.Run("tar", func(t *testing.T) {
		t.Parallel()
		_, data := build(t, archive.Tar, archive.Options{Program: filepath.Join(dir, "mytar"), Exclude: []string{"noise"}}, filepath.Join(dir, "tree"))
		out := t.TempDir()
		run(t, out, data, "tar", "xzf", "-")
		got := content(t, filepath.Join(out, dir, "tree"))
		require.NotContains(t, got, "noise")
		require.Contains(t, got, "text")
	})
	t.Run("zip", func(t *testing.T) {
		t.Parallel()
		_, data := build(t, archive.Zip, archive.Options{Program: filepath.Join(dir, "myzip"), Exclude: []string{"noise", "-r*"}}, filepath.Join(dir, "tree"))
		out := t.TempDir()
		_, err := archive.Extract(t.Context(), bytes.NewReader(data), out, archive.ExtractOptions{})
		require.NoError(t, err)
		got := content(t, filepath.Join(out, dir, "tree"))
		require.NotContains(t, got, "noise")
		require.NotContains(t, got, "-rf")
		require.Contains(t, got, "text")
	})
	t.Run("options", func(t *testing.T) {
		t.Parallel()
		_, data := build(t, archive.Tar, archive.Options{Args: "--owner=nobody  --exclude=text"}, filepath.Join(dir, "tree"))
		out := t.TempDir()
		list := run(t, out, data, "tar", "tvzf", "-")
		require.Contains(t, list, "nobody/")
		require.NotContains(t, list, "tree/text")
	})
}

// TestDashes has names that look like options.
func TestDashes(t *testing.T) {
	need(t, "tar", "zip")
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"--checkpoint-action=exec=touch PWNED", "-T", "@", "-rf"} {
		put(t, filepath.Join(dir, name), []byte(name))
	}
	paths := []string{"--checkpoint-action=exec=touch PWNED", "-T", "@", "-rf"}
	for _, o := range []archive.Options{{}, {Program: "tar"}, {Args: "--checkpoint=1"}} {
		src, data := build(t, archive.Tar, o, paths...)
		require.Equal(t, "archive.tar.gz", src.Name())
		require.Equal(t, paths, names(t, data))
	}
	for _, o := range []archive.Options{{}, {Program: "zip"}, {Args: "-1"}} {
		src, data := build(t, archive.Zip, o, paths...)
		require.Equal(t, "archive.zip", src.Name())
		zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
		require.NoError(t, err)
		var got []string
		for _, f := range zr.File {
			got = append(got, f.Name)
		}
		require.ElementsMatch(t, paths, got)
	}
	require.NoFileExists(t, filepath.Join(dir, "PWNED"))
}

// names lists a gzip compressed tar.
func names(t *testing.T, data []byte) []string {
	t.Helper()
	dir := t.TempDir()
	list := run(t, dir, data, "tar", "tzf", "-")
	return strings.Split(strings.TrimSpace(list), "\n")
}

func TestNames(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "a", "b", "f"), nil)
	put(t, filepath.Join(dir, "a", "g"), nil)
	t.Chdir(filepath.Join(dir, "a"))
	abs := strings.TrimPrefix(filepath.ToSlash(dir), "/")
	for _, c := range []struct {
		paths   []string
		name    string
		members []string
	}{
		{[]string{"g"}, "g.tar.gz", []string{"g"}},
		{[]string{"b"}, "b.tar.gz", []string{"b/", "b/f"}},
		{[]string{"b/"}, "b.tar.gz", []string{"b/", "b/f"}},
		{[]string{"./b"}, "b.tar.gz", []string{"b/", "b/f"}},
		{[]string{"."}, "a.tar.gz", []string{"b/", "b/f", "g"}},
		{[]string{".."}, filepath.Base(dir) + ".tar.gz", []string{"a/", "a/b/", "a/b/f", "a/g"}},
		{[]string{"../a"}, "a.tar.gz", []string{"a/", "a/b/", "a/b/f", "a/g"}},
		{[]string{"b/../g"}, "g.tar.gz", []string{"g"}},
		{[]string{"g", "b"}, "archive.tar.gz", []string{"g", "b/", "b/f"}},
		{[]string{"g", "g", "./g"}, "archive.tar.gz", []string{"g"}},
		{[]string{"b/f", "b"}, "archive.tar.gz", []string{"b/", "b/f"}},
		{[]string{"b/f", "."}, "archive.tar.gz", []string{"b/", "b/f", "g"}},
		{[]string{filepath.Join(dir, "a", "g")}, "g.tar.gz", []string{abs + "/a/g"}},
		{[]string{"b", filepath.Join(dir, "a", "g")}, "archive.tar.gz", []string{"b/", "b/f", abs + "/a/g"}},
		{[]string{".", filepath.Join(dir, "a", "g")}, "archive.tar.gz", []string{"b/", "b/f", "g", abs + "/a/g"}},
	} {
		src, data := build(t, archive.Tar, archive.Options{}, c.paths...)
		require.Equal(t, c.name, src.Name(), c.paths)
		require.Equal(t, c.members, names(t, data), c.paths)
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "secret", "key"), []byte("secret"))
	require.NoError(t, os.Mkdir(filepath.Join(dir, "d"), 0o755))
	require.NoError(t, os.Symlink("../secret", filepath.Join(dir, "d", "in")))
	require.NoError(t, os.Symlink("d", filepath.Join(dir, "named")))
	// A link inside stays one; the one that is named is what it points to, under its own name.
	_, data := build(t, archive.Tar, archive.Options{Compress: "no"}, filepath.Join(dir, "named"))
	tr := tar.NewReader(bytes.NewReader(data))
	h, err := tr.Next()
	require.NoError(t, err)
	require.Equal(t, byte(tar.TypeDir), h.Typeflag)
	h, err = tr.Next()
	require.NoError(t, err)
	require.Equal(t, byte(tar.TypeSymlink), h.Typeflag)
	require.Equal(t, "../secret", h.Linkname)
	require.True(t, strings.HasSuffix(h.Name, "named/in"), h.Name)
	_, err = tr.Next()
	require.ErrorIs(t, err, io.EOF)

	_, data = build(t, archive.Zip, archive.Options{}, filepath.Join(dir, "d"))
	require.NotContains(t, string(data), "secret/key")
	zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	require.Len(t, zr.File, 2)
	require.Equal(t, os.ModeSymlink, zr.File[1].Mode().Type())
}

// TestSameBytes makes the same archive twice: on one machine, and of a copy.
func TestSameBytes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"c", "a", "b/y", "b/x"} {
		put(t, filepath.Join(dir, "d", name), []byte(name))
	}
	require.NoError(t, os.Chtimes(filepath.Join(dir, "d", "b"), day, day))
	require.NoError(t, os.Chtimes(filepath.Join(dir, "d"), day, day))
	t.Chdir(dir)
	for _, kind := range []archive.Kind{archive.Tar, archive.Zip} {
		for _, codec := range []string{"gzip", "zstd", "xz", "bzip2", "lzma", "no"} {
			_, one := build(t, kind, archive.Options{Compress: codec}, "d")
			_, two := build(t, kind, archive.Options{Compress: codec}, "d")
			require.Equal(t, one, two, codec)
		}
	}
	_, data := build(t, archive.Tar, archive.Options{}, "d")
	require.Equal(t, []string{"d/", "d/a", "d/b/", "d/b/x", "d/b/y", "d/c"}, names(t, data))
}

func TestExcludes(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.o", "a.c", "sub/b.o", "sub/b.c", "skip/x", "sub/skip/y", "skipper"} {
		put(t, filepath.Join(dir, "d", name), nil)
	}
	t.Chdir(dir)
	for _, c := range []struct {
		o    archive.Options
		want []string
	}{
		{archive.Options{Exclude: []string{"*.o"}}, []string{"d/", "d/a.c", "d/skip/", "d/skip/x", "d/skipper", "d/sub/", "d/sub/b.c", "d/sub/skip/", "d/sub/skip/y"}},
		{archive.Options{Exclude: []string{"skip/", "*.o"}}, []string{"d/", "d/a.c", "d/skipper", "d/sub/", "d/sub/b.c"}},
		{archive.Options{Args: "--exclude=skip --exclude *.[oc]"}, []string{"d/", "d/skipper", "d/sub/"}},
		{archive.Options{Exclude: []string{"sub/skip"}}, []string{"d/", "d/a.c", "d/a.o", "d/skip/", "d/skip/x", "d/skipper", "d/sub/", "d/sub/b.c", "d/sub/b.o"}},
		{archive.Options{Exclude: []string{"d/s*/*"}}, []string{"d/", "d/a.c", "d/a.o", "d/skip/", "d/skipper", "d/sub/"}},
	} {
		_, data := build(t, archive.Tar, c.o, "d")
		require.Equal(t, c.want, names(t, data), "%+v", c.o)
		// Stock tar agrees.
		need(t, "tar")
		c.o.Program = "tar"
		_, data = build(t, archive.Tar, c.o, "d")
		require.ElementsMatch(t, c.want, names(t, data), "%+v", c.o)
	}
}

// TestZipExcludes has zip's own patterns, which are about whole names, and asks zip as well.
func TestZipExcludes(t *testing.T) {
	need(t, "zip")
	dir := t.TempDir()
	for _, name := range []string{"EXCLUDE", "a.o", "d/EXCLUDE", "d/a.o"} {
		put(t, filepath.Join(dir, name), nil)
	}
	t.Chdir(dir)
	for _, c := range []struct {
		args string
		want []string
	}{
		{"--exclude EXCLUDE", []string{"a.o", "d/", "d/EXCLUDE", "d/a.o"}},
		{"-x *.o", []string{"EXCLUDE", "d/", "d/EXCLUDE"}},
		{"-x d/*", []string{"EXCLUDE", "a.o"}},
		{"-x d/ -x *E", []string{"a.o", "d/a.o"}},
	} {
		for _, program := range []string{"", "zip"} {
			_, data := build(t, archive.Zip, archive.Options{Args: c.args, Program: program}, "EXCLUDE", "a.o", "d")
			zr, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
			require.NoError(t, err)
			var got []string
			for _, f := range zr.File {
				got = append(got, f.Name)
			}
			slices.Sort(got)
			require.Equal(t, c.want, got, "%s by %q", c.args, program)
		}
	}
}

func TestNewFails(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, c := range map[string]struct {
		kind  archive.Kind
		o     archive.Options
		paths []string
		want  string
	}{
		"nothing": {archive.Tar, archive.Options{}, nil, "nothing to archive"},
		"kind":    {"rar", archive.Options{}, []string{dir}, "invalid archive backend"},
		"codec":   {archive.Tar, archive.Options{Compress: "rsh-command=x"}, []string{dir}, "invalid compression"},
		"missing": {archive.Tar, archive.Options{}, []string{filepath.Join(dir, "no")}, "no such file"},
		"pattern": {archive.Tar, archive.Options{Exclude: []string{"[a"}}, []string{dir}, "invalid pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := archive.New(c.kind, c.paths, c.o)
			require.ErrorContains(t, err, c.want)
		})
	}
}

func TestClash(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "f"), []byte("1"))
	put(t, filepath.Join(dir, "in", "f"), []byte("2"))
	put(t, filepath.Join(dir, "in", "g"), []byte("3"))
	t.Chdir(filepath.Join(dir, "in"))
	for _, paths := range [][]string{{"f", "../f"}, {".", "../f"}, {"../in/../f", "."}} {
		_, err := archive.New(archive.Tar, paths, archive.Options{})
		require.ErrorContains(t, err, "would have the same name", paths)
	}
}

// TestChanging has files that change while they are read.
func TestChanging(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, path string){
		"grown":    func(t *testing.T, path string) { put(t, path, make([]byte, 4<<20)) },
		"cut":      func(t *testing.T, path string) { require.NoError(t, os.Truncate(path, 10)) },
		"touched":  func(t *testing.T, path string) { require.NoError(t, os.Chtimes(path, day, day.AddDate(0, 0, 1))) },
		"replaced": func(t *testing.T, path string) { require.NoError(t, os.Rename(path+".other", path)) },
		"linked": func(t *testing.T, path string) {
			require.NoError(t, os.Remove(path))
			require.NoError(t, os.Symlink("/etc/passwd", path))
		},
	} {
		for _, kind := range []archive.Kind{archive.Tar, archive.Zip} {
			t.Run(name+" "+string(kind), func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				path := filepath.Join(dir, "d", "b")
				put(t, filepath.Join(dir, "d", "a"), noise(1<<20))
				put(t, path, noise(3<<20))
				put(t, path+".other", noise(3<<20))
				src, err := archive.New(kind, []string{filepath.Join(dir, "d")}, archive.Options{Compress: "no"})
				require.NoError(t, err)
				w := &hook{at: 2 << 20, fn: func() { change(t, path) }}
				if name == "replaced" || name == "linked" { // before it is opened
					w.at = 1 << 19
				}
				err = src.WriteTo(t.Context(), w)
				require.Error(t, err)
				require.Regexp(t, "changed while it was read|unable to archive|escapes", err.Error())
			})
		}
	}
}

// hook calls fn once, after at bytes were written.
type hook struct {
	n, at int
	fn    func()
}

func (h *hook) Write(p []byte) (int, error) {
	before := h.n
	h.n += len(p)
	if before < h.at && h.n >= h.at {
		h.fn()
	}
	return len(p), nil
}

type broken struct{}

var errBroken = errors.New("broken")

func (broken) Write([]byte) (int, error) { return 0, errBroken }

func TestWriteFails(t *testing.T) {
	t.Parallel()
	need(t, "tar", "zip")
	dir := tree(t)
	for _, o := range []archive.Options{{}, {Program: "tar"}, {Compress: "no"}, {Compress: "zstd"}, {Compress: "bzip2"}, {Compress: "xz"}} {
		for _, kind := range []archive.Kind{archive.Tar, archive.Zip} {
			o := o
			if o.Program != "" {
				o.Program = string(kind)
			}
			src, err := archive.New(kind, []string{filepath.Join(dir, "tree")}, o)
			require.NoError(t, err)
			require.ErrorIs(t, src.WriteTo(t.Context(), broken{}), errBroken, "%s %+v", kind, o)

			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, src.WriteTo(ctx, io.Discard), context.Canceled, "%s %+v", kind, o)
		}
	}
}

func TestProgramFails(t *testing.T) {
	t.Parallel()
	dir := tree(t)
	script := filepath.Join(dir, "tar")
	require.NoError(t, os.WriteFile(script, []byte("#!/bin/sh\necho \"$1 $2 is no good\" >&2\nexit 3\n"), 0o755))
	src, err := archive.New(archive.Tar, []string{filepath.Join(dir, "tree")}, archive.Options{Program: script})
	require.NoError(t, err)
	err = src.WriteTo(t.Context(), io.Discard)
	require.EqualError(t, err, "unable to run tar cmd : exit status 3\n--create --gzip is no good")
}

func TestProgramNotFound(t *testing.T) {
	dir := t.TempDir()
	put(t, filepath.Join(dir, "f"), nil)
	t.Setenv("PATH", dir)
	_, err := archive.New(archive.Tar, []string{filepath.Join(dir, "f")}, archive.Options{Program: "/nowhere/tar"})
	require.ErrorContains(t, err, "tar binary not found in $PATH, please install or edit ~/.plikrc")
	// The defaults need none.
	build(t, archive.Tar, archive.Options{Program: archive.DefaultTar}, filepath.Join(dir, "f"))
	build(t, archive.Zip, archive.Options{Program: archive.DefaultZip}, filepath.Join(dir, "f"))
}

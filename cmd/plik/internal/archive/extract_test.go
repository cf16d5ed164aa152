package archive_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/archive"
)

// TestRoundTrip extracts what this package writes; the link that leads out is left out.
func TestRoundTrip(t *testing.T) {
	dir := tree(t)
	t.Chdir(dir)
	for _, codec := range append(archive.Codecs(), "zip") {
		kind, o := archive.Tar, archive.Options{Compress: codec}
		switch codec {
		case "lzip", "lzop", "compress":
			continue // made by a program, not read here: see TestNoArchives
		case "zip":
			kind, o.Compress = archive.Zip, ""
		}
		src, data := build(t, kind, o, "tree")
		require.True(t, archive.IsArchive(src.Name()), src.Name())
		out := filepath.Join(t.TempDir(), "new", "dir")
		var said []string
		sum, err := archive.Extract(t.Context(), struct{ io.Reader }{bytes.NewReader(data)}, out, archive.ExtractOptions{Warn: func(s string) { said = append(said, s) }})
		require.NoError(t, err, codec)
		require.Equal(t, 1, sum.Left)
		require.Equal(t, []string{`the link "tree/outward" is left out, it leads out of the directory : "/etc"`}, said)
		require.Equal(t, 9, sum.Files)
		require.NoError(t, os.Symlink("/etc", filepath.Join(out, "tree", "outward")))
		same(t, dir, out)
		info, err := os.Stat(filepath.Join(out, "tree", "plain.txt"))
		require.NoError(t, err)
		require.True(t, info.ModTime().Equal(day))
	}
}

// TestStockArchives extracts what the usual programs make.
func TestStockArchives(t *testing.T) {
	t.Parallel()
	need(t, "tar", "zip", "gzip", "bzip2", "xz", "zstd")
	dir := tree(t)
	require.NoError(t, os.Remove(filepath.Join(dir, "tree", "outward")))
	require.NoError(t, os.Link(filepath.Join(dir, "tree", "text"), filepath.Join(dir, "tree", "another")))
	for _, args := range []string{
		"tar c tree", "tar c --format=pax tree", "tar c --format=gnu tree", "tar cz tree", "tar cj tree", "tar cJ tree",
		"tar c --zstd tree", "tar c --lzma tree", "tar c tree | zstd -19 --long=27", "tar c tree | xz -9", "zip -q -y -r $$.zip tree && cat $$.zip",
		"tar c ./tree", "tar c tree | gzip -1",
	} {
		t.Run(args, func(t *testing.T) {
			t.Parallel()
			out := t.TempDir()
			data := run(t, dir, nil, "sh", "-c", args)
			_, err := archive.Extract(t.Context(), strings.NewReader(data), out, archive.ExtractOptions{})
			require.NoError(t, err)
			same(t, filepath.Join(dir, "tree"), filepath.Join(out, "tree"))
		})
	}
}

// item is an entry of an archive that somebody wrote by hand.
type item struct {
	name, link, text string
	kind             byte // of tar
	mode             int64
}

func tarOf(t testing.TB, items ...item) []byte {
	t.Helper()
	var out bytes.Buffer
	tw := tar.NewWriter(&out)
	for _, i := range items {
		if i.kind == 0 {
			i.kind = tar.TypeReg
		}
		if i.mode == 0 {
			i.mode = 0o644
		}
		require.NoError(t, tw.WriteHeader(&tar.Header{Name: i.name, Linkname: i.link, Typeflag: i.kind, Mode: i.mode, Size: int64(len(i.text))}))
		_, err := io.WriteString(tw, i.text)
		require.NoError(t, err)
	}
	require.NoError(t, tw.Close())
	return out.Bytes()
}

// zipOf makes a zip of the items, without hard links and devices, false if there are any.
func zipOf(t *testing.T, items ...item) ([]byte, bool) {
	t.Helper()
	var out bytes.Buffer
	zw := zip.NewWriter(&out)
	for _, i := range items {
		h := &zip.FileHeader{Name: i.name, Method: zip.Deflate}
		switch i.kind {
		case tar.TypeSymlink:
			h.SetMode(fs.ModeSymlink | 0o777)
			i.text = i.link
		case tar.TypeDir:
			h.Method = zip.Store
		case 0:
			h.SetMode(0o644)
		default:
			return nil, false
		}
		w, err := zw.CreateHeader(h)
		require.NoError(t, err)
		_, err = io.WriteString(w, i.text)
		require.NoError(t, err)
	}
	require.NoError(t, zw.Close())
	return out.Bytes(), true
}

// TestHostile extracts archives that try to get out, into a directory with a secret and a
// victim beside it. Neither may change, and nothing may be added.
func TestHostile(t *testing.T) {
	t.Parallel()
	sym := func(name, to string) item { return item{name: name, link: to, kind: tar.TypeSymlink} }
	hard := func(name, to string) item { return item{name: name, link: to, kind: tar.TypeLink} }
	for name, c := range map[string]struct {
		items []item
		err   string // "" is none
		left  int
	}{
		"dots":                  {items: []item{{name: "../victim", text: "x"}}, err: "outside"},
		"dots inside":           {items: []item{{name: "a/../../victim", text: "x"}}, err: "outside"},
		"dots that stay":        {items: []item{{name: "a/../b", text: "x"}}, err: "outside"},
		"absolute":              {items: []item{{name: "/tmp/plik-victim", text: "x"}}, err: "outside"},
		"dots dir":              {items: []item{{name: "../new/", kind: tar.TypeDir}}, err: "outside"},
		"no name":               {items: []item{{name: ".", text: "x"}}, err: "the directory itself"},
		"link out":              {items: []item{sym("l", "../victim"), {name: "l", text: "x"}}, left: 1},
		"link out and through":  {items: []item{sym("l", ".."), {name: "l/victim", text: "x"}}, left: 1},
		"link absolute":         {items: []item{sym("l", "/"), {name: "l/tmp/plik-victim", text: "x"}}, left: 1},
		"link inside, through":  {items: []item{sym("l", "."), {name: "l/new", text: "x"}}, err: "no directory"},
		"link chain":            {items: []item{{name: "a/b/c/", kind: tar.TypeDir}, sym("a/b/c/l", "../../.."), sym("d", "a/b/c/l/../victim")}, left: 1},
		"link below a link":     {items: []item{sym("l", "."), sym("l/up", "../victim")}, err: "no directory"},
		"link up then down":     {items: []item{{name: "a/", kind: tar.TypeDir}, sym("a/l", "../../out/x")}, left: 1},
		"link with a detour":    {items: []item{sym("l", "x/../../victim")}, left: 1},
		"link of slashes":       {items: []item{{name: "a/", kind: tar.TypeDir}, sym("a/l", "..//..//victim")}, left: 1},
		"empty link":            {items: []item{sym("l", "")}, left: 1},
		"hard link out":         {items: []item{hard("l", "../secret")}, err: "outside"},
		"hard link absolute":    {items: []item{hard("l", "/etc/passwd")}, err: "outside"},
		"hard link to a link":   {items: []item{sym("l", "x"), hard("h", "l")}, err: "no file"},
		"hard link to nothing":  {items: []item{hard("h", "x")}, err: "no such file"},
		"device":                {items: []item{{name: "d", kind: tar.TypeChar}, {name: "b", kind: tar.TypeBlock}, {name: "p", kind: tar.TypeFifo}}, left: 3},
		"file as directory":     {items: []item{{name: "f", text: "x"}, {name: "f/g", text: "x"}}, err: "no directory"},
		"directory as file":     {items: []item{{name: "f/", kind: tar.TypeDir}, {name: "f", text: "x"}}, err: "in the way"},
		"over a file":           {items: []item{{name: "kept", text: "x"}}, err: "exist"},
		"link over a file":      {items: []item{sym("kept", "f")}, err: "exist"},
		"through a user's link": {items: []item{{name: "mine/victim", text: "x"}}, err: "no directory"},
		"over a user's link":    {items: []item{{name: "minefile", text: "x"}}, err: "exist"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			archives := map[string][]byte{"tar": tarOf(t, c.items...)}
			if z, ok := zipOf(t, c.items...); ok {
				archives["zip"] = z
			}
			for kind, data := range archives {
				for _, overwrite := range []bool{false, true} {
					top := t.TempDir()
					put(t, filepath.Join(top, "victim"), []byte("victim"))
					put(t, filepath.Join(top, "secret"), []byte("secret"))
					out := filepath.Join(top, "out")
					put(t, filepath.Join(out, "kept"), []byte("kept"))
					require.NoError(t, os.Symlink("..", filepath.Join(out, "mine")))
					require.NoError(t, os.Symlink("../victim", filepath.Join(out, "minefile")))
					sum, err := archive.Extract(t.Context(), bytes.NewReader(data), out, archive.ExtractOptions{Overwrite: overwrite})
					want := c.err
					if overwrite && want == "exist" {
						want = ""
					}
					if kind == "zip" && name == "directory as file" {
						want = "-" // zip says directories by their names alone
					}
					switch want {
					case "":
						require.NoError(t, err, kind)
						require.Equal(t, c.left, sum.Left, kind)
					case "-":
					default:
						require.ErrorContains(t, err, want, kind)
					}
					all := content(t, top)
					for name := range all {
						require.True(t, strings.HasPrefix(name, "out") || name == "." || name == "victim" || name == "secret", "%s: %q was made", kind, name)
						require.NotContains(t, name, ".plik-")
					}
					require.Equal(t, "-rw-r--r-- victim", all["victim"])
					require.Equal(t, "-rw-r--r-- secret", all["secret"])
					require.NoFileExists(t, "/tmp/plik-victim")
					if !overwrite {
						require.Equal(t, "-rw-r--r-- kept", all["out/kept"])
					}
					inside(t, out)
				}
			}
		})
	}
}

// inside checks that every link of an unpacked archive leads to a place in dir.
func inside(t *testing.T, dir string) {
	t.Helper()
	dir, err := filepath.EvalSymlinks(dir)
	require.NoError(t, err)
	require.NoError(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Type()&fs.ModeSymlink == 0 || strings.HasPrefix(d.Name(), "mine") {
			return err
		}
		if to, err := filepath.EvalSymlinks(path); err == nil {
			require.True(t, to == dir || strings.HasPrefix(to, dir+"/"), "%s leads to %s", path, to)
		}
		return nil
	}))
}

func TestModes(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	_, err := archive.Extract(t.Context(), bytes.NewReader(tarOf(t,
		item{name: "ro/", kind: tar.TypeDir, mode: 0o555}, item{name: "ro/f", text: "x", mode: 0o400},
		item{name: "su", text: "x", mode: 0o6755})), out, archive.ExtractOptions{})
	require.NoError(t, err)
	info, err := os.Stat(filepath.Join(out, "su"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o755), info.Mode(), "neither set-uid nor set-gid")
	info, err = os.Stat(filepath.Join(out, "ro", "f"))
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o400), info.Mode())
}

func TestLimits(t *testing.T) {
	t.Parallel()
	items := []item{{name: "a", text: strings.Repeat("x", 60)}, {name: "b", text: strings.Repeat("x", 40)}, {name: "d/", kind: tar.TypeDir}}
	z, _ := zipOf(t, items...)
	for _, data := range [][]byte{tarOf(t, items...), z} {
		for _, o := range []archive.ExtractOptions{{MaxBytes: 100}, {MaxEntries: 3}, {}} {
			_, err := archive.Extract(t.Context(), bytes.NewReader(data), t.TempDir(), o)
			require.NoError(t, err)
		}
		for _, o := range []archive.ExtractOptions{{MaxBytes: 99}, {MaxBytes: 1}, {MaxEntries: 2}} {
			out := t.TempDir()
			_, err := archive.Extract(t.Context(), bytes.NewReader(data), out, o)
			require.ErrorIs(t, err, archive.ErrTooLarge)
			if o.MaxBytes == 99 {
				require.Equal(t, map[string]string{".": "dir", "a": "-rw-r--r-- " + strings.Repeat("x", 60)}, content(t, out))
			}
		}
	}
}

func TestOverwrite(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	first := tarOf(t, item{name: "d/a", text: "old"}, item{name: "d/b", text: "old"})
	_, err := archive.Extract(t.Context(), bytes.NewReader(first), out, archive.ExtractOptions{})
	require.NoError(t, err)
	second := tarOf(t, item{name: "d/a", text: "new"}, item{name: "d/b", link: "a", kind: tar.TypeSymlink})
	_, err = archive.Extract(t.Context(), bytes.NewReader(second), out, archive.ExtractOptions{})
	require.ErrorIs(t, err, fs.ErrExist)
	require.Equal(t, "-rw-r--r-- old", content(t, out)["d/a"])
	_, err = archive.Extract(t.Context(), bytes.NewReader(second), out, archive.ExtractOptions{Overwrite: true})
	require.NoError(t, err)
	require.Equal(t, map[string]string{".": "dir", "d": "dir", "d/a": "-rw-r--r-- new", "d/b": "-> a"}, content(t, out))
	// Cut short, the old file stays as it was.
	third := tarOf(t, item{name: "d/a", text: strings.Repeat("x", 2000)})
	_, err = archive.Extract(t.Context(), bytes.NewReader(third[:1000]), out, archive.ExtractOptions{Overwrite: true})
	require.Error(t, err)
	require.Equal(t, map[string]string{".": "dir", "d": "dir", "d/a": "-rw-r--r-- new", "d/b": "-> a"}, content(t, out))
}

// TestDamaged cuts and changes archives: each is an error, as their checksums tell.
func TestDamaged(t *testing.T) {
	t.Parallel()
	dir := tree(t)
	for _, codec := range []string{"gzip", "bzip2", "xz", "zstd", "zip"} {
		kind, o := archive.Tar, archive.Options{Compress: codec}
		if codec == "zip" {
			kind, o.Compress = archive.Zip, ""
		}
		_, data := build(t, kind, o, filepath.Join(dir, "tree", "noise"))
		for _, cut := range []int{1, len(data) / 2, len(data) - 1} {
			_, err := archive.Extract(t.Context(), bytes.NewReader(data[:cut]), t.TempDir(), archive.ExtractOptions{})
			require.Error(t, err, "%s cut at %d", codec, cut)
		}
		flipped := bytes.Clone(data)
		flipped[len(flipped)/2] ^= 0x10
		_, err := archive.Extract(t.Context(), bytes.NewReader(flipped), t.TempDir(), archive.ExtractOptions{})
		require.Error(t, err, codec)
	}
}

func TestNoArchives(t *testing.T) {
	t.Parallel()
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	_, err := w.Write(bytes.Repeat([]byte("no tar "), 1000))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	for name, c := range map[string]struct{ data, want string }{
		"nothing": {"", "no archive"},
		"text":    {strings.Repeat("hello ", 1000), "no archive"},
		"gzip":    {gz.String(), "a file compressed by gzip"},
		"lzip":    {"LZIP\x01" + strings.Repeat("x", 600), "made by lzip : save it and use tar xf FILE --lzip"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := archive.Extract(t.Context(), strings.NewReader(c.data), t.TempDir(), archive.ExtractOptions{})
			require.ErrorIs(t, err, archive.ErrNotArchive)
			require.ErrorContains(t, err, c.want)
		})
	}
	for _, name := range []string{"a.txt", "tar", "a.tar.lzo", "a.gz"} {
		require.False(t, archive.IsArchive(name), name)
	}
	for _, name := range []string{"a.tar", "A.TAR.GZ", "a.tgz", "a.zip", "a.tar.zst"} {
		require.True(t, archive.IsArchive(name), name)
	}
}

// TestEmptyDirectory archives nothing at all and extracts it.
func TestEmptyDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, kind := range []archive.Kind{archive.Tar, archive.Zip} {
		_, data := build(t, kind, archive.Options{}, ".")
		sum, err := archive.Extract(t.Context(), bytes.NewReader(data), t.TempDir(), archive.ExtractOptions{})
		require.NoError(t, err)
		require.Zero(t, sum)
	}
}

// FuzzExtract extracts anything, beside a directory that must stay empty.
func FuzzExtract(f *testing.F) {
	sym := item{name: "l", link: "a/b", kind: tar.TypeSymlink}
	f.Add(tarOf(f, sym, item{name: "a/b", text: "x"}, item{name: "h", link: "a/b", kind: tar.TypeLink}))
	f.Add(tarOf(f, item{name: "../x", text: "x"}))
	f.Add([]byte("PK\x05\x06" + strings.Repeat("\x00", 18)))
	f.Fuzz(func(t *testing.T, data []byte) {
		top := t.TempDir()
		out := filepath.Join(top, "out")
		_, _ = archive.Extract(t.Context(), bytes.NewReader(data), out, archive.ExtractOptions{MaxBytes: 1 << 20, MaxEntries: 1000, Overwrite: len(data)%2 == 0})
		entries, err := os.ReadDir(top)
		require.NoError(t, err)
		require.Len(t, entries, 1)
		inside(t, out)
	})
}

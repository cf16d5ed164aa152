package command_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/metadata"
)

// full is a fixture that has a setting, too.
func full(t *testing.T) *plik {
	t.Helper()
	p := fixture(t)
	p.store(func(m *metadata.Store) {
		_, err := m.SetSettingIfAbsent(t.Context(), "authentication_signature_key", "the key of sessions")
		require.NoError(t, err)
	})
	return p
}

// rows returns the lines of an export but the first, which holds the time.
func rows(t *testing.T, path string) []string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return strings.Split(string(text), "\n")[1:]
}

func TestExportAndImport(t *testing.T) {
	t.Parallel()
	for name, magic := range map[string]string{
		"dump.bin": "\xff\x06\x00\x00sNaPpY", "dump.jsonl": `{"format":"plik-metadata"`, "dump.jsonl.gz": "\x1f\x8b", "dump.json": `{"format":`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			from, to := full(t), install(t, "")
			dump := from.path(name)
			require.Equal(t, "Exporting metadata from sqlite3 "+from.path("plik.db")+" to "+dump+"\n"+
				"exported 3 users\nexported 1 tokens\nexported 2 uploads\nexported 3 files\nexported 1 settings\n", from.ok("export", dump))
			head, err := os.ReadFile(dump)
			require.NoError(t, err)
			require.True(t, bytes.HasPrefix(head, []byte(magic)), "%q", head[:16])
			info, err := os.Stat(dump)
			require.NoError(t, err)
			require.Equal(t, os.FileMode(0o600), info.Mode().Perm())

			require.Equal(t, "Importing metadata from "+dump+" to sqlite3 "+to.path("plik.db")+"\n"+
				"imported 2 out of 2 uploads\nimported 3 out of 3 files\nimported 3 out of 3 users\n"+
				"imported 1 out of 1 tokens\nimported 1 out of 1 settings\n", to.ok("import", dump))
			from.ok("export", from.path("a.jsonl"))
			to.ok("export", to.path("b.jsonl"))
			require.Equal(t, rows(t, from.path("a.jsonl")), rows(t, to.path("b.jsonl")))
		})
	}
}

func TestExportFormat(t *testing.T) {
	t.Parallel()
	p := full(t)
	p.ok("export", p.path("dump"), "--format", "jsonl")
	require.Len(t, rows(t, p.path("dump")), 12)
	p.ok("export", p.path("x.jsonl"), "--format", "plik1.3")
	head, err := os.ReadFile(p.path("x.jsonl"))
	require.NoError(t, err)
	require.True(t, bytes.HasPrefix(head, []byte("\xff\x06\x00\x00sNaPpY")))

	p.refuse([]refused{
		{"export", 2, "Missing metadata export file"},
		{"export a b", 2, "too many arguments, one is enough"},
		{"export x --format csv", 2, `unknown format "csv", use jsonl or plik1.3`},
		{"import", 2, "Missing metadata import file"},
	}...)
	for path, text := range map[string]string{
		p.dir:             p.dir + " is not a regular file",
		p.path("x.gz"):    "a file of Plik 1.3 is compressed already, its name must not end in .gz",
		p.path("no/x"):    "creating the dump: ",
		"/dev/null":       "/dev/null is not a regular file",
		p.path("x/y\x1b"): "creating the dump: ",
	} {
		code, _, errs := p.answer("", "export", path)
		require.Equal(t, 1, code)
		require.True(t, strings.HasPrefix(errs, "plikd: "+text), errs)
		require.NotContains(t, errs, "\x1b")
	}
	left, err := filepath.Glob(p.path(".plik-export-*"))
	require.NoError(t, err)
	require.Empty(t, left)
}

func TestImportConflict(t *testing.T) {
	t.Parallel()
	from, to := full(t), install(t, "")
	for _, name := range []string{"dump.bin", "dump.jsonl"} {
		dump := from.path(name)
		from.ok("export", dump)
		to.ok("user", "create", "--login", "1234", "--provider", "google", "--name", "was here before")
		before := to.count()

		code, out, errs := to.answer("", "import", dump)
		require.Equal(t, 1, code)
		require.Equal(t, "Importing metadata from "+dump+" to sqlite3 "+to.path("plik.db")+"\n", out)
		require.Regexp(t, `^plikd: nothing was imported: (row|line) \d+, user google:1234 : user google:1234 exists already\n$`, errs)
		require.Equal(t, before, to.count(), "a conflict changes nothing")

		code, out, errs = to.answer("", "import", "--ignore-errors", dump)
		require.Equal(t, 0, code, errs)
		require.Contains(t, out, "imported 2 out of 2 uploads\nimported 3 out of 3 files\nimported 2 out of 3 users\nimported 1 out of 1 tokens\nimported 1 out of 1 settings\n")
		require.Regexp(t, `^plikd: (row|line) \d+, user google:1234 : user google:1234 exists already\n$`, errs)
		require.Equal(t, "was here before", to.user("google:1234").Name)

		code, out, errs = to.answer("", "import", "--ignore-errors", dump)
		require.Equal(t, 0, code)
		require.Contains(t, out, "imported 0 out of 2 uploads\nimported 0 out of 3 files\nimported 0 out of 3 users\nimported 0 out of 1 tokens\nimported 0 out of 1 settings\n")
		require.Equal(t, 10, strings.Count(errs, "exists already\n"), errs)
		for _, secret := range []string{"token-of-alice", "secret1", "secret2", "the key of sessions"} {
			require.NotContains(t, errs, secret)
		}
		to = install(t, "")
	}
}

// TestImportHostile gives import what is no export, or not a whole one.
func TestImportHostile(t *testing.T) {
	t.Parallel()
	from := full(t)
	from.ok("export", from.path("dump.bin"))
	from.ok("export", from.path("dump.jsonl"))
	from.ok("export", from.path("dump.jsonl.gz"))
	read := func(name string) []byte {
		data, err := os.ReadFile(from.path(name))
		require.NoError(t, err)
		return data
	}
	half := func(b []byte) []byte { return b[:len(b)/2] }
	files := map[string][]byte{
		"empty": nil, "text": []byte("hello\x1b[2J"), "zeroes": make([]byte, 100_000),
		"cut gob": half(read("dump.bin")), "cut lines": half(read("dump.jsonl")), "cut gzip": half(read("dump.jsonl.gz")),
		"no end": read("dump.jsonl")[:bytes.LastIndex(read("dump.jsonl"), []byte(`{"type":"end"`))],
		"twice":  append(read("dump.jsonl"), read("dump.jsonl")...),
	}
	flipped := bytes.Clone(read("dump.bin"))
	flipped[len(flipped)/2] ^= 1
	files["damaged"] = flipped
	to := install(t, "")
	before := to.count()
	for name, data := range files {
		for _, flags := range [][]string{nil, {"--ignore-errors"}} {
			path := to.path("hostile")
			require.NoError(t, os.WriteFile(path, data, 0o600))
			code, out, errs := to.answer("", append([]string{"import", path}, flags...)...)
			require.Equal(t, 1, code, name)
			require.Equal(t, fmt.Sprintf("Importing metadata from %s to sqlite3 %s\n", path, to.path("plik.db")), out)
			require.True(t, strings.HasPrefix(errs, "plikd: nothing was imported: "), "%s: %s", name, errs)
			require.Equal(t, 1, strings.Count(errs, "\n"), errs)
			require.NotContains(t, errs, "\x1b")
		}
		require.Equal(t, before, to.count(), name)
	}
	code, out, errs := to.answer("", "import", to.path("nope"))
	require.Equal(t, 1, code)
	require.Empty(t, out)
	require.Equal(t, "plikd: unable to read the metadata: open "+to.path("nope")+": no such file or directory\n", errs)
	code, _, errs = to.answer("", "import", to.dir)
	require.Equal(t, 1, code)
	require.Contains(t, errs, "is a directory")
}

package dump_test

import (
	"errors"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/dump"
)

// entries lists a directory, what is hidden too.
func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := make([]string, 0, len(list))
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}

func TestExportFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		format dump.Format
		magic  string
	}{
		{"a.jsonl", dump.JSONLines, `{"format":"plik-metadata"`},
		{"a.jsonl.gz", dump.JSONLines, "\x1f\x8b"},
		{"a.bin", dump.Gob, "\xff\x06\x00\x00sNaPpY"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			path := filepath.Join(dir, c.name)
			require.NoError(t, os.WriteFile(path, []byte("an older one"), 0o644))
			n, err := dump.ExportFile(t.Context(), path, c.format, sample().source(), dump.ExportOptions{})
			require.NoError(t, err)
			require.Equal(t, sample().counts(), n)
			require.Equal(t, []string{c.name}, entries(t, dir))
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, c.magic, string(data[:len(c.magic)]))
			if runtime.GOOS != "windows" {
				info, err := os.Stat(path)
				require.NoError(t, err)
				require.Equal(t, os.FileMode(0o600), info.Mode())
			}
			db := newDatabase()
			_, err = db.load(t, data, dump.ImportOptions{})
			require.NoError(t, err)
			require.Equal(t, sample().want(), db)
		})
	}
}

func TestExportFileLeavesNoHalf(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "dump")
	broken := errors.New("broken")
	src := sample().source()
	src.Settings = iter.Seq2[dump.Setting, error](func(yield func(dump.Setting, error) bool) { yield(dump.Setting{}, broken) })
	for _, before := range []string{"", "an older one"} {
		if before != "" {
			require.NoError(t, os.WriteFile(path, []byte(before), 0o600))
		}
		for _, format := range []dump.Format{dump.JSONLines, dump.Gob} {
			_, err := dump.ExportFile(t.Context(), path, format, src, dump.ExportOptions{})
			require.ErrorIs(t, err, broken)
			if before == "" {
				require.Empty(t, entries(t, dir))
				continue
			}
			require.Equal(t, []string{"dump"}, entries(t, dir))
			data, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Equal(t, before, string(data))
		}
	}
}

func TestExportFileRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	export := func(name string, f dump.Format) error {
		_, err := dump.ExportFile(t.Context(), filepath.Join(dir, name), f, sample().source(), dump.ExportOptions{})
		return err
	}
	require.NoError(t, os.Mkdir(filepath.Join(dir, "sub"), 0o700))
	require.Equal(t, core.KindInvalid, core.KindOf(export("sub", dump.JSONLines)))
	require.Equal(t, core.KindInvalid, core.KindOf(export("a.gz", dump.Gob)))
	require.ErrorIs(t, export("none/a", dump.JSONLines), os.ErrNotExist)
	require.Equal(t, []string{"sub"}, entries(t, dir))

	_, err := dump.ExportFile(t.Context(), os.DevNull, dump.JSONLines, sample().source(), dump.ExportOptions{})
	require.Equal(t, core.KindInvalid, core.KindOf(err), "it must not be replaced")
}

func TestExportFileFollowsLink(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	target, link := filepath.Join(dir, "target"), filepath.Join(dir, "link")
	require.NoError(t, os.WriteFile(target, nil, 0o600))
	if err := os.Symlink(target, link); runtime.GOOS == "windows" && err != nil {
		t.Skip("symbolic links need a privilege on Windows: ", err)
	} else {
		require.NoError(t, err)
	}
	_, err := dump.ExportFile(t.Context(), link, dump.JSONLines, sample().source(), dump.ExportOptions{})
	require.NoError(t, err)
	info, err := os.Lstat(link)
	require.NoError(t, err)
	require.Equal(t, os.ModeSymlink, info.Mode().Type())
	info, err = os.Lstat(target)
	require.NoError(t, err)
	require.NotZero(t, info.Size())
}

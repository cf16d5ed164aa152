package file_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

func TestLayout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/a/b"
	s := open(t, dir)
	for _, id := range []core.FileID{"abcdef", "a", "ab"} {
		_, err := s.Put(t.Context(), data.Key{Upload: "UPLOAD", File: id}, bytes.NewReader([]byte("x")), 1)
		require.NoError(t, err)
	}
	require.Empty(t, cmp.Diff([]string{"a/a", "ab/ab", "ab/abcdef"}, filesIn(t, dir)))

	// The modes are what the umask leaves.
	write(t, dir+"/reference/file", "x")
	for reference, made := range map[string]string{"/reference": "/ab", "/reference/file": "/ab/abcdef"} {
		want, err := os.Stat(dir + reference)
		require.NoError(t, err)
		got, err := os.Stat(dir + made)
		require.NoError(t, err)
		require.Equal(t, want.Mode(), got.Mode())
	}
	require.NoError(t, s.Delete(t.Context(), key))
	require.DirExists(t, dir+"/ab")
}

func TestLegacyLayout(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	write(t, dir+"/UP/UPLOAD/abcdef", "legacy")
	write(t, dir+"/UP/UPLOAD/second", "legacy too")
	require.Equal(t, "legacy", read(t, s, key))
	_, err := s.Open(t.Context(), data.Key{File: "abcdef"}, data.Range{})
	require.Equal(t, core.KindNotFound, core.KindOf(err), "the upload is not known: %v", err)

	write(t, dir+"/ab/abcdef", "new")
	require.Equal(t, "new", read(t, s, key))
	require.NoError(t, s.Delete(t.Context(), key))
	require.Empty(t, cmp.Diff([]string{"UP/UPLOAD/second"}, filesIn(t, dir)))

	require.NoError(t, s.Delete(t.Context(), data.Key{Upload: "UPLOAD", File: "second"}))
	require.NoDirExists(t, dir+"/UP/UPLOAD")
	require.DirExists(t, dir+"/UP")
}

func TestListFindsObjectsOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	for _, name := range []string{
		"/ab/abcdef", "/UP/UPLOAD/legacy", "/-_/-_1",
		"/.partial/gone.owner.7", // its owner is not alive
		// None of these is an object.
		"/ab/other", "/ab/ab.txt", "/abc/abcdef", "/README", "/lost+found/x", "/UP/UPLOAD/a.b", "/UP/UPLOAD/deep/file",
		"/UP/other/file", "/.partial/x", "/.partial/a.b.c", "/.partial/deep/a.b.1", "/..x/file",
	} {
		write(t, dir+name, "12345")
	}
	var got []data.Entry
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		require.False(t, e.Modified.IsZero())
		got = append(got, e)
	}
	want := []data.Entry{
		{Key: data.Key{File: "abcdef"}, Size: 5},
		{Key: data.Key{File: "-_1"}, Size: 5},
		{Key: data.Key{Upload: "UPLOAD", File: "legacy"}, Size: 5},
		{Key: data.Key{File: "gone"}, Size: 5, Partial: true, Name: "gone.owner.7"},
	}
	byFile := cmpopts.SortSlices(func(a, b data.Entry) bool { return a.Key.File < b.Key.File })
	require.Empty(t, cmp.Diff(want, got, byFile, cmpopts.IgnoreFields(data.Entry{}, "Modified")))
}

func TestOpenGivesTheFileItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	write(t, dir+"/ab/abcdef", "0123456789")
	for rng, want := range map[data.Range]string{
		{}:                     "0123456789",
		{Offset: 4}:            "456789",
		{Offset: 4, Length: 3}: "456",
		{Length: 100}:          "0123456789",
	} {
		r, err := s.Open(t.Context(), key, rng)
		require.NoError(t, err)
		_, isFile := r.(*os.File)
		require.Equal(t, rng.Length == 0, isFile)
		var out bytes.Buffer
		n, err := io.Copy(&out, r)
		require.NoError(t, err)
		require.EqualValues(t, len(want), n)
		require.Equal(t, want, out.String())
		require.NoError(t, r.Close())
	}
}

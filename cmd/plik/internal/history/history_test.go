package history_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/history"
	"github.com/root-gg/plik/plik"
)

func open(t *testing.T) (*history.Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := history.Open(func(name string) string { return map[string]string{"XDG_STATE_HOME": dir}[name] })
	require.NoError(t, err)
	return s, filepath.Join(dir, "plik", "uploads")
}

func entry(id string, age time.Duration) *history.Entry {
	return &history.Entry{Server: "http://h", ID: id, UploadToken: "secret", CreatedAt: time.Now().Add(-age)}
}

func TestStore(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	all, err := s.List()
	require.NoError(t, err)
	require.Empty(t, all)
	_, err = s.Get("http://h", "abcdef")
	require.ErrorIs(t, err, history.ErrUnknown)

	require.NoError(t, s.Save(entry("abcdef", time.Hour)))
	require.NoError(t, s.Save(entry("abcxyz", time.Minute)))
	require.NoError(t, s.Save(entry("../../../etc/passwd", 0)))
	all, err = s.List()
	require.NoError(t, err)
	require.Len(t, all, 3)
	require.Equal(t, "abcxyz", all[1].ID, "the newest first")

	e, err := s.Get("http://h/", "abcdef")
	require.NoError(t, err)
	require.Equal(t, "secret", e.UploadToken)
	e, err = s.Find("", "abcx")
	require.NoError(t, err)
	require.Equal(t, "abcxyz", e.ID)
	_, err = s.Find("", "abc")
	require.ErrorIs(t, err, history.ErrUnknown, "three letters are too few")
	_, err = s.Find("http://other", "abcdef")
	require.ErrorIs(t, err, history.ErrUnknown)
	require.NoError(t, s.Save(entry("abcdxx", 0)))
	_, err = s.Find("", "abcd")
	require.EqualError(t, err, "2 uploads begin with abcd")

	names, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, names, 4, "and nothing anywhere else")
	for _, n := range names {
		info, err := n.Info()
		require.NoError(t, err)
		require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	}
	require.NoError(t, s.Forget("http://h", "abcdef"))
	require.NoError(t, s.Forget("http://h", "abcdef"))
	_, err = s.Get("http://h", "abcdef")
	require.ErrorIs(t, err, history.ErrUnknown)
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	s, dir := open(t)
	require.NoError(t, s.Save(entry("abcdef", 0)))
	names, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dir, names[0].Name()), []byte("{"), 0o600))
	_, err = s.Get("http://h", "abcdef")
	require.ErrorContains(t, err, "is damaged")
	all, err := s.List()
	require.NoError(t, err)
	require.Empty(t, all)
}

func TestNowhere(t *testing.T) {
	t.Parallel()
	_, err := history.Open(func(string) string { return "" })
	require.Error(t, err)
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	s, err := history.Open(func(string) string { return file })
	require.NoError(t, err)
	require.ErrorContains(t, s.Save(entry("abcdef", 0)), "unable to remember the upload")
}

func TestResumable(t *testing.T) {
	t.Parallel()
	state := func(files ...plik.FileState) *plik.State { return &plik.State{Files: files} }
	for name, c := range map[string]struct {
		e    history.Entry
		want bool
	}{
		"no state":     {history.Entry{}, false},
		"done":         {history.Entry{Done: true, State: state(plik.FileState{Path: "/x"})}, false},
		"a file":       {history.Entry{State: state(plik.FileState{Path: "/x"})}, true},
		"a pipe":       {history.Entry{State: state(plik.FileState{Path: "/x"}, plik.FileState{})}, false},
		"pipe is sent": {history.Entry{State: state(plik.FileState{Path: "/x"}, plik.FileState{Done: true})}, true},
		"all sent":     {history.Entry{State: state(plik.FileState{Done: true})}, false},
	} {
		require.Equal(t, c.want, c.e.Resumable(), name)
	}
	past := time.Now().Add(-time.Second)
	require.True(t, (&history.Entry{ExpireAt: &past}).Expired(time.Now()))
	require.False(t, (&history.Entry{}).Expired(time.Now()))
}

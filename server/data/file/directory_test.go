package file_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/file"
)

func TestNewSaysWhatToDo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, dir+"/file", "x")
	write(t, dir+"/taken/.partial", "x")
	for name, c := range map[string]struct{ directory, want string }{
		"no directory":        {"", "the data directory is not set: name one in the configuration"},
		"a file":              {dir + "/file", dir + "/file cannot be created: create it and let the user that runs plikd write to it"},
		"below a file":        {dir + "/file/below", dir + "/file/below cannot be created: create it and let the user that runs plikd write to it"},
		"unusable inside":     {dir + "/taken", dir + "/taken cannot be written: let the user that runs plikd write to it"},
		"not clean, but same": {dir + "/x/../file", dir + "/file cannot be created"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := file.New(file.Options{Directory: c.directory})
			require.ErrorContains(t, err, filepath.FromSlash(c.want))
		})
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before func(t *testing.T, dir string)
		inject map[string]error
		want   string // empty: no error
	}{
		"works":     {},
		"gone":      {before: removeAll, want: "is gone: bring it back and restart plikd"},
		"other":     {before: exchange, want: "is not the one it was when plikd started: restart plikd"},
		"read only": {inject: map[string]error{"create": syscall.EROFS}, want: "cannot be written: let the user that runs plikd write to it"},
		"full":      {inject: map[string]error{"write": syscall.ENOSPC}, want: "is full: make room or raise the quota"},
		"full late": {inject: map[string]error{"close": syscall.EDQUOT}, want: "is full: make room or raise the quota"},
		"no partial directory": {
			before: func(t *testing.T, dir string) { removeAll(t, dir+"/.partial") },
			want:   "restart plikd if that is missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir() + "/data"
			s := open(t, dir)
			s.Inject(func(step string) error { return c.inject[step] })
			if c.before != nil {
				c.before(t, dir)
			}
			err := s.Check(t.Context())
			if c.want == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, "the data directory "+dir+" ")
				require.ErrorContains(t, err, c.want)
			}
			if name != "gone" {
				require.Empty(t, filesIn(t, dir))
			}
		})
	}
}

// exchange is what a file system mounted late does.
func exchange(t *testing.T, dir string) {
	require.NoError(t, os.Rename(dir, dir+".old"))
	require.NoError(t, os.Mkdir(dir, 0o777))
}

func TestClosed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s, err := file.New(file.Options{Directory: dir})
	require.NoError(t, err)
	_, err = s.Put(t.Context(), key, body(), -1)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	_, err = s.Put(t.Context(), key, body(), -1)
	require.ErrorIs(t, err, os.ErrClosed)
	require.ErrorIs(t, s.Delete(t.Context(), key), os.ErrClosed)
	require.Error(t, s.Check(t.Context()))
	require.Len(t, filesIn(t, dir), 1)
}

package file_test

import (
	"os"
	"path"
	"strconv"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
)

// TestKill kills a process before each step of a Put.
func TestKill(t *testing.T) {
	t.Parallel()
	for kind, c := range map[string]struct {
		steps []string
		key   string
	}{
		"plain":  {steps, ""},
		"sealed": {sealedSteps, childSecret},
	} {
		for i, step := range c.steps {
			t.Run(kind+" "+strconv.Itoa(i)+" "+step, func(t *testing.T) {
				t.Parallel()
				dir := t.TempDir()
				cmd, out := startChild(t, dir, strconv.Itoa(i), c.key)
				said, err := out.ReadString('\n')
				require.NoError(t, err)
				require.Equal(t, "at "+step+"\n", said)

				leftAlone(t, dir)
				kill(t, cmd)
				reclaim(t, dir, c.steps, i)
			})
		}
	}
}

// leftAlone checks that what is being written in dir is neither listed nor discarded.
func leftAlone(t *testing.T, dir string) {
	t.Helper()
	s := open(t, dir)
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		require.False(t, e.Partial)
	}
	for _, name := range filesIn(t, dir+"/.partial") {
		gone, err := s.Discard(t.Context(), data.Entry{Partial: true, Name: name})
		require.NoError(t, err)
		require.False(t, gone)
	}
}

func TestDiscardWhilePutting(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	s.Inject(func(step string) error {
		if step == "close" {
			require.Len(t, filesIn(t, dir), 1)
			leftAlone(t, dir) // by another store of this process
		}
		return nil
	})
	_, err := s.Put(t.Context(), key, body(), -1)
	require.NoError(t, err)
	require.Len(t, read(t, s, key), 600_000)
}

func TestDiscardOnlyLeftovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir)
	_, err := s.Put(t.Context(), key, body(), -1)
	require.NoError(t, err)
	write(t, dir+"/.partial/readme.txt", "not ours")
	write(t, dir+"/.partial/id.owner.1", "ours")
	for _, e := range []data.Entry{
		{Name: "../ab/abcdef", Partial: true},
		{Name: "readme.txt", Partial: true},
		{Name: "a/../../ab/abcdef.owner.1", Partial: true},
		{Name: "id.owner.x", Partial: true},
		{Name: "id.owner.1"},
		{},
	} {
		gone, err := s.Discard(t.Context(), e)
		require.Error(t, err, "%+v", e)
		require.False(t, gone)
	}
	require.Len(t, filesIn(t, dir), 3)
	for range 2 {
		gone, err := s.Discard(t.Context(), data.Entry{Name: "id.owner.1", Partial: true})
		require.NoError(t, err)
		require.True(t, gone)
	}
	require.Len(t, filesIn(t, dir), 2)
}

func TestDeadLocksAreSwept(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	live := open(t, dir)
	write(t, dir+"/.partial/dead.lock", "")
	other, err := file.New(file.Options{Directory: dir})
	require.NoError(t, err)
	require.NoError(t, other.Close())
	locks, err := os.ReadDir(dir + "/.partial")
	require.NoError(t, err)
	require.Len(t, locks, 1, "only that of the open store")
	require.Equal(t, ".lock", path.Ext(locks[0].Name()))
	_, err = live.Put(t.Context(), key, body(), -1)
	require.NoError(t, err)
}

// TestStoresComeAndGo opens and closes stores of one directory all at once: each sweeps the
// locks of the dead while others are just taking theirs.
func TestStoresComeAndGo(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				comeAndGo(t, dir)
			}
		})
	}
	wg.Wait()
	left, err := os.ReadDir(dir + "/.partial")
	require.NoError(t, err)
	require.Empty(t, left)
}

func comeAndGo(t *testing.T, dir string) {
	s, err := file.New(file.Options{Directory: dir})
	if !assert.NoError(t, err) {
		return
	}
	s.Inject(func(step string) error {
		if step == "close" { // a partial file is there now
			for e, err := range s.List(t.Context()) {
				assert.NoError(t, err)
				assert.False(t, e.Partial, "that of a live store: %s", e.Name)
			}
		}
		return nil
	})
	_, err = s.Put(t.Context(), data.Key{File: core.NewFileID()}, body(), -1)
	assert.NoError(t, err)
	assert.NoError(t, s.Close())
}

// write makes a file, and the directory it is in.
func write(t *testing.T, name, content string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(path.Dir(name), 0o777))
	require.NoError(t, os.WriteFile(name, []byte(content), 0o666))
}

func removeAll(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, os.RemoveAll(dir))
}

//go:build unix

package archive_test

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/archive"
)

func TestSpecialFilesAreLeftOut(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	put(t, filepath.Join(dir, "d", "f"), nil)
	require.NoError(t, syscall.Mkfifo(filepath.Join(dir, "d", "pipe"), 0o600))
	_, err := archive.New(archive.Tar, []string{filepath.Join(dir, "d", "pipe")}, archive.Options{})
	require.ErrorContains(t, err, "unhandled file mode prw")
	for _, kind := range []archive.Kind{archive.Tar, archive.Zip} {
		var said []string
		_, data := build(t, kind, archive.Options{Compress: "no", Warn: func(s string) { said = append(said, s) }}, filepath.Join(dir, "d"))
		require.Len(t, said, 1)
		require.Contains(t, said[0], "d/pipe is left out")
		require.NotContains(t, string(data), "d/pipe")
	}
}

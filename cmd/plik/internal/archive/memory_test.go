package archive_test

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/archive"
)

// large is the size of a file that takes no room on the disk.
const large = 128 << 20

func sparse(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "large")
	f, err := os.Create(path)
	require.NoError(t, err)
	require.NoError(t, f.Truncate(large))
	require.NoError(t, f.Close())
	return path
}

// allocated returns the bytes that fn allocated, which bounds what it ever held.
func allocated(fn func()) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	fn()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestMemory archives and extracts 128 MiB: all that is ever allocated is less than what a
// program may hold at once.
func TestMemory(t *testing.T) { // not parallel, for it counts what all allocate
	if raceDetector {
		t.Skip("it takes minutes under the race detector, and there is nothing for that in it")
	}
	path := sparse(t)
	for name, c := range map[string]struct {
		kind archive.Kind
		o    archive.Options
	}{
		"tar":   {archive.Tar, archive.Options{Compress: "no"}},
		"gzip":  {archive.Tar, archive.Options{Compress: "gzip"}},
		"zstd":  {archive.Tar, archive.Options{Compress: "zstd"}},
		"xz":    {archive.Tar, archive.Options{Compress: "xz"}},
		"bzip2": {archive.Tar, archive.Options{Compress: "bzip2"}},
		"lzma":  {archive.Tar, archive.Options{Compress: "lzma"}},
		"zip":   {archive.Zip, archive.Options{}},
	} {
		t.Run(name, func(t *testing.T) {
			src, err := archive.New(c.kind, []string{path}, c.o)
			require.NoError(t, err)
			const limit = 32 << 20
			got := allocated(func() { err = src.WriteTo(t.Context(), io.Discard) })
			require.NoError(t, err)
			require.Less(t, got, uint64(limit), "written")
			if name == "lzma" {
				return // what reads it is what reads xz
			}

			r, w := io.Pipe()
			go func() { w.CloseWithError(src.WriteTo(context.WithoutCancel(t.Context()), w)) }()
			var sum archive.Summary
			got = allocated(func() { sum, err = archive.Extract(t.Context(), r, t.TempDir(), archive.ExtractOptions{}) })
			require.NoError(t, err)
			require.Equal(t, int64(large), sum.Bytes)
			require.Less(t, got, uint64(2*limit), "written and read")
		})
	}
}

package dump

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/root-gg/plik/server/core"
)

// ExportFile is Export to a file that only its owner may read, gzipped if path ends in .gz. It
// replaces a regular file; anything else at path (a directory, a device) is KindInvalid. At
// path there is all or nothing: an interrupted export leaves what was there before.
func ExportFile(ctx context.Context, path string, format Format, src Source, o ExportOptions) (Counts, error) {
	zipped := strings.HasSuffix(path, ".gz")
	if zipped && format == Gob {
		return Counts{}, core.E(core.KindInvalid, "dump_name_invalid", "a file of Plik 1.3 is compressed already, its name must not end in .gz")
	}
	path, err := destination(path)
	if err != nil {
		return Counts{}, err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".plik-export-*.tmp") // 0600
	if err != nil {
		return Counts{}, fmt.Errorf("creating the dump: %w", err)
	}
	counts, err := exportInto(ctx, f, zipped, format, src, o)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return counts, errors.Join(err, os.Remove(f.Name()))
	}
	return counts, syncDir(filepath.Dir(path))
}

// destination returns where path leads to. There is either a regular file or nothing.
func destination(path string) (string, error) {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return path, nil
	case err != nil:
		return "", fmt.Errorf("creating the dump: %w", err)
	case !info.Mode().IsRegular():
		return "", core.E(core.KindInvalid, "dump_name_invalid", "%s is not a regular file", path)
	}
	real, err := filepath.EvalSymlinks(path) // or the rename would replace the link
	if err != nil {
		return "", fmt.Errorf("creating the dump: %w", err)
	}
	return real, nil
}

// exportInto writes and syncs.
func exportInto(ctx context.Context, f *os.File, zipped bool, format Format, src Source, o ExportOptions) (Counts, error) {
	buf := bufio.NewWriterSize(f, 64<<10)
	var w io.Writer = buf
	var z *gzip.Writer
	if zipped {
		z = gzip.NewWriter(buf)
		w = z
	}
	counts, err := Export(ctx, w, format, src, o)
	if err != nil {
		return counts, err
	}
	if z != nil {
		err = z.Close()
	}
	if err == nil {
		err = buf.Flush()
	}
	if err == nil {
		err = f.Sync()
	}
	if err != nil {
		return counts, fmt.Errorf("writing the dump: %w", err)
	}
	return counts, nil
}

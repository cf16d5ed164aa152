package plik

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// Save fetches the file into dir as name, which must not lead out of it. What an earlier Save that was cut off left
// behind is gone on with if it is still of the same file. name appears when it is whole, and replaces a file
// of the same name; until then the bytes are in name.part. progress, which may be nil, is told how many bytes
// are there, and how many there will be (-1: unknown).
func (f *File) Save(ctx context.Context, dir *os.Root, name string, progress func(got, total int64)) error {
	s := &saving{dir: dir, part: name + ".part", mark: name + ".part.etag"}
	out, err := dir.OpenFile(s.part, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return fmt.Errorf("unable to write %s : %w", name, err)
	}
	err = s.fill(ctx, f, out, progress)
	if err == nil {
		err = out.Sync()
	}
	if closed := out.Close(); err == nil {
		err = closed
	}
	if errors.Is(err, ErrDigest) || errors.Is(err, ErrChanged) || err != nil && !s.keep {
		s.discard() // nothing to go on with
	}
	if err != nil {
		return err
	}
	if err := dir.Rename(s.part, name); err != nil {
		return fmt.Errorf("unable to write %s : %w", name, err)
	}
	if err := dir.Remove(s.mark); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("unable to remove %s : %w", s.mark, err)
	}
	return nil
}

// saving is a file that is not whole yet.
type saving struct {
	dir        *os.Root
	part, mark string // names of the bytes, and of what tells which file they are of
	keep       bool   // the server can go on with it
}

func (s *saving) discard() {
	s.dir.Remove(s.part)
	s.dir.Remove(s.mark)
}

func (s *saving) fill(ctx context.Context, f *File, out *os.File, progress func(got, total int64)) error {
	info, err := out.Stat()
	if err != nil {
		return err
	}
	etag := ""
	if info.Size() > 0 {
		text, _ := s.dir.ReadFile(s.mark) // without it there is nothing to go on with
		etag = strings.TrimSpace(string(text))
		s.keep = strong(etag)
	}
	d, err := f.DownloadContext(ctx, DownloadOptions{Offset: info.Size(), ETag: etag})
	if err != nil {
		return err
	}
	defer d.Close()
	if d.Offset == 0 {
		if err := out.Truncate(0); err != nil {
			return err
		}
	} else if d.md5 = f.Metadata().Md5; d.md5 != "" {
		if err := d.had(out); err != nil {
			return err
		}
	}
	if _, err := out.Seek(d.Offset, io.SeekStart); err != nil {
		return err
	}
	s.keep = false
	if d.ranges && d.ETag != "" {
		if err := s.dir.WriteFile(s.mark, []byte(d.ETag+"\n"), 0o666); err != nil {
			return err
		}
		s.keep = true
	}
	_, err = io.CopyBuffer(&counter{out, d.Offset, d.Size, progress}, struct{ io.Reader }{d}, make([]byte, 256<<10))
	return err
}

// had has the digest take the bytes that are there already.
func (d *Download) had(r io.ReaderAt) error {
	buf := make([]byte, digestBlock)
	for d.digest.pos < d.Offset {
		n := min(int64(len(buf)), d.Offset-d.digest.pos)
		if _, err := r.ReadAt(buf[:n], d.digest.pos); err != nil {
			return err
		}
		d.digest.write(d.digest.pos, buf[:n])
	}
	return nil
}

// counter counts what is written.
type counter struct {
	w          io.Writer
	got, total int64
	progress   func(got, total int64)
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.got += int64(n)
	if c.progress != nil {
		c.progress(c.got, c.total)
	}
	return n, err
}

package archive

import (
	"archive/tar"
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// ExtractOptions are the choices for unpacking. The zero value has no limits and overwrites
// nothing.
type ExtractOptions struct {
	// MaxBytes bounds what is written in all, MaxEntries how many entries the archive may have;
	// 0 is no limit. One more is ErrTooLarge.
	MaxBytes   int64
	MaxEntries int
	// Overwrite lets files replace those that are there. Directories are never replaced.
	Overwrite bool
	// Warn, if set, is told of each entry that is left out, as a sentence.
	Warn func(text string)
}

// Summary says what Extract made.
type Summary struct {
	Files int   // directories and links are not counted
	Bytes int64 // of the files
	Left  int   // entries left out: devices, and links that lead out of the directory
}

// The reasons why an archive is not unpacked that a caller may want to tell apart.
var (
	ErrNotArchive = errors.New("it is no archive that can be unpacked")
	ErrTooLarge   = errors.New("the archive holds more than is allowed")
	ErrUnsafe     = errors.New("the archive wants to write outside of the directory")
)

// IsArchive tells whether name ends as that of an archive Extract knows.
func IsArchive(name string) bool {
	name = strings.ToLower(name)
	for _, c := range codecs() {
		if (c.reader != nil || c.magic == nil) && strings.HasSuffix(name, c.ext) {
			return true
		}
	}
	for _, ext := range []string{".zip", ".tgz", ".tbz2", ".txz", ".tzst"} {
		if strings.HasSuffix(name, ext) {
			return true
		}
	}
	return false
}

// Extract unpacks the archive that r holds, tar in any compression of this package or zip, into
// the directory dir, which it makes when it is not there. What r holds is told by its content.
// A tar is read as a stream and may come from anywhere; a zip is read from r itself if that is
// an *os.File at its start, else it is copied to a file in dir first, which is removed again.
//
// Nothing is written outside of dir, nor through links that are in it. An entry with an absolute
// name, or one with "..", ends it with ErrUnsafe; links that lead out, devices and pipes are
// left out. Files get their permissions as far as the umask lets them, and their time; never
// an owner nor a set-uid bit. An entry that is there already ends it with fs.ErrExist. When it fails,
// the entries before stay, that which failed is removed.
func Extract(ctx context.Context, r io.Reader, dir string, o ExtractOptions) (Summary, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return Summary{}, fmt.Errorf("unable to extract : %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Summary{}, fmt.Errorf("unable to extract : %w", err)
	}
	defer func() { _ = root.Close() }()
	p := &placer{ctx: ctx, root: root, o: o, buf: make([]byte, bufferSize)}
	err = p.extract(r)
	return p.sum, err
}

// blockSize is that of a tar header.
const blockSize = 512

func (p *placer) extract(r io.Reader) error {
	in := bufio.NewReaderSize(&source{ctx: p.ctx, r: r}, 64<<10)
	head, err := in.Peek(blockSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("unable to read the archive : %w", err)
	}
	switch c, ok := codecOf(head); {
	case isZip(head):
		return p.zip(r, in)
	case isTar(head):
		return p.tar(in)
	case !ok:
		return ErrNotArchive
	case c.reader == nil:
		return fmt.Errorf("%w here, it is made by %s : save it and use tar xf FILE %s", ErrNotArchive, c.name, c.flag)
	default:
		z, err := c.reader(in)
		if err != nil {
			return fmt.Errorf("unable to read the archive : %w", err)
		}
		defer func() { _ = z.Close() }()
		plain := bufio.NewReaderSize(z, 64<<10)
		head, err := plain.Peek(blockSize)
		if err != nil && !errors.Is(err, io.EOF) {
			return fmt.Errorf("unable to read the archive : %w", err)
		}
		if !isTar(head) {
			return fmt.Errorf("%w, it is a file compressed by %s", ErrNotArchive, c.name)
		}
		return p.tar(plain)
	}
}

func isZip(head []byte) bool {
	return bytes.HasPrefix(head, []byte("PK\x03\x04")) || bytes.HasPrefix(head, []byte("PK\x05\x06"))
}

// isTar tells whether head begins a tar archive. One with nothing in it is zeros.
func isTar(head []byte) bool {
	if len(head) < blockSize {
		return false
	}
	if len(bytes.Trim(head, "\x00")) == 0 {
		return true
	}
	_, err := tar.NewReader(bytes.NewReader(head)).Next()
	return err == nil || errors.Is(err, io.ErrUnexpectedEOF)
}

package archive

import (
	"bytes"
	"compress/bzip2"
	"fmt"
	"io"

	bzip2w "github.com/dsnet/compress/bzip2"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// codec is a compression of tar archives. Without writer or reader it takes a program.
type codec struct {
	name   string
	ext    string
	flag   string // of tar
	magic  []byte // what its files begin with
	writer func(io.Writer) (io.WriteCloser, error)
	reader func(io.Reader) (io.ReadCloser, error)
}

// Bounds on memory. The dictionary of xz is small for it costs ten times its size; windows as
// large as those of zstd --long are read.
const (
	xzDictionary = 1 << 20
	zstdWindow   = 4 << 20
	maxWindow    = 128 << 20
)

func codecs() []codec {
	return []codec{
		{"gzip", ".tar.gz", "--gzip", []byte{0x1f, 0x8b}, gzipWriter, gzipReader},
		{"bzip2", ".tar.bz2", "--bzip2", []byte("BZh"), bzip2Writer, bzip2Reader},
		{"xz", ".tar.xz", "--xz", []byte("\xfd7zXZ\x00"), xzWriter, xzReader},
		{"zstd", ".tar.zst", "--zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, zstdWriter, zstdReader},
		{"lzma", ".tar.lzma", "--lzma", []byte{0x5d, 0, 0}, lzmaWriter, lzmaReader},
		{"lzip", ".tar.lz", "--lzip", []byte("LZIP"), nil, nil},
		{"lzop", ".tar.lzo", "--lzop", []byte("\x89LZO"), nil, nil},
		{"compress", ".tar.Z", "--compress", []byte{0x1f, 0x9d}, nil, nil},
		{"no", ".tar", "", nil, plainWriter, nil},
	}
}

// Codecs returns the names of the compressions, "no" among them.
func Codecs() []string {
	var names []string
	for _, c := range codecs() {
		names = append(names, c.name)
	}
	return names
}

func codecNamed(name string) (codec, bool) {
	for _, c := range codecs() {
		if c.name == name {
			return c, true
		}
	}
	return codec{}, false
}

// codecOf returns the codec of a file that begins with head, false for none.
func codecOf(head []byte) (codec, bool) {
	for _, c := range codecs() {
		if c.magic != nil && bytes.HasPrefix(head, c.magic) {
			return c, true
		}
	}
	return codec{}, false
}

type nopWriter struct{ io.Writer }

func (nopWriter) Close() error { return nil }

func plainWriter(w io.Writer) (io.WriteCloser, error) { return nopWriter{w}, nil }
func gzipWriter(w io.Writer) (io.WriteCloser, error)  { return gzip.NewWriter(w), nil }

func bzip2Writer(w io.Writer) (io.WriteCloser, error) {
	z, err := bzip2w.NewWriter(w, &bzip2w.WriterConfig{Level: bzip2w.BestCompression})
	if err != nil {
		return nil, fmt.Errorf("bzip2: %w", err)
	}
	return z, nil
}

func xzWriter(w io.Writer) (io.WriteCloser, error) {
	z, err := xz.WriterConfig{DictCap: xzDictionary}.NewWriter(w)
	if err != nil {
		return nil, fmt.Errorf("xz: %w", err)
	}
	return z, nil
}

func lzmaWriter(w io.Writer) (io.WriteCloser, error) {
	z, err := lzma.WriterConfig{DictCap: xzDictionary, EOSMarker: true}.NewWriter(w)
	if err != nil {
		return nil, fmt.Errorf("lzma: %w", err)
	}
	return z, nil
}

func zstdWriter(w io.Writer) (io.WriteCloser, error) {
	z, err := zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithWindowSize(zstdWindow), zstd.WithLowerEncoderMem(true))
	if err != nil {
		return nil, fmt.Errorf("zstd: %w", err)
	}
	return z, nil
}

func gzipReader(r io.Reader) (io.ReadCloser, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("gzip: %w", err)
	}
	return z, nil
}

func bzip2Reader(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil }

func xzReader(r io.Reader) (io.ReadCloser, error) {
	z, err := xz.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("xz: %w", err)
	}
	return io.NopCloser(z), nil
}

func lzmaReader(r io.Reader) (io.ReadCloser, error) {
	z, err := lzma.ReaderConfig{DictCap: maxWindow}.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("lzma: %w", err)
	}
	return io.NopCloser(z), nil
}

func zstdReader(r io.Reader) (io.ReadCloser, error) {
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, fmt.Errorf("zstd: %w", err)
	}
	return z.IOReadCloser(), nil
}

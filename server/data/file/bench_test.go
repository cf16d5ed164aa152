package file_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
)

// benchStore is a store in memory where the machine has such a place, so that the code is
// measured and not the disk. PLIK_BENCH_DIR names another place.
func benchStore(b *testing.B) *file.Store {
	b.Helper()
	parent := os.Getenv("PLIK_BENCH_DIR")
	if parent == "" {
		parent = "/dev/shm"
	}
	if _, err := os.Stat(parent); err != nil {
		parent = b.TempDir()
	}
	dir, err := os.MkdirTemp(parent, "plik-bench")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	return open(b, dir)
}

// blocks writes itself in blocks of 256 KiB.
type blocks struct{ left int }

var block [256 << 10]byte

func (r *blocks) Read(p []byte) (int, error) {
	if r.left == 0 {
		return 0, io.EOF
	}
	n := min(len(p), r.left)
	r.left -= n
	return n, nil
}

func (r *blocks) WriteTo(w io.Writer) (int64, error) {
	var total int64
	for r.left > 0 {
		n, err := w.Write(block[:min(len(block), r.left)])
		total += int64(n)
		r.left -= n
		if err != nil {
			return total, err
		}
	}
	return total, nil
}

func BenchmarkPut64MiB(b *testing.B) {
	const size = 64 << 20
	for name, reader := range map[string]func() io.Reader{
		"WriterTo": func() io.Reader { return &blocks{size} },
		"Reader":   func() io.Reader { return struct{ io.Reader }{&blocks{size}} },
	} {
		b.Run(name, func(b *testing.B) {
			s := benchStore(b)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := s.Put(b.Context(), key, reader(), size); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPut1KiB puts new objects all over the directories.
func BenchmarkPut1KiB(b *testing.B) {
	s := benchStore(b)
	content := make([]byte, 1<<10)
	ids := make([]core.FileID, 4096)
	for i := range ids {
		ids[i] = core.NewFileID()
	}
	put := func(i int) {
		if _, err := s.Put(b.Context(), data.Key{File: ids[i%len(ids)]}, bytes.NewReader(content), 1<<10); err != nil {
			b.Fatal(err)
		}
	}
	for i := range ids {
		put(i)
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		put(i)
		i++
	}
}

func BenchmarkOpenRead1KiB(b *testing.B) {
	s := benchStore(b)
	if _, err := s.Put(b.Context(), key, bytes.NewReader(make([]byte, 1<<10)), 1<<10); err != nil {
		b.Fatal(err)
	}
	buf := make([]byte, 2<<10)
	b.ReportAllocs()
	for b.Loop() {
		r, err := s.Open(b.Context(), key, data.Range{})
		if err != nil {
			b.Fatal(err)
		}
		if n, _ := io.ReadFull(r, buf); n != 1<<10 {
			b.Fatal(n)
		}
		if err := r.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkList lists 10 000 objects.
func BenchmarkList(b *testing.B) {
	s := benchStore(b)
	const objects = 10_000
	for range objects {
		if _, err := s.Put(b.Context(), data.Key{File: core.NewFileID()}, bytes.NewReader(nil), 0); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		n := 0
		for _, err := range s.List(b.Context()) {
			if err != nil {
				b.Fatal(err)
			}
			n++
		}
		if n != objects {
			b.Fatal(n)
		}
	}
}

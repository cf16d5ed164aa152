package file_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/seal"
)

// benchStore is a store in memory where the machine has such a place, so that the code is
// measured and not the disk. PLIK_BENCH_DIR names another place.
func benchStore(b *testing.B, keys ...seal.Key) *file.Store {
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
	return openWith(b, dir, keys...)
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
		for kind, keys := range map[string][]seal.Key{"plain": nil, "sealed": {newKey(b)}} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				s := benchStore(b, keys...)
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
}

// BenchmarkOpen64MiB reads in blocks of 32 KiB, as an answer of net/http that cannot use sendfile.
func BenchmarkOpen64MiB(b *testing.B) {
	const size = 64 << 20
	for kind, keys := range map[string][]seal.Key{"plain": nil, "sealed": {newKey(b)}} {
		b.Run(kind, func(b *testing.B) {
			s := benchStore(b, keys...)
			stored, err := s.Put(b.Context(), key, &blocks{size}, size)
			if err != nil {
				b.Fatal(err)
			}
			key := key
			key.Details = stored.Details
			buf := make([]byte, 32<<10)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				r, err := s.Open(b.Context(), key, data.Range{})
				if err != nil {
					b.Fatal(err)
				}
				n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, buf)
				if err != nil || n != size {
					b.Fatal(n, err)
				}
				if err := r.Close(); err != nil {
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
	for kind, keys := range map[string][]seal.Key{"plain": nil, "sealed": {newKey(b)}} {
		b.Run(kind, func(b *testing.B) { benchSmall(b, benchStore(b, keys...)) })
	}
}

func benchSmall(b *testing.B, s *file.Store) {
	stored, err := s.Put(b.Context(), key, bytes.NewReader(make([]byte, 1<<10)), 1<<10)
	if err != nil {
		b.Fatal(err)
	}
	key := key
	key.Details = stored.Details
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

// BenchmarkAppend64MiB sends an object in pieces of 8 MiB, each of which is synced, and finishes it.
func BenchmarkAppend64MiB(b *testing.B) {
	const size, piece = 64 << 20, 8<<20 + 77
	for kind, keys := range map[string][]seal.Key{"plain": nil, "sealed": {newKey(b)}} {
		b.Run(kind, func(b *testing.B) {
			s := benchStore(b, keys...)
			all := make([]byte, size)
			b.SetBytes(size)
			b.ReportAllocs()
			for b.Loop() {
				for at := 0; at < size; at += piece {
					appendTo(b, s, key.File, at, all[at:min(at+piece, size)])
				}
				if _, err := s.Finish(b.Context(), key.File, key, size); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAppend1KiB begins, syncs and finishes small objects.
func BenchmarkAppend1KiB(b *testing.B) {
	for kind, keys := range map[string][]seal.Key{"plain": nil, "sealed": {newKey(b)}} {
		b.Run(kind, func(b *testing.B) {
			s := benchStore(b, keys...)
			content := make([]byte, 1<<10)
			b.ReportAllocs()
			for b.Loop() {
				appendTo(b, s, key.File, 0, content)
				if _, err := s.Finish(b.Context(), key.File, key, 1<<10); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

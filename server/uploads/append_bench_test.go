package uploads_test

import (
	"bytes"
	"io"
	"path/filepath"
	"testing"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/password"
	"github.com/root-gg/plik/server/uploads"
)

// BenchmarkAppend adds chunks to one transfer.
func BenchmarkAppend(b *testing.B) {
	dir := b.TempDir()
	store, err := metadata.Open(b.Context(), metadata.Options{ConnectionString: filepath.Join(dir, "plik.db")})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	backend, err := file.New(file.Options{Directory: filepath.Join(dir, "files")})
	if err != nil {
		b.Fatal(err)
	}
	defer backend.Close()
	keeper, err := password.New(password.Options{})
	if err != nil {
		b.Fatal(err)
	}
	p := generous()
	p.MaxFileSize = 0
	s, err := uploads.New(uploads.Options{Store: store, Backend: backend, Passwords: keeper, Policy: p, Instance: "me"})
	if err != nil {
		b.Fatal(err)
	}
	for name, size := range map[string]int{"8MiB": 8 << 20, "1B": 1} {
		b.Run(name, func(b *testing.B) {
			u, err := s.Create(b.Context(), uploads.Caller{}, uploads.Request{Files: []uploads.NewFile{{Name: "x"}}})
			if err != nil {
				b.Fatal(err)
			}
			r, err := s.StartResumable(b.Context(), u, u.Files[0], uploads.Resume{Length: -1})
			if err != nil {
				b.Fatal(err)
			}
			chunk := make([]byte, size)
			b.SetBytes(int64(size))
			for b.Loop() {
				var again *core.Resumable
				if again, err = s.Resumable(b.Context(), r.ID); err != nil {
					b.Fatal(err)
				}
				if _, err := s.Append(b.Context(), again, uploads.Body{Reader: struct{ io.Reader }{bytes.NewReader(chunk)}, Size: int64(size)}, nil); err != nil {
					b.Fatal(err)
				}
			}
			if err := s.GiveUp(b.Context(), r); err != nil {
				b.Fatal(err)
			}
		})
	}
}

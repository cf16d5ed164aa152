package seal_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/seal"
)

const benchSize = 64 << 20

func BenchmarkWriter(b *testing.B) {
	f, err := seal.New(newKey(b))
	require.NoError(b, err)
	block := content(1, 256<<10)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		w := seal.NewWriter(f, io.Discard)
		for range benchSize / len(block) {
			if _, err := w.Write(block); err != nil {
				b.Fatal(err)
			}
		}
		if err := w.Finish(name); err != nil {
			b.Fatal(err)
		}
		w.Release()
	}
}

func BenchmarkReader(b *testing.B) {
	k := newKey(b)
	file := sealed(b, k, name, make([]byte, benchSize))
	buf := make([]byte, 32<<10)
	b.SetBytes(benchSize)
	b.ReportAllocs()
	for b.Loop() {
		r, err := seal.Open(bytes.NewReader(file), int64(len(file)), name, []seal.Key{k})
		if err != nil {
			b.Fatal(err)
		}
		n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, buf)
		if err != nil || n != benchSize {
			b.Fatal(n, err)
		}
		r.Release()
	}
}

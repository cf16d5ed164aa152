package metadata_test

import (
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/metadata/metadatatest"
)

// benchStore opens a database with PLIK_BENCH_UPLOADS uploads (1000 by default) in memory,
// if the system has a place for that, so that the disk is not what is measured.
// PLIK_BENCH_DIR puts it elsewhere.
func benchStore(b *testing.B) (*metadata.Store, int) {
	b.Helper()
	n := 1000
	if s := os.Getenv("PLIK_BENCH_UPLOADS"); s != "" {
		var err error
		n, err = strconv.Atoi(s)
		require.NoError(b, err)
	}
	parent := os.Getenv("PLIK_BENCH_DIR")
	if info, err := os.Stat("/dev/shm"); parent == "" && err == nil && info.IsDir() {
		parent = "/dev/shm"
	}
	dir, err := os.MkdirTemp(parent, "plik-bench")
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, os.RemoveAll(dir)) })
	path := filepath.Join(dir, "plik.db")
	if n > 0 {
		require.NoError(b, metadatatest.Fill(b.Context(), path, n))
	}
	s, err := metadata.Open(b.Context(), metadata.Options{ConnectionString: path})
	require.NoError(b, err)
	b.Cleanup(func() { require.NoError(b, s.Close()) })
	b.ReportAllocs()
	return s, max(n, 1)
}

func newUpload() *core.Upload {
	u := &core.Upload{ID: core.NewUploadID(), UploadToken: core.NewUploadToken(), TTL: 86400, RemoteIP: "192.0.2.1"}
	u.Files = []*core.File{{ID: core.NewFileID(), Name: "report.pdf", Type: "application/pdf", Size: 1000, Reference: "0"}}
	return u
}

func BenchmarkCreateUpload(b *testing.B) {
	s, _ := benchStore(b)
	for b.Loop() {
		require.NoError(b, s.CreateUpload(b.Context(), newUpload()))
	}
}

// BenchmarkAddFile adds to an upload that has many files, and more each time.
func BenchmarkAddFile(b *testing.B) {
	s, _ := benchStore(b)
	u := newUpload()
	for range 999 {
		u.Files = append(u.Files, &core.File{ID: core.NewFileID(), Name: "x"})
	}
	require.NoError(b, s.CreateUpload(b.Context(), u))
	for b.Loop() {
		f := &core.File{ID: core.NewFileID(), UploadID: u.ID, Name: "report.pdf"}
		require.NoError(b, s.AddFile(b.Context(), f, 1_000_000))
	}
}

func BenchmarkMoveFile(b *testing.B) {
	s, _ := benchStore(b)
	u := newUpload()
	require.NoError(b, s.CreateUpload(b.Context(), u))
	f := u.Files[0]
	steps := []core.Status{core.Uploading, core.Missing}
	edit := func(f *core.File) { f.Instance = "instance"; f.Size++ }
	i := 0
	for b.Loop() {
		require.NoError(b, s.MoveFile(b.Context(), f, steps[i%2], edit))
		i++
	}
}

func BenchmarkUploadAndFile(b *testing.B) {
	s, n := benchStore(b)
	i := 0
	for b.Loop() {
		k := i * 7919 % n
		_, f, err := s.UploadAndFile(b.Context(), metadatatest.UploadID(k), metadatatest.FileID(k))
		require.NoError(b, err)
		require.NotNil(b, f)
		i++
	}
}

func BenchmarkParallelUploadAndFile(b *testing.B) {
	s, n := benchStore(b)
	var i atomic.Int64
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			k := int(i.Add(1)) * 7919 % n
			_, f, err := s.UploadAndFile(b.Context(), metadatatest.UploadID(k), metadatatest.FileID(k))
			require.NoError(b, err)
			require.NotNil(b, f)
		}
	})
}

// BenchmarkParallelUpload is all that the metadata does for one upload of one file.
func BenchmarkParallelUpload(b *testing.B) {
	s, _ := benchStore(b)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			u := newUpload()
			require.NoError(b, s.CreateUpload(b.Context(), u))
			f := u.Files[0]
			require.NoError(b, s.MoveFile(b.Context(), f, core.Uploading, func(f *core.File) { f.Instance = "i" }))
			require.NoError(b, s.MoveFile(b.Context(), f, core.Uploaded, func(f *core.File) { f.MD5 = "d41d8cd98f00b204e9800998ecf8427e" }))
		}
	})
}

package s3_test

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Each size is stored and read by the Store and by minio-go alone, in turns on the same server. The
// figures are the medians; ratio is how fast the Store is, 1 being minio-go.
var benchSizes = []int{100 << 10, 4 * mib, 12 * mib, 64 * mib, 512 * mib}

func BenchmarkPut(b *testing.B) {
	s := open(b, nil)
	c, bucket := client(b)
	for _, size := range benchSizes {
		body := content(1, size)
		for hint, n := range map[string]int64{"known": int64(size), "unknown": -1} {
			b.Run(strconv.Itoa(size>>10)+"KiB/"+hint, func(b *testing.B) {
				inTurns(b, size, func() func() {
					key := newKey()
					stored, err := s.Put(b.Context(), key, plain(body), n)
					require.NoError(b, err)
					key.Details = stored.Details
					return func() { require.NoError(b, s.Delete(b.Context(), key)) }
				}, func() func() {
					id := string(core.NewFileID())
					_, err := c.Client.PutObject(b.Context(), bucket, id, plain(body), n, minio.PutObjectOptions{PartSize: 16 * mib})
					require.NoError(b, err)
					return func() {
						require.NoError(b, c.RemoveObject(b.Context(), bucket, id, minio.RemoveObjectOptions{}))
					}
				})
			})
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	s := open(b, nil)
	c, bucket := client(b)
	buf := make([]byte, 256<<10)
	for _, size := range benchSizes {
		key := newKey()
		stored, err := s.Put(b.Context(), key, bytes.NewReader(content(1, size)), int64(size))
		require.NoError(b, err)
		key.Details = stored.Details
		name := s.Prefix() + string(key.File)
		b.Run(strconv.Itoa(size>>10)+"KiB", func(b *testing.B) {
			inTurns(b, size, func() func() {
				r, err := s.Open(b.Context(), key, data.Range{})
				require.NoError(b, err)
				discardAll(b, r, buf, size)
				return func() {}
			}, func() func() {
				r, err := c.Client.GetObject(b.Context(), bucket, name, minio.GetObjectOptions{})
				require.NoError(b, err)
				discardAll(b, r, buf, size)
				return func() {}
			})
		})
		require.NoError(b, s.Delete(b.Context(), key))
	}
}

// inTurns measures two ways to move size bytes. What they return cleans up and is not measured.
func inTurns(b *testing.B, size int, ours, alone func() func()) {
	ways, took := [2]func() func(){ours, alone}, [2][]time.Duration{}
	for turn := 0; b.Loop(); turn++ {
		for i := range ways {
			i = (i + turn) % 2
			begin := time.Now()
			done := ways[i]()
			took[i] = append(took[i], time.Since(begin))
			done()
		}
	}
	var speed [2]float64 // MB/s
	for i, all := range took {
		slices.Sort(all)
		speed[i] = float64(size) / all[len(all)/2].Seconds() / 1e6
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(speed[0], "plik-MB/s")
	b.ReportMetric(speed[1], "minio-go-MB/s")
	b.ReportMetric(speed[0]/speed[1], "ratio")
}

func discardAll(b *testing.B, r io.ReadCloser, buf []byte, size int) {
	n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, struct{ io.Reader }{r}, buf)
	require.NoError(b, err)
	require.EqualValues(b, size, n)
	require.NoError(b, r.Close())
}

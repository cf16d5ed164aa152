package metrics_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/metrics"
)

func TestRequests(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Options{})
	const file = "/file/{uploadID}/{fileID}/{filename}"
	for range 3 {
		m.Request("GET", file, 200, 2*time.Millisecond)
	}
	m.Request("GET", file, 206, time.Minute)
	m.Request("POST", "/upload", 507, time.Second)
	m.Request("BREW", "", 0, time.Second)
	m.Request("\"\n", "a\"\\\nb", 1000, time.Second)
	s := scrape(t, m, "/")
	s.has(t, map[string]float64{
		`plik_http_request_total{code="200",method="GET",path="` + file + `"}`:                              3,
		`plik_http_request_total{code="206",method="GET",path="` + file + `"}`:                              1,
		`plik_http_request_total{code="507",method="POST",path="/upload"}`:                                  1,
		`plik_http_request_total{code="500",method="other",path="other"}`:                                   1,
		`plik_http_request_total{code="500",method="other",path="a\"\\\nb"}`:                                1,
		`plik_http_request_duration_seconds_count{code_class="2xx",method="GET",path="` + file + `"}`:       4,
		`plik_http_request_duration_seconds_sum{code_class="2xx",method="GET",path="` + file + `"}`:         60.006,
		`plik_http_request_duration_seconds_bucket{code_class="5xx",method="POST",path="/upload",le="0.5"}`: 0,
		`plik_http_request_duration_seconds_bucket{code_class="5xx",method="POST",path="/upload",le="1"}`:   1,
	})
}

func TestPathsAreBounded(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Options{})
	for i := range 10000 {
		m.Request("GET", fmt.Sprintf("/%d", i), 200, 0)
	}
	s := scrape(t, m, "/")
	n := 0
	for name := range s.values {
		if strings.HasPrefix(name, "plik_http_request_total{") {
			n++
		}
	}
	require.Equal(t, 1025, n)
	s.has(t, map[string]float64{`plik_http_request_total{code="200",method="GET",path="other"}`: 10000 - 1024})
}

func TestConcurrentRequestsAreAllCounted(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Options{})
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for i := range 1000 {
				m.Request("GET", fmt.Sprintf("/%d", i%50), 200, 0)
				m.Begin(metrics.Upload)
				m.Sent(2)
				m.End(metrics.Upload)
			}
		})
	}
	wg.Wait()
	s := scrape(t, m, "/")
	for i := range 50 {
		s.has(t, map[string]float64{fmt.Sprintf(`plik_http_request_total{code="200",method="GET",path="/%d"}`, i): 160})
	}
	s.has(t, map[string]float64{"plik_http_sent_bytes_total": 16000, `plik_transfers_in_flight{kind="upload"}`: 0})
}

func TestTransfersAndBytes(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Options{Version: "2.0", Revision: "abc"})
	m.Begin(metrics.Upload)
	m.Begin(metrics.Upload)
	m.Begin(metrics.Download)
	m.Begin(metrics.Stream)
	m.End(metrics.Upload)
	m.End(metrics.Download)
	m.Received(1 << 40)
	m.Received(-1)
	m.Sent(3)
	m.Sent(0)
	scrape(t, m, "/").has(t, map[string]float64{
		`plik_transfers_in_flight{kind="upload"}`:                                             1,
		`plik_transfers_in_flight{kind="download"}`:                                           0,
		`plik_transfers_in_flight{kind="stream"}`:                                             1,
		"plik_http_received_bytes_total":                                                      1 << 40,
		"plik_http_sent_bytes_total":                                                          3,
		`plik_build_info{goversion="` + runtime.Version() + `",revision="abc",version="2.0"}`: 1,
	})
}

func TestCountingARequestDoesNotAllocate(t *testing.T) {
	// Not parallel: the allocations of others would count.
	m := metrics.New(metrics.Options{})
	require.Zero(t, testing.AllocsPerRun(1000, func() { observe(m) }))
}

func observe(m *metrics.Metrics) {
	m.Begin(metrics.Download)
	m.Request("GET", "/file/{uploadID}/{fileID}/{filename}", 200, 3*time.Millisecond)
	m.Received(100)
	m.Sent(1000)
	m.End(metrics.Download)
}

func BenchmarkRequest(b *testing.B) {
	m := metrics.New(metrics.Options{})
	for i := range 200 {
		m.Request("GET", fmt.Sprintf("/%d", i), 200, 0)
	}
	b.ReportAllocs()
	for b.Loop() {
		m.Request("GET", "/file/{uploadID}/{fileID}/{filename}", 200, 3*time.Millisecond)
	}
}

func BenchmarkRequestWithTransfer(b *testing.B) {
	m := metrics.New(metrics.Options{})
	b.ReportAllocs()
	for b.Loop() {
		observe(m)
	}
}

func BenchmarkRequestParallel(b *testing.B) {
	m := metrics.New(metrics.Options{})
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			observe(m)
		}
	})
}

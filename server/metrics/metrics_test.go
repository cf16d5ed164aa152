package metrics_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metrics"
)

func TestNamesAndTypes(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Options{DBStats: func() []sql.DBStats { return nil }})
	m.Request("GET", "/file/{uploadID}/{fileID}/{filename}", 200, time.Second)
	s := scrape(t, m, "/metrics")
	for name, kind := range map[string]string{
		"plik_http_request_total":                   "counter",
		"plik_uploads_count":                        "gauge",
		"plik_anonymous_uploads_count":              "gauge",
		"plik_users_count":                          "gauge",
		"plik_files_count":                          "gauge",
		"plik_size_bytes":                           "gauge",
		"plik_anonymous_size_bytes":                 "gauge",
		"plik_server_stats_refresh_duration_second": "histogram",
		"plik_cleaning_duration_second":             "histogram",
		"plik_cleaning_removed_uploads":             "counter",
		"plik_cleaning_deleted_files":               "counter",
		"plik_cleaning_deleted_uploads":             "counter",
		"plik_cleaning_removed_orphan_files":        "counter",
		"plik_cleaning_removed_orphan_tokens":       "counter",
		"plik_last_stats_refresh_timestamp":         "gauge",
		"plik_last_cleaning_timestamp":              "gauge",
		"gorm_dbstats_max_open_connections":         "gauge",
		"gorm_dbstats_open_connections":             "gauge",
		"gorm_dbstats_in_use":                       "gauge",
		"gorm_dbstats_idle":                         "gauge",
		"gorm_dbstats_wait_count":                   "gauge",
		"gorm_dbstats_wait_duration":                "gauge",
		"gorm_dbstats_max_idle_closed":              "gauge",
		"gorm_dbstats_max_lifetime_closed":          "gauge",
		"gorm_dbstats_max_idletime_closed":          "gauge",
		"go_goroutines":                             "gauge",
		"go_memstats_alloc_bytes":                   "gauge",
		// New since Plik 1.3.
		"plik_http_request_duration_seconds": "histogram",
		"plik_http_received_bytes_total":     "counter",
		"plik_http_sent_bytes_total":         "counter",
		"plik_transfers_in_flight":           "gauge",
		"plik_build_info":                    "gauge",
		"plik_cleaning_recovered_files":      "counter",
		"plik_cleaning_discarded_partials":   "counter",
	} {
		require.Equal(t, kind, s.types[name], name)
	}
	if runtime.GOOS == "linux" {
		require.Equal(t, "gauge", s.types["process_resident_memory_bytes"])
	}
	for name, kind := range s.types {
		known := false
		for _, family := range []string{"plik_", "gorm_dbstats_", "go_", "process_"} {
			known = known || strings.HasPrefix(name, family)
		}
		require.True(t, known, "%s %s", name, kind)
	}
}

func TestCleanings(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 21, 0, 19, 0, time.UTC)
	m := metrics.New(metrics.Options{Now: func() time.Time { return now }})
	m.Cleaned(metrics.Cleaning{RemovedUploads: 1, DeletedFiles: 2, DeletedUploads: 3, OrphanFiles: 4, OrphanTokens: 5, Recovered: 6, Partials: 7, Duration: time.Second})
	m.Cleaned(metrics.Cleaning{RemovedUploads: 10, Duration: 20 * time.Second})
	scrape(t, m, "/").has(t, map[string]float64{
		"plik_cleaning_removed_uploads":                   11,
		"plik_cleaning_deleted_files":                     2,
		"plik_cleaning_deleted_uploads":                   3,
		"plik_cleaning_removed_orphan_files":              4,
		"plik_cleaning_removed_orphan_tokens":             5,
		"plik_cleaning_recovered_files":                   6,
		"plik_cleaning_discarded_partials":                7,
		"plik_cleaning_duration_second_count":             2,
		"plik_cleaning_duration_second_sum":               21,
		`plik_cleaning_duration_second_bucket{le="+Inf"}`: 2,
		"plik_last_cleaning_timestamp":                    float64(now.Unix()),
	})
}

func TestHistogramsHaveTwentyBuckets(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Options{})
	s := scrape(t, m, "/")
	for name, last := range map[string]string{"plik_cleaning_duration_second": "600", "plik_server_stats_refresh_duration_second": "10"} {
		n := 0
		for series := range s.values {
			if strings.HasPrefix(series, name+"_bucket{") && !strings.Contains(series, "+Inf") {
				n++
			}
		}
		require.Equal(t, 20, n, name)
		require.Contains(t, s.values, name+`_bucket{le="0.01"}`)
		found := false
		for series := range s.values { // the last bound is computed, not exact
			var le float64
			if _, err := fmt.Sscanf(strings.TrimPrefix(series, name+"_bucket"), `{le="%g"}`, &le); err == nil {
				found = found || fmt.Sprintf("%.4g", le) == last
			}
		}
		require.True(t, found, name)
	}
}

func TestPoolsAreAddedUp(t *testing.T) {
	t.Parallel()
	calls := 0
	m := metrics.New(metrics.Options{DBStats: func() []sql.DBStats {
		calls++
		return []sql.DBStats{
			{MaxOpenConnections: 1, OpenConnections: 2, InUse: 3, Idle: 4, WaitCount: 5, WaitDuration: 6, MaxIdleClosed: 7, MaxLifetimeClosed: 8, MaxIdleTimeClosed: 9},
			{MaxOpenConnections: 10, InUse: 20},
		}
	}})
	require.Zero(t, calls, "asked at a scrape only")
	scrape(t, m, "/").has(t, map[string]float64{
		"gorm_dbstats_max_open_connections": 11, "gorm_dbstats_open_connections": 2, "gorm_dbstats_in_use": 23,
		"gorm_dbstats_idle": 4, "gorm_dbstats_wait_count": 5, "gorm_dbstats_wait_duration": 6,
		"gorm_dbstats_max_idle_closed": 7, "gorm_dbstats_max_lifetime_closed": 8, "gorm_dbstats_max_idletime_closed": 9,
	})
	require.Equal(t, 1, calls)
}

func TestRunStats(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New(metrics.Options{})
		ctx, cancel := context.WithCancel(t.Context())
		var (
			mu    sync.Mutex
			calls int
			done  = make(chan struct{})
		)
		go func() {
			defer close(done)
			m.RunStats(ctx, 0, func(context.Context) (core.Stats, error) {
				mu.Lock()
				defer mu.Unlock()
				if calls++; calls == 3 {
					return core.Stats{}, errors.New("no database")
				}
				time.Sleep(2 * time.Second)
				return core.Stats{Users: calls, Uploads: 2, AnonymousUploads: 3, Files: 4, TotalSize: 5, AnonymousSize: 6}, nil
			})
		}()
		begin := time.Now()
		time.Sleep(61 * time.Second) // no waiting in a bubble
		synctest.Wait()
		scrape(t, m, "/").has(t, map[string]float64{
			"plik_users_count": 1, "plik_uploads_count": 2, "plik_anonymous_uploads_count": 3, "plik_files_count": 4,
			"plik_size_bytes": 5, "plik_anonymous_size_bytes": 6,
			"plik_server_stats_refresh_duration_second_count": 1,
			"plik_server_stats_refresh_duration_second_sum":   2,
			"plik_last_stats_refresh_timestamp":               float64(begin.Add(2 * time.Second).Unix()),
		})
		time.Sleep(120 * time.Second) // the third fails
		synctest.Wait()
		scrape(t, m, "/").has(t, map[string]float64{"plik_users_count": 2, "plik_server_stats_refresh_duration_second_count": 2})
		time.Sleep(60 * time.Second)
		synctest.Wait()
		scrape(t, m, "/").has(t, map[string]float64{"plik_users_count": 4})
		cancel()
		<-done
	})
}

func TestEveryPathServesTheText(t *testing.T) {
	t.Parallel()
	m := metrics.New(metrics.Options{})
	for _, path := range []string{"/", "/metrics", "/any/thing?x=y"} {
		require.Contains(t, scrape(t, m, path).types, "plik_uploads_count", path)
	}
}

func TestNilCountsNothing(t *testing.T) {
	t.Parallel()
	var m *metrics.Metrics
	m.Request("GET", "/", 200, time.Second)
	m.Received(1)
	m.Sent(1)
	m.Begin(metrics.Upload)
	m.End(metrics.Upload)
	m.Stats(core.Stats{}, 0)
	m.Cleaned(metrics.Cleaning{})
	called := false
	m.RunStats(t.Context(), time.Second, func(context.Context) (core.Stats, error) {
		called = true
		return core.Stats{}, nil
	})
	require.False(t, called)
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	require.Equal(t, http.StatusNotFound, w.Code)
}

func TestRegistryOfTheCaller(t *testing.T) {
	t.Parallel()
	r := prometheus.NewRegistry()
	metrics.New(metrics.Options{Registry: r})
	all, err := r.Gather()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	require.Panics(t, func() { metrics.New(metrics.Options{Registry: r}) })
	metrics.New(metrics.Options{}) // another of its own: no global state
}

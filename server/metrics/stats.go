package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/root-gg/plik/server/core"
)

// refreshEvery is how often RunStats refreshes unless told otherwise.
const refreshEvery = 60 * time.Second

// stats shows what the server holds.
type stats struct {
	uploads, anonymousUploads, users, files prometheus.Gauge
	size, anonymousSize                     prometheus.Gauge

	duration prometheus.Histogram
	last     prometheus.Gauge
}

func (s *stats) register(r prometheus.Registerer) {
	s.uploads = gauge("plik_uploads_count", "Uploads held.")
	s.anonymousUploads = gauge("plik_anonymous_uploads_count", "Uploads held that belong to nobody.")
	s.users = gauge("plik_users_count", "User accounts.")
	s.files = gauge("plik_files_count", "Files held.")
	s.size = gauge("plik_size_bytes", "Bytes of the files held.")
	s.anonymousSize = gauge("plik_anonymous_size_bytes", "Bytes of the files held that belong to nobody.")
	s.duration = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "plik_server_stats_refresh_duration_second",
		Help:    "Time to count what the server holds.",
		Buckets: prometheus.ExponentialBucketsRange(0.01, 10, 20),
	})
	s.last = gauge("plik_last_stats_refresh_timestamp", "When the server last counted what it holds, in seconds since 1970.")
	r.MustRegister(s.uploads, s.anonymousUploads, s.users, s.files, s.size, s.anonymousSize, s.duration, s.last)
}

// Stats shows what the server holds at this moment; finding out took that long.
func (m *Metrics) Stats(s core.Stats, took time.Duration) {
	if m == nil {
		return
	}
	m.stats.uploads.Set(float64(s.Uploads))
	m.stats.anonymousUploads.Set(float64(s.AnonymousUploads))
	m.stats.users.Set(float64(s.Users))
	m.stats.files.Set(float64(s.Files))
	m.stats.size.Set(float64(s.TotalSize))
	m.stats.anonymousSize.Set(float64(s.AnonymousSize))
	m.stats.duration.Observe(took.Seconds())
	m.stats.last.Set(unix(m.now()))
}

// RunStats shows what count returns, now and each time the given time (zero: a minute)
// has gone by, until ctx ends. While count fails the last figures stay.
func (m *Metrics) RunStats(ctx context.Context, every time.Duration, count func(context.Context) (core.Stats, error)) {
	if m == nil {
		return
	}
	if every <= 0 {
		every = refreshEvery
	}
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		begin := time.Now()
		s, err := count(ctx)
		switch {
		case err == nil:
			m.Stats(s, time.Since(begin))
		case ctx.Err() == nil && m.log != nil:
			m.log.WithError(err).Warn("cannot refresh the server's statistics")
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

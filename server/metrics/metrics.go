// Package metrics counts what the server does, for Prometheus. The names of Plik 1.3 are kept.
//
// A nil *Metrics is valid and counts nothing.
package metrics

import (
	"database/sql"
	"net/http"
	"runtime"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
)

// Options is what a Metrics is made of. The zero value is good.
type Options struct {
	// Registry to register with, which must not hold any of these metrics yet; nil: one of its own.
	Registry *prometheus.Registry
	// DBStats returns the state of each database connection pool, which are added up. nil: not shown.
	DBStats func() []sql.DBStats
	// Version and Revision are shown as labels of plik_build_info.
	Version, Revision string
	Now               core.Clock
	Log               *logrus.Entry // may be nil
}

// Metrics counts. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	now      core.Clock
	log      *logrus.Entry

	http     requests
	stats    stats
	cleaning cleaning
}

// New makes a Metrics and registers everything it counts. It panics when Registry holds
// metrics of these names already.
func New(o Options) *Metrics {
	m := &Metrics{registry: o.Registry, now: o.Now, log: o.Log}
	if m.registry == nil {
		m.registry = prometheus.NewRegistry()
	}
	if m.now == nil {
		m.now = time.Now
	}
	m.registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		buildInfo(o.Version, o.Revision),
	)
	if o.DBStats != nil {
		m.registry.MustRegister(newPool(o.DBStats))
	}
	m.http.register(m.registry)
	m.stats.register(m.registry)
	m.cleaning.register(m.registry)
	return m
}

// Handler serves the metrics as Prometheus text, whatever the path.
func (m *Metrics) Handler() http.Handler {
	if m == nil {
		return http.NotFoundHandler()
	}
	o := promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError}
	if m.log != nil {
		o.ErrorLog = m.log
	}
	return promhttp.HandlerFor(m.registry, o)
}

func buildInfo(version, revision string) prometheus.Collector {
	g := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "plik_build_info",
		Help: "What is running; always 1.",
		ConstLabels: prometheus.Labels{
			"version": version, "revision": revision, "goversion": runtime.Version(),
		},
	})
	g.Set(1)
	return g
}

func gauge(name, help string) prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

// unix is t as Prometheus wants times: seconds since 1970.
func unix(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

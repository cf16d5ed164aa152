package metrics

import (
	"database/sql"

	"github.com/prometheus/client_golang/prometheus"
)

// pool shows the database connections as they are at each scrape.
type pool struct {
	stats  func() []sql.DBStats
	gauges []poolGauge
}

type poolGauge struct {
	desc  *prometheus.Desc
	value func(sql.DBStats) float64
}

func newPool(stats func() []sql.DBStats) *pool {
	g := func(name, help string, value func(sql.DBStats) float64) poolGauge {
		return poolGauge{prometheus.NewDesc("gorm_dbstats_"+name, help, nil, nil), value}
	}
	return &pool{stats: stats, gauges: []poolGauge{
		g("max_open_connections", "Most database connections there may be.", func(s sql.DBStats) float64 { return float64(s.MaxOpenConnections) }),
		g("open_connections", "Database connections, in use or idle.", func(s sql.DBStats) float64 { return float64(s.OpenConnections) }),
		g("in_use", "Database connections in use.", func(s sql.DBStats) float64 { return float64(s.InUse) }),
		g("idle", "Idle database connections.", func(s sql.DBStats) float64 { return float64(s.Idle) }),
		g("wait_count", "Times a database connection was waited for.", func(s sql.DBStats) float64 { return float64(s.WaitCount) }),
		g("wait_duration", "Time database connections were waited for, in nanoseconds.", func(s sql.DBStats) float64 { return float64(s.WaitDuration) }),
		g("max_idle_closed", "Database connections closed because too many were idle.", func(s sql.DBStats) float64 { return float64(s.MaxIdleClosed) }),
		g("max_lifetime_closed", "Database connections closed because of their age.", func(s sql.DBStats) float64 { return float64(s.MaxLifetimeClosed) }),
		g("max_idletime_closed", "Database connections closed because idle for too long.", func(s sql.DBStats) float64 { return float64(s.MaxIdleTimeClosed) }),
	}}
}

// Describe implements prometheus.Collector.
func (p *pool) Describe(ch chan<- *prometheus.Desc) {
	for _, g := range p.gauges {
		ch <- g.desc
	}
}

// Collect implements prometheus.Collector.
func (p *pool) Collect(ch chan<- prometheus.Metric) {
	all := p.stats()
	for _, g := range p.gauges {
		sum := 0.0
		for _, s := range all {
			sum += g.value(s)
		}
		ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, sum)
	}
}

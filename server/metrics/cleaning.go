package metrics

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Cleaning is what one pass of the cleaner did.
type Cleaning struct {
	RemovedUploads, DeletedFiles, DeletedUploads int
	OrphanFiles, OrphanTokens                    int
	Recovered, Partials                          int

	Duration time.Duration
}

// cleaning adds up the passes of the cleaner.
type cleaning struct {
	removedUploads, deletedFiles, deletedUploads prometheus.Counter
	orphanFiles, orphanTokens                    prometheus.Counter
	recovered, partials                          prometheus.Counter

	duration prometheus.Histogram
	last     prometheus.Gauge
}

func (c *cleaning) register(r prometheus.Registerer) {
	c.removedUploads = counter("plik_cleaning_removed_uploads", "Expired uploads removed.")
	c.deletedFiles = counter("plik_cleaning_deleted_files", "Removed files whose bytes were deleted.")
	c.deletedUploads = counter("plik_cleaning_deleted_uploads", "Removed uploads whose rows were dropped.")
	c.orphanFiles = counter("plik_cleaning_removed_orphan_files", "File rows without an upload dropped.")
	c.orphanTokens = counter("plik_cleaning_removed_orphan_tokens", "Token rows without a user dropped.")
	c.recovered = counter("plik_cleaning_recovered_files", "Files of dead daemons made ready to be sent anew.")
	c.partials = counter("plik_cleaning_discarded_partials", "Leftovers of interrupted uploads deleted.")
	c.duration = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "plik_cleaning_duration_second",
		Help:    "Time a cleaning pass takes.",
		Buckets: prometheus.ExponentialBucketsRange(0.01, 600, 20),
	})
	c.last = gauge("plik_last_cleaning_timestamp", "When the last cleaning pass ended, in seconds since 1970.")
	r.MustRegister(c.removedUploads, c.deletedFiles, c.deletedUploads, c.orphanFiles, c.orphanTokens,
		c.recovered, c.partials, c.duration, c.last)
}

// Cleaned counts a pass that has just ended.
func (m *Metrics) Cleaned(c Cleaning) {
	if m == nil {
		return
	}
	m.cleaning.removedUploads.Add(float64(c.RemovedUploads))
	m.cleaning.deletedFiles.Add(float64(c.DeletedFiles))
	m.cleaning.deletedUploads.Add(float64(c.DeletedUploads))
	m.cleaning.orphanFiles.Add(float64(c.OrphanFiles))
	m.cleaning.orphanTokens.Add(float64(c.OrphanTokens))
	m.cleaning.recovered.Add(float64(c.Recovered))
	m.cleaning.partials.Add(float64(c.Partials))
	m.cleaning.duration.Observe(c.Duration.Seconds())
	m.cleaning.last.Set(unix(m.now()))
}

package metrics

import (
	"maps"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Transfer is a kind of moving file content.
type Transfer int

// The kinds of transfers.
const (
	Upload   Transfer = iota // from a client to the store
	Download                 // from the store to a client
	Stream                   // from a client to a client
	transfers
)

func (t Transfer) String() string {
	return [transfers]string{"upload", "download", "stream"}[t]
}

// maxSeries bounds what clients can make us remember, should a path ever be of their making.
const maxSeries = 1024

// requests counts HTTP requests. Looking up a series costs one read of an immutable map, no
// lock and no allocation; a new series copies the map, which happens a few hundred times.
type requests struct {
	total    *prometheus.CounterVec
	duration *prometheus.HistogramVec
	received prometheus.Counter
	sent     prometheus.Counter
	inFlight [transfers]prometheus.Gauge

	known atomic.Pointer[map[series]observers]
	grow  sync.Mutex
}

type series struct {
	method, path string
	code         int
}

type observers struct {
	total    prometheus.Counter
	duration prometheus.Observer
}

func (h *requests) register(r prometheus.Registerer) {
	h.total = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "plik_http_request_total",
		Help: "API requests by method, route and status code.",
	}, []string{"method", "path", "code"})
	h.duration = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "plik_http_request_duration_seconds",
		Help:    "Time from the first to the last byte of API requests, by method, route and class of status code.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800},
	}, []string{"method", "path", "code_class"})
	h.received = counter("plik_http_received_bytes_total", "Bytes of request bodies read.")
	h.sent = counter("plik_http_sent_bytes_total", "Bytes of response bodies written.")
	vec := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "plik_transfers_in_flight",
		Help: "File transfers under way, by kind.",
	}, []string{"kind"})
	for k := range transfers {
		h.inFlight[k] = vec.WithLabelValues(k.String())
	}
	h.known.Store(&map[series]observers{})
	r.MustRegister(h.total, h.duration, h.received, h.sent, vec)
}

// Request counts an answered API request. path is the template of its route, never the path
// a client sent.
func (m *Metrics) Request(method, path string, code int, took time.Duration) {
	if m == nil {
		return
	}
	o := m.http.find(series{method, path, code})
	o.total.Inc()
	o.duration.Observe(took.Seconds())
}

func (h *requests) find(s series) observers {
	if o, ok := (*h.known.Load())[s]; ok {
		return o
	}
	s = s.tame()
	h.grow.Lock()
	defer h.grow.Unlock()
	known := *h.known.Load()
	if o, ok := known[s]; ok {
		return o
	}
	if len(known) >= maxSeries {
		s.path = "other"
	}
	code := strconv.Itoa(s.code)
	o := observers{
		total:    h.total.WithLabelValues(s.method, s.path, code),
		duration: h.duration.WithLabelValues(s.method, s.path, code[:1]+"xx"),
	}
	if len(known) < maxSeries {
		next := maps.Clone(known)
		next[s] = o
		h.known.Store(&next)
	}
	return o
}

// tame replaces what a client can choose freely.
func (s series) tame() series {
	switch s.method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
	default:
		s.method = "other"
	}
	if s.path == "" {
		s.path = "other"
	}
	if s.code < 100 || s.code > 599 {
		s.code = http.StatusInternalServerError
	}
	return s
}

// Received counts n bytes of request bodies.
func (m *Metrics) Received(n int64) {
	if m != nil && n > 0 {
		m.http.received.Add(float64(n))
	}
}

// Sent counts n bytes of response bodies.
func (m *Metrics) Sent(n int64) {
	if m != nil && n > 0 {
		m.http.sent.Add(float64(n))
	}
}

// Begin counts a transfer as under way, until End.
func (m *Metrics) Begin(k Transfer) {
	if m != nil {
		m.http.inFlight[k].Inc()
	}
}

// End ends what Begin began.
func (m *Metrics) End(k Transfer) {
	if m != nil {
		m.http.inFlight[k].Dec()
	}
}

package metrics_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/server/metrics"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scraped is what Prometheus would read.
type scraped struct {
	types  map[string]string  // by metric
	values map[string]float64 // by metric and labels, as written: name{a="b"}
}

// scrape fetches a path of a server of m's and reads the text.
func scrape(t *testing.T, m *metrics.Metrics, path string) scraped {
	t.Helper()
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	require.Equal(t, http.StatusOK, w.Code)
	require.True(t, strings.HasPrefix(w.Header().Get("Content-Type"), "text/plain; version=0.0.4"), w.Header())
	s := scraped{map[string]string{}, map[string]float64{}}
	lines := bufio.NewScanner(w.Body)
	for lines.Scan() {
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(rest, " ")
			s.types[name] = kind
		}
		if strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		require.Positive(t, at, line)
		v, err := strconv.ParseFloat(line[at+1:], 64)
		require.NoError(t, err, line)
		s.values[line[:at]] = v
	}
	require.NoError(t, lines.Err())
	return s
}

// has checks values by their full name.
func (s scraped) has(t *testing.T, want map[string]float64) {
	t.Helper()
	for name, v := range want {
		got, ok := s.values[name]
		require.True(t, ok, "no %s", name)
		require.InDelta(t, v, got, 1e-9, name)
	}
}

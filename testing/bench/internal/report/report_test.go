package report_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/testing/bench/internal/report"
)

func TestSummarize(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		rounds           []float64
		median, min, max float64
	}{
		"none": {},
		"one":  {[]float64{3}, 3, 3, 3},
		"odd":  {[]float64{9, 1, 5}, 5, 1, 9},
		"even": {[]float64{4, 1, 2, 9}, 3, 1, 9},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := report.Summary{Median: tt.median, Min: tt.min, Max: tt.max, Rounds: tt.rounds}
			require.Empty(t, cmp.Diff(want, report.Summarize(tt.rounds)))
		})
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	hundred := make([]time.Duration, 0, 100)
	for i := range 100 {
		hundred = append(hundred, time.Duration(100-i)) // 100 … 1
	}
	tests := map[string]struct {
		durations []time.Duration
		p         float64
		want      time.Duration
	}{
		"none":   {nil, 50, 0},
		"one":    {[]time.Duration{7}, 99, 7},
		"median": {hundred, 50, 50},
		"p99":    {hundred, 99, 99},
		"lowest": {hundred, 0, 1},
		"all":    {hundred, 100, 100},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, report.Percentile(tt.durations, tt.p))
		})
	}
}

func result(plikd, base float64, goal report.Goal) report.Result {
	r := report.Result{Name: "thing", Unit: "MB/s", Plikd: report.Summarize([]float64{plikd}), Goal: goal}
	if base > 0 {
		r.Yardstick, r.Base = "nginx GET", report.Summarize([]float64{base})
	}
	return r
}

func TestVerdict(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		plikd, base float64
		goal        report.Goal
		want        string
	}{
		"no goal":               {1, 2, report.Goal{}, ""},
		"ratio reaches floor":   {50, 100, report.AtLeast(0.5), "ok"},
		"ratio below floor":     {49, 100, report.AtLeast(0.5), "below floor"},
		"ratio under ceiling":   {15, 10, report.AtMost(1.5), "ok"},
		"ratio above ceiling":   {16, 10, report.AtMost(1.5), "above ceiling"},
		"figure under ceiling":  {40, 0, report.AtMost(40), "ok"},
		"figure above ceiling":  {40.5, 0, report.AtMost(40), "above ceiling"},
		"figure reaches floor":  {2, 0, report.AtLeast(1), "ok"},
		"figure misses a floor": {0.5, 0, report.AtLeast(1), "below floor"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, tt.want, result(tt.plikd, tt.base, tt.goal).Verdict())
		})
	}
}

func TestNumber(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{0: "0", 3: "3", 1234.5: "1234", 45.67: "45.7", 1.234: "1.23", 0.12345: "0.123", 0.00123: "0.00123"} {
		require.Equal(t, want, report.Number(v))
	}
}

func TestWriteTable(t *testing.T) {
	t.Parallel()
	two := result(0, 0, report.Goal{})
	two.Name, two.Plikd = "longer name", report.Summarize([]float64{1, 2})
	var out strings.Builder
	require.NoError(t, report.WriteTable(&out, []report.Result{result(50, 100, report.AtLeast(0.6)), two}))
	require.Equal(t, ""+
		"| measure     | plikd     | yardstick            | ratio | goal   |             | plikd min-max | yardstick min-max |\n"+
		"|-------------|-----------|----------------------|-------|--------|-------------|---------------|-------------------|\n"+
		"| thing       | 50 MB/s   | 100 MB/s (nginx GET) | 0.50  | >= 0.6 | below floor |               |                   |\n"+
		"| longer name | 1.50 MB/s |                      |       |        |             | 1-2           |                   |\n", out.String())
}

func TestWriteJSON(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	require.NoError(t, report.WriteJSON(&out, []report.Result{result(50, 100, report.AtLeast(0.6))}))
	var got []struct {
		Name, Verdict string
		Ratio         float64
		Plikd         struct{ Median float64 }
	}
	require.NoError(t, json.Unmarshal([]byte(out.String()), &got))
	require.Len(t, got, 1)
	require.Equal(t, "below floor", got[0].Verdict)
	require.InDelta(t, 0.5, got[0].Ratio, 1e-9)
	require.InDelta(t, 50, got[0].Plikd.Median, 1e-9)
}

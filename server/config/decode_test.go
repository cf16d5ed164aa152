package config_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

type backend struct {
	Bucket   string
	Key      config.Secret
	PartSize int64
	Conns    int
	Small    int8
	Count    uint16
	Ratio    float64
	UseSSL   bool
	Slow     time.Duration
	Hosts    []string
	Labels   map[string]int
	Renamed  string `toml:"other_name"`
	Skipped  string `toml:"-"`
	hidden   string
	Channel  chan int
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		table map[string]any
		want  backend
	}{
		"nothing keeps the defaults": {nil, backend{Bucket: "plik", Conns: 3}},
		"as TOML has it": {
			map[string]any{
				"Bucket": "b", "Key": "k", "PartSize": int64(math.MaxInt64), "Conns": int64(4), "Small": int64(-128), "Count": int64(65535),
				"Ratio": int64(2), "UseSSL": true, "Slow": "1m30s", "Hosts": []any{"a", "b"}, "Labels": map[string]any{"x": int64(1)}, "other_name": "r",
			},
			backend{
				Bucket: "b", Key: "k", PartSize: math.MaxInt64, Conns: 4, Small: -128, Count: 65535, Ratio: 2, UseSSL: true, Slow: 90 * time.Second,
				Hosts: []string{"a", "b"}, Labels: map[string]int{"x": 1}, Renamed: "r",
			},
		},
		"as JSON has it": {
			map[string]any{"PartSize": float64(1 << 40), "Conns": 4.0, "Count": 7.0, "Ratio": 0.5, "Slow": 1e9, "Hosts": []string{}, "Labels": map[string]any{"x": 1.0}},
			backend{Bucket: "plik", PartSize: 1 << 40, Conns: 4, Count: 7, Ratio: 0.5, Slow: time.Second, Hosts: []string{}, Labels: map[string]int{"x": 1}},
		},
		"other spellings are other keys": {
			map[string]any{"bucket": "x", "CONNS": "x", "Renamed": "x", "Skipped": "x", "-": "x", "hidden": "x", "Unknown": []any{nil}},
			backend{Bucket: "plik", Conns: 3},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := backend{Bucket: "plik", Conns: 3}
			require.NoError(t, config.Decode(tc.table, &got))
			require.Equal(t, tc.want, got)
			require.Empty(t, got.hidden)
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		key   string
		value any
		want  string
	}{
		{"Bucket", int64(1), "invalid value for Bucket : expecting a string, not a int64"},
		{"Bucket", nil, "invalid value for Bucket : expecting a string, not a <nil>"},
		{"UseSSL", "true", "invalid value for UseSSL : expecting true or false, not a string"},
		{"Conns", "4", "invalid value for Conns : expecting a whole number, not a string"},
		{"Conns", 4.5, "invalid value for Conns : expecting a whole number, not a float64"},
		{"Conns", math.NaN(), "invalid value for Conns : expecting a whole number, not a float64"},
		{"Conns", math.Inf(1), "invalid value for Conns : expecting a whole number, not a float64"},
		{"PartSize", math.MaxInt64 + 1.0, "invalid value for PartSize : expecting a whole number, not a float64"},
		{"Small", int64(128), "invalid value for Small : expecting a whole number, not a int64"},
		{"Count", int64(-1), "invalid value for Count : expecting a whole number, not negative, not a int64"},
		{"Count", 65536.0, "invalid value for Count : expecting a whole number, not negative, not a float64"},
		{"Ratio", "1", "invalid value for Ratio : expecting a number, not a string"},
		{"Slow", "soon", `invalid value for Slow : expecting a duration such as "1s"`},
		{"Slow", true, "invalid value for Slow : expecting a whole number, not a bool"},
		{"Hosts", "a", "invalid value for Hosts : expecting a list, not a string"},
		{"Hosts", []any{"a", 1.0}, "invalid value for Hosts : expecting a string, not a float64"},
		{"Labels", "a", "invalid value for Labels : expecting a table, not a string"},
		{"Labels", map[string]any{"x": "secret"}, "invalid value for Labels : expecting a whole number, not a string"},
		{"Channel", 1, "invalid value for Channel : a chan int cannot be configured"},
	} {
		err := config.Decode(map[string]any{tc.key: tc.value}, &backend{})
		require.EqualError(t, err, tc.want)
	}

	err := config.Decode(map[string]any{"Bucket": 1, "Conns": "x"}, &backend{})
	require.Len(t, strings.Split(err.Error(), "\n"), 2)

	var none *backend
	for _, into := range []any{nil, backend{}, none, new(int)} {
		require.ErrorContains(t, config.Decode(nil, into), "Decode needs a pointer to a struct")
	}
}

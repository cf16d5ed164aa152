package config_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

func FuzzParseSize(f *testing.F) {
	for _, s := range []string{"10KB", "5MB", "1.5GiB", "0", "unlimited", "-1", "1,000.5 kb", "9223372036854775808", "8EiB", "NaN", "Inf", "", ".", "1e9"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := config.ParseSize(s)
		if err != nil {
			require.Zero(t, n)
			return
		}
		require.GreaterOrEqual(t, n, int64(-1))
		if n == -1 {
			require.Contains(t, []string{"-1", "unlimited"}, strings.ToLower(strings.TrimSpace(s)))
			return
		}
		// Case does not count, and adding a zero in front changes nothing.
		for _, other := range []string{strings.ToUpper(s), "0" + strings.TrimSpace(s)} {
			again, err := config.ParseSize(other)
			if err != nil {
				require.ErrorContains(t, err, "too long")
				continue
			}
			require.Equal(t, n, again, other)
		}
	})
}

func FuzzParseTTL(f *testing.F) {
	for _, s := range []string{"30d", "1w2d3h4m5s", "-1", "0", "3600", "1.5h", "1y", "9223372037", "500ms", "1µs", "NaN", "", "+", "1d-1h"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n, err := config.ParseTTL(s)
		if err != nil {
			require.Zero(t, n)
			require.ErrorContains(t, err, "unable to parse TTL : time: ")
			return
		}
		require.GreaterOrEqual(t, n, -1)
		require.LessOrEqual(t, int64(n), min(config.MaxTTLSeconds, math.MaxInt))
		if !strings.HasPrefix(s, "-") {
			require.NotEqual(t, -1, n)
			negative, err := config.ParseTTL("-" + strings.TrimPrefix(s, "+"))
			require.NoError(t, err)
			require.Equal(t, max(-1, -n), negative)
		}
	})
}

// FuzzEnv sets one variable, and loads what is printed of the result.
func FuzzEnv(f *testing.F) {
	keys := config.Keys()
	for i := range keys {
		for _, value := range []string{"", "1", "x"} {
			f.Add(uint8(i), value)
		}
	}
	for _, value := range []string{"true", `["10.0.0.1"]`, `{"a":[1,{"b":2.5}],"":""}`, "30d", "10GB", "forced", "http://a"} {
		for i := range keys {
			if i%3 == len(value)%3 {
				f.Add(uint8(i), value)
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, value string) {
		key := keys[int(which)%len(keys)]
		if strings.Contains(value, "[set]") {
			return // a mask, of which there are warnings
		}
		cfg, _, err := config.Load("", []string{key.Env + "=" + value})
		if err != nil {
			require.Nil(t, cfg)
			return
		}
		path := filepath.Join(t.TempDir(), "plikd.cfg")
		out, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, cfg.Print(out))
		require.NoError(t, out.Close())
		again, _, err := config.Load(path, nil)
		require.NoError(t, err)
		if key.Secret || key.FromFile {
			return // masked
		}
		same(t, cfg, again)
	})
}

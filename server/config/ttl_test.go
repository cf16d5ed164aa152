package config_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

func TestParseTTL(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "-0": 0, "0s": 0, "1": 1, "+1": 1, "3600": 3600, "2592000": 2592000,
		"1s": 1, "1m": 60, "1h": 3600, "1d": 86400, "1w": 604800, "30d": 2592000, "365d": 31536000,
		"1w2d3h4m5s": 788645, "1.5h": 5400, ".5m": 30, "1.d": 86400, "+2m": 120, "1h1h": 7200,
		"1000ms": 1, "1999ms": 1, "2000000us": 2, "2000000µs": 2, "2000000μs": 2, "3000000000ns": 3,
		"1ns": 1, "500ms": 1, "0.001ns": 1, // never so little that it means without end
		"-1": -1, "-5": -1, "-1h": -1, "-1w2d": -1, "-1ns": -1,
		"9223372036": 9223372036, "106751d": 9223286400, "9223372036s": 9223372036,
	} {
		got, err := config.ParseTTL(text)
		if want > math.MaxInt { // where an int has 32 bits
			require.Error(t, err, text)
			continue
		}
		require.NoError(t, err, text)
		require.Equal(t, want, int64(got), text)
	}
}

func TestParseTTLRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"1y":                   `unable to parse TTL : time: unknown unit "y" in duration "1y"`,
		"1M":                   `unable to parse TTL : time: unknown unit "M" in duration "1M"`,
		"1month":               `unable to parse TTL : time: unknown unit "month" in duration "1month"`,
		"foo":                  `unable to parse TTL : time: invalid duration "foo"`,
		"":                     `unable to parse TTL : time: invalid duration ""`,
		"-":                    `unable to parse TTL : time: invalid duration "-"`,
		".":                    `unable to parse TTL : time: invalid duration "."`,
		".s":                   `unable to parse TTL : time: invalid duration ".s"`,
		"1.2.3s":               `unable to parse TTL : time: invalid duration "1.2.3s"`,
		"--1s":                 `unable to parse TTL : time: invalid duration "--1s"`,
		"1.5":                  `unable to parse TTL : time: missing unit in duration "1.5"`,
		"1h30":                 `unable to parse TTL : time: missing unit in duration "1h30"`,
		"1h -5m":               `unable to parse TTL : time: unknown unit "h -" in duration "1h -5m"`,
		"1 h":                  `unable to parse TTL : time: unknown unit " h" in duration "1 h"`,
		"1e9s":                 `unable to parse TTL : time: unknown unit "e" in duration "1e9s"`,
		"NaN":                  `unable to parse TTL : time: invalid duration "NaN"`,
		"Inf":                  `unable to parse TTL : time: invalid duration "Inf"`,
		"9223372037":           `unable to parse TTL : time: duration "9223372037" is longer than 292 years`,
		"106752d":              `unable to parse TTL : time: duration "106752d" is longer than 292 years`,
		"99999999999999999999": `unable to parse TTL : time: duration "99999999999999999999" is longer than 292 years`,
		"9223372036s1s":        `unable to parse TTL : time: duration "9223372036s1s" is longer than 292 years`,
	} {
		_, err := config.ParseTTL(text)
		require.EqualError(t, err, want, text)
	}
	_, err := config.ParseTTL(strings.Repeat("1", 200))
	require.ErrorContains(t, err, "invalid duration")
}

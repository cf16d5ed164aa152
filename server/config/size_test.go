package config_test

import (
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

func TestParseSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "10000": 10000, "10KB": 10_000, "10kB": 10_000, "10 kb": 10_000,
		"5MB": 5_000_000, "1.5GiB": 1610612736, "1.5 gib": 1610612736, "10GB": 10_000_000_000,
		"2TB": 2_000_000_000_000, "1KiB": 1024, "1MiB": 1 << 20, "1TiB": 1 << 40, "1PiB": 1 << 50,
		"1EiB": 1 << 60, "1PB": 1e15, "1EB": 1e18, "10k": 10_000, "10Ki": 10_240, "7b": 7, "7 B": 7,
		"1,000": 1000, "1,000.5kB": 1_000_500, "0.1": 0, ".5kB": 500, "1.1KB": 1100, "4.35 kB": 4350,
		" 3MB ": 3_000_000, "-1": -1, "unlimited": -1, "Unlimited": -1,
		"9223372036854775807": math.MaxInt64, "9007199254740993": 9007199254740993,
	} {
		got, err := config.ParseSize(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestParseSizeRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                             "does not start with a number",
		"abc":                          "does not start with a number",
		"GB":                           "does not start with a number",
		",":                            "does not start with a number",
		".":                            "does not start with a number",
		"1.2.3":                        "does not start with a number",
		"-2":                           "does not start with a number",
		"-5MB":                         "does not start with a number",
		"NaN":                          "does not start with a number",
		"Inf":                          "does not start with a number",
		"+Inf":                         "does not start with a number",
		"10 apples":                    `unknown unit "apples"`,
		"1e3":                          `unknown unit "e3"`,
		"0x10":                         `unknown unit "x10"`,
		"1_000":                        `unknown unit "_000"`,
		"10XB":                         `unknown unit "XB"`,
		"10iB":                         `unknown unit "iB"`,
		"10kkB":                        `unknown unit "kkB"`,
		"9223372036854775808":          "too large",
		"18446744073709551616":         "too large",
		"8EiB":                         "too large",
		"10EB":                         "too large",
		"99999999999999999999G":        "too large",
		"1" + strings.Repeat("0", 200): "too long",
	} {
		_, err := config.ParseSize(text)
		require.ErrorContains(t, err, want, text)
		require.ErrorContains(t, err, "unable to parse size", text)
	}
}

package config

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
)

// maxNumberLength bounds the numbers that are parsed, far above any that means something.
const maxNumberLength = 100

// ParseSize reads a size in bytes: a number with decimals and thousands commas allowed,
// and a unit of powers of 1000 (kB, MB, GB, TB, PB, EB) or of 1024 (KiB, MiB, ...), in any
// case, a space between or none. A part of a byte is dropped. "unlimited" and "-1" are -1.
// What does not fit an int64 is an error.
func ParseSize(s string) (int64, error) {
	text := strings.TrimSpace(s)
	if text == "-1" || strings.EqualFold(text, "unlimited") {
		return -1, nil
	}
	n, err := parseSize(text)
	if err != nil {
		return 0, fmt.Errorf("unable to parse size %q : %w", s, err)
	}
	return n, nil
}

func parseSize(text string) (int64, error) {
	end := strings.IndexFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && r != '.' && r != ','
	})
	if end < 0 {
		end = len(text)
	}
	number := strings.ReplaceAll(text[:end], ",", "")
	unit := strings.TrimSpace(text[end:])
	if len(number) > maxNumberLength {
		return 0, errors.New("the number is too long")
	}
	r, ok := new(big.Rat).SetString(number)
	if !ok {
		return 0, errors.New("it does not start with a number")
	}
	factor, ok := unitFactor(strings.ToLower(unit))
	if !ok {
		return 0, fmt.Errorf("unknown unit %q", unit)
	}
	r.Mul(r, new(big.Rat).SetInt64(factor))
	n := new(big.Int).Quo(r.Num(), r.Denom())
	if !n.IsInt64() {
		return 0, errors.New("it is too large")
	}
	return n.Int64(), nil
}

// unitFactor returns the bytes of a lower-case unit: "", b, k, kb, ki, kib, m and so on.
func unitFactor(unit string) (int64, bool) {
	unit = strings.TrimSuffix(unit, "b")
	if unit == "" {
		return 1, true
	}
	prefix, base := strings.CutSuffix(unit, "i")
	step := int64(1000)
	if base {
		step = 1024
	}
	if len(prefix) != 1 {
		return 0, false
	}
	power := strings.Index("kmgtpe", prefix)
	if power < 0 {
		return 0, false
	}
	factor := step
	for range power {
		factor *= step
	}
	return factor, true
}

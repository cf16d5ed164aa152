package config

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"time"
)

// MaxTTLSeconds is the longest TTL there is, in seconds: the longest time.Duration, 292 years.
const MaxTTLSeconds = int64(math.MaxInt64 / time.Second)

// ParseTTL reads a lifetime and returns it in seconds. It is a whole number of seconds, or a
// sequence of numbers with units (ns, us, ms, s, m, h, d of 24 hours, w of 7 days) such as
// "1w2d" or "1.5h". Anything negative is -1, which means without end. A part of a second is
// dropped, except that more than nothing is never less than 1: 0 may mean without end too.
// More than MaxTTLSeconds is an error.
func ParseTTL(s string) (int, error) {
	sum, negative, err := parseDuration(s)
	if err != nil {
		return 0, fmt.Errorf("unable to parse TTL : %w", err)
	}
	switch {
	case sum.Sign() == 0:
		return 0, nil
	case negative:
		return -1, nil
	}
	seconds := new(big.Int).Quo(sum.Num(), sum.Denom())
	return max(1, int(seconds.Int64())), nil
}

// parseDuration returns the size of a duration in seconds, at most MaxTTLSeconds, and whether
// it has a minus sign. Its errors are worded like those of time.ParseDuration.
func parseDuration(s string) (sum *big.Rat, negative bool, err error) {
	rest, negative := strings.CutPrefix(s, "-")
	if !negative {
		rest = strings.TrimPrefix(s, "+")
	}
	if rest == "" || len(rest) > maxNumberLength {
		return nil, false, fmt.Errorf("time: invalid duration %q", s)
	}
	if strings.IndexFunc(rest, notDigit) < 0 {
		rest += "s" // a bare number is seconds
	}
	sum = new(big.Rat)
	for rest != "" {
		number, after := span(rest, func(r rune) bool { return notDigit(r) && r != '.' })
		unit, next := span(after, func(r rune) bool { return !notDigit(r) || r == '.' })
		value, ok := new(big.Rat).SetString(number)
		if !ok {
			return nil, false, fmt.Errorf("time: invalid duration %q", s)
		}
		if unit == "" {
			return nil, false, fmt.Errorf("time: missing unit in duration %q", s)
		}
		size, ok := unitDuration(unit)
		if !ok {
			return nil, false, fmt.Errorf("time: unknown unit %q in duration %q", unit, s)
		}
		sum.Add(sum, value.Mul(value, big.NewRat(int64(size), int64(time.Second))))
		rest = next
	}
	if sum.Cmp(new(big.Rat).SetInt64(min(MaxTTLSeconds, math.MaxInt))) > 0 {
		return nil, false, fmt.Errorf("time: duration %q is longer than 292 years", s)
	}
	return sum, negative, nil
}

// span cuts s before the first character that ends it.
func span(s string, ends func(rune) bool) (head, tail string) {
	if i := strings.IndexFunc(s, ends); i >= 0 {
		return s[:i], s[i:]
	}
	return s, ""
}

func notDigit(r rune) bool { return r < '0' || r > '9' }

func unitDuration(unit string) (time.Duration, bool) {
	switch unit {
	case "ns":
		return time.Nanosecond, true
	case "us", "µs", "μs": // both micro signs of Unicode
		return time.Microsecond, true
	case "ms":
		return time.Millisecond, true
	case "s":
		return time.Second, true
	case "m":
		return time.Minute, true
	case "h":
		return time.Hour, true
	case "d":
		return 24 * time.Hour, true
	case "w":
		return 7 * 24 * time.Hour, true
	}
	return 0, false
}

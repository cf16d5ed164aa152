package rc

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ParseTTL reads a lifetime: seconds ("3600"), whole numbers with units from weeks to seconds
// ("30d", "1h30m", "2w"), or "never". It returns seconds; negative ones, of which "never" is
// -1, ask for no end. Whatever the server says of it, the text must make sense.
func ParseTTL(text string) (int, error) {
	invalid := func() error {
		//lint:ignore ST1005 users and scripts know the phrase
		return fmt.Errorf("Invalid TTL %s", printable(text))
	}
	if strings.EqualFold(text, "never") {
		return -1, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil && text[0] != '+' {
		if n < math.MinInt32 || n > maxTTL {
			return 0, invalid()
		}
		return int(n), nil
	}
	rest, negative := strings.CutPrefix(text, "-")
	total, last := int64(0), int64(math.MaxInt64)
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 || digits == len(rest) {
			return 0, invalid()
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		unit, ok := map[byte]int64{'w': 7 * 86400, 'd': 86400, 'h': 3600, 'm': 60, 's': 1}[rest[digits]]
		if err != nil || !ok || unit >= last || n > maxTTL/unit || total+n*unit > maxTTL {
			return 0, invalid()
		}
		total, last = total+n*unit, unit
		rest = rest[digits+1:]
	}
	if last == math.MaxInt64 {
		return 0, invalid()
	}
	if negative {
		total = -total
	}
	return int(total), nil
}

// maxTTL is what fits everywhere.
const maxTTL = math.MaxInt32

// printable returns text as it may go to a terminal.
func printable(text string) string {
	if q := strconv.Quote(text); q != `"`+text+`"` {
		return q
	}
	return text
}

package update

import (
	"strconv"
	"strings"
)

// older tells whether version a is known to be before b. A development build, 0.0.0, is neither.
func older(a, b string) bool {
	x, preA, ok := parse(a)
	y, preB, known := parse(b)
	if !ok || !known || x == [3]int{} || y == [3]int{} {
		return false
	}
	for i := range x {
		if x[i] != y[i] {
			return x[i] < y[i]
		}
	}
	switch { // 1.3-RC1 is before 1.3
	case preA == preB:
		return false
	case preA == "":
		return false
	case preB == "":
		return true
	}
	return preA < preB
}

func parse(v string) (numbers [3]int, pre string, ok bool) {
	v, pre, _ = strings.Cut(v, "-")
	parts := strings.Split(v, ".")
	if len(parts) > len(numbers) {
		return numbers, pre, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return numbers, pre, false
		}
		numbers[i] = n
	}
	return numbers, pre, true
}

// Package chaos is a bad line: a TCP proxy that cuts, stalls, truncates and slows connections at random,
// from a seed. It is for tests.
package chaos

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
)

// SeedVariable is the environment variable that repeats the choices of an earlier run.
const SeedVariable = "PLIK_CHAOS_SEED"

// Seed returns the seed that the environment asks for, or a fresh one.
func Seed() (uint64, error) {
	text := os.Getenv(SeedVariable)
	if text == "" {
		return rand.Uint64(), nil
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", SeedVariable, err)
	}
	return seed, nil
}

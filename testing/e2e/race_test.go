//go:build race

package e2e_test

// raced has the race detector watch the plik under test, too.
const raced = true

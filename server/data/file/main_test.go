package file_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/seal"
)

// The tests start this binary again as the process that dies in mid-Put.
const (
	childDir  = "PLIK_FILE_TEST_DIR"
	childStep = "PLIK_FILE_TEST_STEP"
	childKey  = "PLIK_FILE_TEST_KEY" // empty: it stores in clear
)

// childSecret is a key for such a process.
const childSecret = "c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// child works in dir until it is killed.
func child(dir string) {
	var keys []seal.Key
	if text := os.Getenv(childKey); text != "" {
		k, err := seal.ParseKey(text)
		if err != nil {
			fmt.Println(err)
			return
		}
		keys = []seal.Key{k}
	}
	s, err := file.New(file.Options{Directory: dir, Keys: keys})
	if err != nil {
		fmt.Println(err)
		return
	}
	step := os.Getenv(childStep)
	if from, ok := strings.CutPrefix(step, childAppends); ok {
		fmt.Println(childAppend(s, from))
		return
	}
	if last, ok := strings.CutPrefix(step, childFinishes); ok {
		fmt.Println(childFinish(s, last))
		return
	}
	last, err := strconv.Atoi(step)
	if err != nil {
		fmt.Println(err)
		return
	}
	childPut(s, last)
}

// childPut puts a file. Before the step of that number it says so and waits to be killed.
func childPut(s *file.Store, last int) {
	waitAt(s, last)
	_, err := s.Put(context.Background(), key, body(), -1)
	fmt.Println("put returned", err)
}

// waitAt has s say so before the step of that number, and wait to be killed.
func waitAt(s *file.Store, last int) {
	n := -1
	s.Inject(func(step string) error {
		if n++; n == last {
			fmt.Println("at", step)
			_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent, should it not kill
			os.Exit(1)
		}
		return nil
	})
}

package file_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strconv"
	"testing"

	"go.uber.org/goleak"

	"github.com/root-gg/plik/server/data/file"
)

// The tests start this binary again as the process that dies in mid-Put.
const childDir, childStep = "PLIK_FILE_TEST_DIR", "PLIK_FILE_TEST_STEP"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m)
}

// child puts a file in dir. Before the step of childStep it says so and waits to be killed.
func child(dir string) {
	s, err := file.New(file.Options{Directory: dir})
	if err != nil {
		fmt.Println(err)
		return
	}
	last, err := strconv.Atoi(os.Getenv(childStep))
	if err != nil {
		fmt.Println(err)
		return
	}
	n := -1
	s.Inject(func(step string) error {
		if n++; n == last {
			fmt.Println("at", step)
			_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent, should it not kill
			os.Exit(1)
		}
		return nil
	})
	_, err = s.Put(context.Background(), key, body(), -1)
	fmt.Println("put returned", err)
}

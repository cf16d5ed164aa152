package gcs_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/datatest"
	"github.com/root-gg/plik/server/data/gcs"
)

// emulator returns how to reach the service of testing/backends/gcs/start.sh, in a folder of its own.
func emulator(t *testing.T) gcs.Options {
	t.Helper()
	o := gcs.Options{
		Endpoint: os.Getenv("PLIK_TEST_GCS"), Bucket: os.Getenv("PLIK_TEST_GCS_BUCKET"), Folder: "test-" + core.RandomText(8),
	}
	if o.Endpoint == "" && os.Getenv("PLIK_TEST_BACKENDS") == "1" {
		t.Fatal("PLIK_TEST_GCS is not set: testing/backends/gcs/start.sh prints it")
	}
	if o.Endpoint == "" {
		t.Skip("PLIK_TEST_GCS is not set: testing/backends/gcs/start.sh starts an emulator and prints it")
	}
	return o
}

// open returns a store that t closes.
func open(t *testing.T, o gcs.Options) *gcs.Store {
	t.Helper()
	s, err := gcs.New(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestRealContract(t *testing.T) {
	t.Parallel()
	o := emulator(t)
	datatest.Run(t, datatest.Harness{Open: func(t *testing.T) data.Backend {
		o.Folder = "test-" + core.RandomText(8)
		return open(t, o)
	}})
}

package swift_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/datatest"
	"github.com/root-gg/plik/server/data/swift"
)

// real returns how to reach the Swift of testing/backends/swift/start.sh, in a container of its own.
func real(t *testing.T) swift.Options {
	t.Helper()
	o := swift.Options{
		AuthUrl: os.Getenv("PLIK_TEST_SWIFT"), UserName: os.Getenv("PLIK_TEST_SWIFT_USER"),
		ApiKey: os.Getenv("PLIK_TEST_SWIFT_KEY"), Container: "plik-" + core.RandomText(8),
	}
	if o.AuthUrl == "" && os.Getenv("PLIK_TEST_BACKENDS") == "1" {
		t.Fatal("PLIK_TEST_SWIFT is not set: testing/backends/swift/start.sh prints it")
	}
	if o.AuthUrl == "" {
		t.Skip("PLIK_TEST_SWIFT is not set: testing/backends/swift/start.sh starts a Swift and prints it")
	}
	return o
}

// open returns a store that t closes.
func open(t *testing.T, o swift.Options) *swift.Store {
	t.Helper()
	s, err := swift.New(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func TestRealContract(t *testing.T) {
	t.Parallel()
	o := real(t)
	datatest.Run(t, datatest.Harness{Open: func(t *testing.T) data.Backend { o.Container = "plik-" + core.RandomText(8); return open(t, o) }})
}

func TestContract(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	datatest.Run(t, datatest.Harness{Open: func(t *testing.T) data.Backend {
		o := f.options()
		o.Container = "plik-" + core.RandomText(8)
		return open(t, o)
	}})
}

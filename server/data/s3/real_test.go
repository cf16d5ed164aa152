package s3_test

import (
	"encoding/json"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data/s3"
)

// The server to test on: PLIK_TEST_S3 is a JSON object of Options, as testing/backends/s3/start.sh
// prints it. A machine that promises to test backends must have it.
const serverVariable = "PLIK_TEST_S3"

var bucket = sync.OnceValue(func() string { return "plik-" + strings.ToLower(core.RandomText(12)) })

// server returns the options of the server, with a bucket of this run.
func server(t testing.TB) s3.Options {
	t.Helper()
	text := os.Getenv(serverVariable)
	if text == "" {
		if os.Getenv("PLIK_TEST_BACKENDS") == "1" {
			t.Fatalf("%s is not set: the S3 server did not start", serverVariable)
		}
		t.Skipf("%s is not set: testing/backends/s3/start.sh starts a server", serverVariable)
	}
	var o s3.Options
	require.NoError(t, json.Unmarshal([]byte(text), &o))
	o.Bucket = bucket()
	return o
}

// open returns a store of the server, below a prefix of its own, which t closes.
func open(t testing.TB, change func(*s3.Options)) *s3.Store {
	t.Helper()
	o := server(t)
	o.Prefix = core.RandomText(8)
	if change != nil {
		change(&o)
	}
	return openWith(t, o)
}

func openWith(t testing.TB, o s3.Options) *s3.Store {
	t.Helper()
	s, err := s3.New(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

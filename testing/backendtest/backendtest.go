// Package backendtest gives tests of the HTTP API the stores to run on: local files and SQLite
// unless the environment names others, which testing/backends starts. PLIK_TEST_HTTP_DATA is s3,
// swift or gcs; PLIK_TEST_HTTP_METADATA is postgres or mysql. A server that is named and cannot be
// reached fails the test.
package backendtest

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/metadata"
)

// Local tells that bytes are in local files and metadata in SQLite, both below the directory of
// the test: what is damaged on purpose can be.
func Local() bool { return dataKind() == "file" && metadataKind() == "sqlite3" }

func dataKind() string     { return orElse(os.Getenv("PLIK_TEST_HTTP_DATA"), "file") }
func metadataKind() string { return orElse(os.Getenv("PLIK_TEST_HTTP_METADATA"), "sqlite3") }

func orElse(value, other string) string {
	if value == "" {
		return other
	}
	return value
}

// Data opens an empty store of bytes, which t closes; dir is for local files.
func Data(t *testing.T, dir string) data.Backend {
	t.Helper()
	own := strings.ToLower(core.RandomText(10)) // apart from all other tests
	table := map[string]any{}
	switch dataKind() {
	case "file":
		table["Directory"] = filepath.Join(dir, "files")
	case "s3":
		require.NoError(t, json.Unmarshal([]byte(needed(t, "PLIK_TEST_S3")), &table))
		table["Bucket"], table["Prefix"] = "plik-http", own
	case "swift":
		table = map[string]any{
			"AuthUrl": needed(t, "PLIK_TEST_SWIFT"), "UserName": needed(t, "PLIK_TEST_SWIFT_USER"),
			"ApiKey": needed(t, "PLIK_TEST_SWIFT_KEY"), "Container": "http-" + own,
		}
	case "gcs":
		table = map[string]any{"Endpoint": needed(t, "PLIK_TEST_GCS"), "Bucket": needed(t, "PLIK_TEST_GCS_BUCKET"), "Folder": own}
	}
	b, err := server.OpenData(t.Context(), dataKind(), table, time.Now)
	require.NoError(t, err)
	t.Cleanup(func() { _ = server.CloseData(b) })
	return b
}

// Metadata opens an empty database, which t closes and drops; dir is for SQLite.
func Metadata(t *testing.T, dir string) *metadata.Store {
	t.Helper()
	o := metadata.Options{Driver: metadataKind(), ConnectionString: filepath.Join(dir, "plik.db")}
	if o.Driver != "sqlite3" {
		o.ConnectionString = NewDatabase(t, o.Driver)
	}
	s, err := metadata.Open(context.WithoutCancel(t.Context()), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func needed(t *testing.T, variable string) string {
	t.Helper()
	value := os.Getenv(variable)
	require.NotEmpty(t, value, "%s is not set, see testing/backends", variable)
	return value
}

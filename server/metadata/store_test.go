package metadata_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/metadata/metadatatest"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childEnv); path != "" {
		os.Exit(child(path))
	}
	goleak.VerifyTestMain(m)
}

var _ accounts.Store = (*metadata.Store)(nil)

func TestContract(t *testing.T) {
	t.Parallel()
	metadatatest.Run(t, func(t *testing.T) metadatatest.Store { return open(t, metadata.Options{}) })
}

func TestContractOnServers(t *testing.T) {
	t.Parallel()
	for _, driver := range drivers() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			server(t, driver)
			metadatatest.Run(t, func(t *testing.T) metadatatest.Store { return open(t, newDatabase(t, driver)) })
		})
	}
}

// TestContractOfTwoStores has each of two daemons on one database do half.
func TestContractOfTwoStores(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T, fresh func(t *testing.T) metadata.Options) {
		metadatatest.RunTogether(t, func(t *testing.T) (a, b metadatatest.Store) {
			o := fresh(t)
			return open(t, o), open(t, o)
		})
	}
	t.Run("sqlite3", func(t *testing.T) {
		t.Parallel()
		run(t, func(t *testing.T) metadata.Options {
			return metadata.Options{ConnectionString: filepath.Join(t.TempDir(), "plik.db")}
		})
	})
	for _, driver := range drivers() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			server(t, driver)
			run(t, func(t *testing.T) metadata.Options { return newDatabase(t, driver) })
		})
	}
}

// open opens a store that is closed when t ends; by default on a new database.
func open(t *testing.T, o metadata.Options) *metadata.Store {
	t.Helper()
	if o.ConnectionString == "" {
		o.ConnectionString = filepath.Join(t.TempDir(), "plik.db")
	}
	s, err := metadata.Open(t.Context(), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

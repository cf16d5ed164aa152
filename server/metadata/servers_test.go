package metadata_test

import (
	"crypto/rand"
	"database/sql"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/metadata"
)

// servers are the databases that several daemons may share: which variable of the environment says
// where there is one, on which tests may create databases.
var servers = map[string]string{"postgres": "PLIK_TEST_POSTGRES", "mysql": "PLIK_TEST_MYSQL"}

// drivers lists the kinds of servers; PLIK_TEST_DRIVERS may name some of them.
func drivers() []string {
	if only := os.Getenv("PLIK_TEST_DRIVERS"); only != "" {
		return strings.Fields(only)
	}
	return slices.Sorted(maps.Keys(servers))
}

// onServers runs test on a new database of each kind of server, once per server, at the same time.
func onServers(t *testing.T, test func(t *testing.T, o metadata.Options)) {
	for _, driver := range drivers() {
		t.Run(driver, func(t *testing.T) {
			t.Parallel()
			test(t, newDatabase(t, driver))
		})
	}
}

// server returns where the server of a kind is. Without one the test is skipped, unless all are
// meant to be there.
func server(t *testing.T, driver string) string {
	t.Helper()
	dsn := os.Getenv(servers[driver])
	if dsn == "" && os.Getenv("PLIK_TEST_BACKENDS") == "1" {
		t.Fatalf("%s is not set", servers[driver])
	}
	if dsn == "" {
		t.Skipf("%s is not set, see testing/backends", servers[driver])
	}
	return dsn
}

// newDatabase creates an empty database, which is dropped when t ends.
func newDatabase(t *testing.T, driver string) metadata.Options {
	t.Helper()
	dsn := server(t, driver)
	name := "plik_" + strings.ToLower(rand.Text()[:16])
	admin := serverDB(t, metadata.Options{Driver: driver, ConnectionString: dsn})
	create, drop := "CREATE DATABASE "+name, "DROP DATABASE "+name
	if driver == "postgres" {
		// Texts are in the order of a language, as they are on most installations.
		create += " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
	}
	_, err := admin.Exec(create)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec(drop)
		require.NoError(t, err)
	})
	return metadata.Options{Driver: driver, ConnectionString: databaseOf(t, driver, dsn, name)}
}

// databaseOf returns dsn with another database.
func databaseOf(t *testing.T, driver, dsn, name string) string {
	t.Helper()
	if driver == "mysql" {
		cfg, err := mysql.ParseDSN(dsn)
		require.NoError(t, err)
		cfg.DBName = name
		return cfg.FormatDSN()
	}
	return dsn + " dbname=" + name // the last one counts
}

// serverDB opens a database behind the store's back, with the driver's defaults.
func serverDB(t *testing.T, o metadata.Options) *sql.DB {
	t.Helper()
	var db *sql.DB
	if o.Driver == "mysql" {
		cfg, err := mysql.ParseDSN(o.ConnectionString)
		require.NoError(t, err)
		c, err := mysql.NewConnector(cfg)
		require.NoError(t, err)
		db = sql.OpenDB(c)
	} else {
		cfg, err := pgx.ParseConfig(o.ConnectionString)
		require.NoError(t, err)
		db = stdlib.OpenDB(*cfg)
	}
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

package backendtest

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

// NewDatabase creates an empty database on the server of PLIK_TEST_POSTGRES or PLIK_TEST_MYSQL,
// and returns how to connect to it. It is dropped when t ends.
func NewDatabase(t *testing.T, driver string) (connection string) {
	t.Helper()
	name := "plik_" + strings.ToLower(core.RandomText(12))
	var admin *sql.DB
	switch driver {
	case "postgres":
		dsn := needed(t, "PLIK_TEST_POSTGRES")
		cfg, err := pgx.ParseConfig(dsn)
		require.NoError(t, err)
		admin, connection = stdlib.OpenDB(*cfg), dsn+" dbname="+name // the last one counts
	case "mysql":
		cfg, err := mysql.ParseDSN(needed(t, "PLIK_TEST_MYSQL"))
		require.NoError(t, err)
		c, err := mysql.NewConnector(cfg)
		require.NoError(t, err)
		admin = sql.OpenDB(c)
		cfg.DBName = name
		connection = cfg.FormatDSN()
	default:
		require.Fail(t, "unknown driver", driver)
	}
	_, err := admin.ExecContext(t.Context(), "CREATE DATABASE "+name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP DATABASE " + name)
		require.NoError(t, err)
		require.NoError(t, admin.Close())
	})
	return connection
}

package metadata

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"maps"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// dialTimeout is how long one attempt to connect may take, unless the connection string says.
const dialTimeout = 10 * time.Second

// connectors returns what connects to the server of a connection string, for statements and for
// changes of the schema, and its address. Errors do not quote the connection string: it holds a
// password.
func connectors(driverName, connection string) (c, schema driver.Connector, address string, err error) {
	if driverName == driverPostgres {
		return postgresConnectors(connection)
	}
	c, address, err = mysqlConnector(connection)
	return c, c, address, err
}

func postgresConnectors(connection string) (c, schema driver.Connector, address string, err error) {
	cfg, err := pgx.ParseConfig(connection)
	if err != nil {
		return nil, nil, "", errors.New(`metadata connection string: not understood, use "host=... port=... user=... password=... dbname=..." or postgres://user:password@host:port/name`)
	}
	// Names of parameters are not case-sensitive there, and one may be given once.
	maps.DeleteFunc(cfg.RuntimeParams, func(name, _ string) bool { return strings.EqualFold(name, "timezone") })
	cfg.RuntimeParams["timezone"] = "UTC"
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "plikd"
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = dialTimeout
	}
	// What was prepared once does not outlive the columns it returns.
	forSchema := cfg.Copy()
	forSchema.DefaultQueryExecMode = pgx.QueryExecModeDescribeExec
	return stdlib.GetConnector(*cfg), stdlib.GetConnector(*forSchema), net.JoinHostPort(cfg.Host, strconv.Itoa(int(cfg.Port))), nil
}

// mysqlSettings are those of every session, whatever the server has as its defaults: quotes and
// bars mean what they mean in the standard, a value that does not fit is an error.
var mysqlSettings = map[string]string{
	"sql_mode":  `'ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES,STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'`,
	"time_zone": `'+00:00'`,
}

func mysqlConnector(connection string) (driver.Connector, string, error) {
	cfg, err := mysql.ParseDSN(connection)
	if err != nil {
		return nil, "", errors.New(`metadata connection string: not understood, use user:password@tcp(host:port)/name`)
	}
	if cfg.DBName == "" {
		return nil, "", errors.New("metadata connection string: it names no database")
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	maps.DeleteFunc(cfg.Params, func(name, _ string) bool {
		_, ours := mysqlSettings[strings.ToLower(name)]
		return ours || strings.EqualFold(name, "charset") || strings.EqualFold(name, "collation_connection")
	})
	maps.Copy(cfg.Params, mysqlSettings)
	cfg.Collation = "utf8mb4_general_ci" // of literals; columns have their own, which counts for more
	cfg.Loc, cfg.ParseTime = time.UTC, true
	cfg.ClientFoundRows = true   // a change that makes no difference has found its row, too
	cfg.InterpolateParams = true // else every statement is prepared, run and closed
	cfg.MultiStatements = false
	cfg.Logger = &mysql.NopLogger{} // what it says is in the errors
	if cfg.Timeout == 0 {
		cfg.Timeout = dialTimeout
	}
	c, err := mysql.NewConnector(cfg)
	if err != nil {
		return nil, "", errors.New("metadata connection string: its parameters do not fit together")
	}
	return readCommitted{c}, cfg.Addr, nil
}

// readCommitted makes that the isolation of what runs outside of transactions. The variable has
// another name in MySQL than in MariaDB, so it is no parameter of the connection string.
type readCommitted struct{ driver.Connector }

// Connect implements driver.Connector.
func (c readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	e, ok := conn.(driver.ExecerContext)
	if !ok {
		return nil, errors.Join(errors.New("the driver of MySQL runs no statements"), conn.Close())
	}
	if _, err := e.ExecContext(ctx, `SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED`, nil); err != nil {
		return nil, errors.Join(fmt.Errorf("set the isolation level: %w", err), conn.Close())
	}
	return conn, nil
}

package metadata

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
)

// Options say where the database is and how to use it. The zero value is a good default.
type Options struct {
	Driver string // "sqlite3", which is the default, "postgres" or "mysql", which is MariaDB, too

	// ConnectionString is for SQLite a path or a file: DSN, "plik.db" by default; for PostgreSQL
	// "host=... user=... dbname=..." or a postgres:// URL; for MySQL "user:password@tcp(host:port)/name?...".
	ConnectionString string
	EraseFirst       bool // start from nothing: whatever the database holds is lost

	MaxOpenConns int // connections, of SQLite those that read; 0: 8, or 20 to a database server
	MaxIdleConns int // those of them kept open while idle; 0: all

	// ConnectTimeout is how long Open waits for a database server to answer; 0: one minute.
	ConnectTimeout time.Duration

	Debug              bool          // log every operation
	SlowQueryThreshold time.Duration // log operations that take longer; 0: one second

	Log *logrus.Entry // nil: nothing is logged
	Now core.Clock    // nil: time.Now
}

const (
	driverSQLite      = "sqlite3"
	driverPostgres    = "postgres"
	driverMySQL       = "mysql"
	defaultConnection = "plik.db"
	defaultReaders    = 8
	defaultPool       = 20
	defaultSlowQuery  = time.Second
	defaultConnect    = time.Minute
)

// withDefaults returns o with the defaults filled in, or what is wrong with it.
func (o Options) withDefaults() (Options, error) {
	o.Driver = cmp.Or(o.Driver, driverSQLite)
	conns := defaultPool
	switch o.Driver {
	case driverSQLite:
		o.ConnectionString = cmp.Or(o.ConnectionString, defaultConnection)
		conns = defaultReaders
	case driverPostgres, driverMySQL:
		if o.ConnectionString == "" {
			return o, fmt.Errorf("metadata driver %q needs a ConnectionString", o.Driver)
		}
	default:
		return o, fmt.Errorf("unknown metadata driver %q, use %q, %q or %q", o.Driver, driverSQLite, driverPostgres, driverMySQL)
	}
	if o.MaxOpenConns < 0 || o.MaxIdleConns < 0 || o.SlowQueryThreshold < 0 || o.ConnectTimeout < 0 {
		return o, errors.New("metadata MaxOpenConns, MaxIdleConns, ConnectTimeout and SlowQueryThreshold cannot be negative")
	}
	o.MaxOpenConns = cmp.Or(o.MaxOpenConns, conns)
	if o.MaxIdleConns == 0 || o.MaxIdleConns > o.MaxOpenConns {
		o.MaxIdleConns = o.MaxOpenConns
	}
	o.SlowQueryThreshold = cmp.Or(o.SlowQueryThreshold, defaultSlowQuery)
	o.ConnectTimeout = cmp.Or(o.ConnectTimeout, defaultConnect)
	if o.Log == nil {
		l := logrus.New()
		l.SetOutput(io.Discard)
		o.Log = logrus.NewEntry(l)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return o, nil
}

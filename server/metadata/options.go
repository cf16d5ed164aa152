package metadata

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
)

// Options say where the database is and how to use it. The zero value is a good default.
type Options struct {
	Driver           string // "sqlite3", which is the default
	ConnectionString string // path or file: DSN, "plik.db" by default
	EraseFirst       bool   // start from nothing: whatever the database holds is lost

	MaxOpenConns int // connections that read; 0: 8
	MaxIdleConns int // those of them kept open while idle; 0: all

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
	defaultSlowQuery  = time.Second
)

// withDefaults returns o with the defaults filled in, or what is wrong with it.
func (o Options) withDefaults() (Options, error) {
	switch o.Driver {
	case "":
		o.Driver = driverSQLite
	case driverSQLite:
	case driverPostgres, driverMySQL:
		return o, fmt.Errorf("metadata driver %q is not built in yet, use %q", o.Driver, driverSQLite)
	default:
		return o, fmt.Errorf("unknown metadata driver %q, use %q", o.Driver, driverSQLite)
	}
	if o.MaxOpenConns < 0 || o.MaxIdleConns < 0 || o.SlowQueryThreshold < 0 {
		return o, errors.New("metadata MaxOpenConns, MaxIdleConns and SlowQueryThreshold cannot be negative")
	}
	if o.ConnectionString == "" {
		o.ConnectionString = defaultConnection
	}
	if o.MaxOpenConns == 0 {
		o.MaxOpenConns = defaultReaders
	}
	if o.MaxIdleConns == 0 || o.MaxIdleConns > o.MaxOpenConns {
		o.MaxIdleConns = o.MaxOpenConns
	}
	if o.SlowQueryThreshold == 0 {
		o.SlowQueryThreshold = defaultSlowQuery
	}
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

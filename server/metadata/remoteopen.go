package metadata

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"

	"github.com/root-gg/plik/server/metadata/migrate"
)

const (
	waitBetween = 250 * time.Millisecond // attempts to reach the server
	waitSay     = 5 * time.Second        // between lines of the log
	pingTimeout = 15 * time.Second       // of one attempt

	// Proxies and firewalls forget connections that are silent for long; servers that come back
	// after a failure should get their share of connections.
	connIdleTime = 5 * time.Minute
	connLifetime = time.Hour
)

// openRemote is Open for a database server.
func openRemote(ctx context.Context, o Options) (*Store, error) {
	c, schema, address, err := connectors(o.Driver, o.ConnectionString)
	if err != nil {
		return nil, err
	}
	r := &remote{db: sql.OpenDB(c), dialect: postgresDialect(), address: address}
	if o.Driver == driverMySQL {
		r.dialect = mysqlDialect()
	}
	r.db.SetMaxOpenConns(o.MaxOpenConns)
	r.db.SetMaxIdleConns(o.MaxIdleConns)
	r.db.SetConnMaxIdleTime(connIdleTime)
	r.db.SetConnMaxLifetime(connLifetime)
	// What we say a time is, the database keeps.
	now := func() time.Time { return o.Now().Truncate(time.Microsecond) }
	s := &Store{now: now, log: o.Log, debug: o.Debug, slow: o.SlowQueryThreshold, remote: r}
	err = s.waitFor(ctx, o.ConnectTimeout)
	if err == nil {
		err = s.migrateRemote(ctx, schema, o.EraseFirst)
	}
	if err == nil {
		err = s.prepare(ctx)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open metadata at %s: %w", address, err), s.Close())
	}
	return s, nil
}

// waitFor waits until the server answers, and says so. A server that answers that it does not
// want us, or has no such database, is not waited for.
func (s *Store) waitFor(ctx context.Context, timeout time.Duration) error {
	deadline, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	begin, said := time.Now(), time.Time{}
	for {
		err := s.remote.ping(deadline)
		if err == nil {
			if !said.IsZero() {
				s.log.Infof("the database %s answers", s.remote.address)
			}
			return nil
		}
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case classOf(err) == classRefuse:
			return err
		case deadline.Err() != nil:
			return fmt.Errorf("the database did not answer within %v: %w", timeout, err)
		}
		if time.Since(said) >= waitSay {
			said = time.Now()
			s.log.WithError(err).Warnf("waiting for the database %s, for %v at most", s.remote.address, (timeout - time.Since(begin)).Round(time.Second))
		}
		timer := time.NewTimer(waitBetween)
		select {
		case <-timer.C:
		case <-deadline.Done():
			timer.Stop()
			if ctx.Err() == nil {
				return fmt.Errorf("the database did not answer within %v: %w", timeout, err)
			}
			return ctx.Err()
		}
	}
}

func (r *remote) ping(ctx context.Context) error {
	ctx, stop := context.WithTimeout(ctx, pingTimeout)
	defer stop()
	var one int
	return r.db.QueryRowContext(ctx, `SELECT 1`).Scan(&one)
}

func (r *remote) close() error {
	if err := r.db.Close(); err != nil {
		return fmt.Errorf("close metadata: %w", err)
	}
	return nil
}

// migrateRemote brings the schema up to date, with no other process doing the same meanwhile.
func (s *Store) migrateRemote(ctx context.Context, c driver.Connector, erase bool) (err error) {
	defer s.observe("migrate", time.Now())
	db := sql.OpenDB(c)
	defer func() { err = errors.Join(err, db.Close()) }()
	if s.remote.dialect.name == driverPostgres {
		orm, err := s.openORM(postgres.New(postgres.Config{Conn: db}))
		if err != nil {
			return err
		}
		return orm.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return migrate.RunLocked(tx, erase) })
	}
	digits := 6
	orm, err := s.openORM(mysql.New(mysql.Config{
		Conn: db, DefaultStringSize: 256, DefaultDatetimePrecision: &digits,
	}))
	if err != nil {
		return err
	}
	// Locks belong to a connection there, and changes of the schema to no transaction.
	return orm.WithContext(ctx).Connection(func(conn *gorm.DB) error {
		return migrate.RunLocked(conn.Session(&gorm.Session{NewDB: true}), erase)
	})
}

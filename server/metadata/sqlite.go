package metadata

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	_ "modernc.org/sqlite" // the driver "sqlite", in pure Go

	"github.com/root-gg/plik/server/metadata/migrate"
)

// openHandles opens the two pools and GORM over each, and checks that the pragmas hold.
func (s *Store) openHandles(ctx context.Context, o Options, d dsn) (err error) {
	if s.writer, err = sql.Open("sqlite", d.open(false)); err != nil {
		return err
	}
	s.writer.SetMaxOpenConns(1)
	s.writer.SetMaxIdleConns(1)
	if s.reader, err = sql.Open("sqlite", d.open(true)); err != nil {
		return err
	}
	s.reader.SetMaxOpenConns(o.MaxOpenConns)
	s.reader.SetMaxIdleConns(o.MaxIdleConns)

	// The writer first, which makes it a WAL database.
	for _, db := range []*sql.DB{s.writer, s.reader} {
		if err := retryBusy(ctx, func() error { return checkPragmas(ctx, db) }); err != nil {
			return err
		}
	}
	return nil
}

// migrateFile brings the schema up to date, with nobody else writing meanwhile.
func (s *Store) migrateFile(ctx context.Context) error {
	orm, err := s.openORM(sqlite.New(sqlite.Config{DriverName: "sqlite", Conn: s.writer}))
	if err != nil {
		return err
	}
	return s.exclusive(ctx, "migrate", func(ctx context.Context) error {
		return orm.WithContext(ctx).Transaction(func(tx *gorm.DB) error { return migrate.Run(tx) })
	})
}

func (s *Store) openORM(d gorm.Dialector) (*gorm.DB, error) {
	return gorm.Open(d, &gorm.Config{
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 s.ormLogger(),
	})
}

// checkPragmas asks a connection for its settings: SQLite ignores the ones it does not
// understand, and some file systems cannot do WAL.
func checkPragmas(ctx context.Context, db *sql.DB) error {
	var journal string
	var foreignKeys, timeout, synchronous int64
	err := db.QueryRowContext(ctx, `SELECT j.journal_mode, f.foreign_keys, b.timeout, s.synchronous
		FROM pragma_journal_mode j, pragma_foreign_keys f, pragma_busy_timeout b, pragma_synchronous s`).
		Scan(&journal, &foreignKeys, &timeout, &synchronous)
	switch {
	case err != nil:
		return err
	case journal != "wal":
		return fmt.Errorf("the database works in journal mode %q and not in WAL mode: is it on a local disk?", journal)
	case foreignKeys != 1:
		return errors.New("foreign keys could not be switched on")
	case timeout != busyTimeout.Milliseconds():
		return fmt.Errorf("busy timeout is %d ms instead of %v", timeout, busyTimeout)
	case synchronous != 1:
		return fmt.Errorf("synchronous is %d instead of 1 (NORMAL)", synchronous)
	}
	return nil
}

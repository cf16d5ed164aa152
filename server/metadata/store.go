// Package metadata keeps what is known of uploads and files in an SQL database: a file of
// SQLite, or a server of PostgreSQL, MySQL or MariaDB that several daemons may share.
//
// SQLite is written through one connection, behind a lock of our own, and read through
// several: in WAL mode readers and the writer do not wait for one another. The statements
// of every request are prepared once. GORM makes the schema and serves the rare tables.
package metadata

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/root-gg/plik/server/core"
)

// Store is an open database. It is safe for concurrent use, and several processes may
// have the same database open.
//
// Its methods return *core.Error where a client may see the failure; other errors say
// which operation failed. A context that has ended is refused before anything is done; a
// statement that has begun is finished, so its outcome is always known.
type Store struct {
	now   core.Clock
	log   *logrus.Entry
	debug bool
	slow  time.Duration

	writer *sql.DB // one connection, used by who holds gate
	reader *sql.DB // several, which cannot write

	gate   chan struct{} // holds one element while somebody writes
	queue  batch
	wal    walSync
	remote *remote // a database server, which has none of the above
	st     statements
	moves  map[moveKey]*stmt // guarded by gate

	closeOnce sync.Once
	closeErr  error
}

// Open opens the database, creates it if there is none, and brings its schema up to date.
func Open(ctx context.Context, o Options) (*Store, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("open metadata: %w", err)
	}
	if o.Driver != driverSQLite {
		return openRemote(ctx, o)
	}
	d, err := parseDSN(o.ConnectionString)
	if err != nil {
		return nil, err
	}
	s := &Store{
		now: o.Now, log: o.Log, debug: o.Debug, slow: o.SlowQueryThreshold,
		gate: make(chan struct{}, 1), wal: walSync{path: d.path + "-wal"},
		moves: map[moveKey]*stmt{},
	}
	if err := s.open(ctx, o, d); err != nil {
		return nil, errors.Join(fmt.Errorf("open metadata %s: %w", d.path, err), s.Close())
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, o Options, d dsn) error {
	if err := d.prepareFile(o.EraseFirst); err != nil {
		return err
	}
	if err := s.openHandles(ctx, o, d); err != nil {
		return err
	}
	if err := s.migrateFile(ctx); err != nil {
		return err
	}
	return s.prepare(ctx)
}

// Close waits for the write in progress and closes the database. It may be called again.
func (s *Store) Close() error {
	s.closeOnce.Do(func() {
		if s.remote != nil {
			s.closeErr = s.remote.close()
			return
		}
		s.gate <- struct{}{}
		defer func() { <-s.gate }()
		// Readers first: the last connection to close tidies the log away, and may write.
		for _, db := range []*sql.DB{s.reader, s.writer} {
			if db != nil {
				s.closeErr = errors.Join(s.closeErr, db.Close())
			}
		}
		if s.closeErr != nil {
			s.closeErr = fmt.Errorf("close metadata: %w", s.closeErr)
		}
	})
	return s.closeErr
}

// Ping tells whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	return s.read(ctx, "ping", func(ctx context.Context) error {
		var any bool
		return s.st.ping.QueryRowContext(ctx).Scan(&any)
	})
}

// DBStats returns the state of the connection pools: of SQLite the writer's, then the readers';
// a database server has one.
func (s *Store) DBStats() []sql.DBStats {
	if s.remote != nil {
		return []sql.DBStats{s.remote.db.Stats()}
	}
	return []sql.DBStats{s.writer.Stats(), s.reader.Stats()}
}

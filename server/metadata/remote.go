package metadata

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// remote is a database server: PostgreSQL, MySQL or MariaDB. Several processes write to it at
// once, so what has to be decided on what is there is one statement, or a transaction that locks
// what it looks at. All run at READ COMMITTED: each statement sees what was committed before it.
type remote struct {
	db      *sql.DB
	dialect *dialect
	address string   // for people
	known   sync.Map // our statements, to queries
}

// operationLimit is how long a statement or transaction may take when its caller cannot cancel
// it: a server that has vanished from the network does not answer, ever.
const operationLimit = 5 * time.Minute

// translated returns the query for one of our statements. There are not many of them.
func (r *remote) translated(text string) query {
	if q, ok := r.known.Load(text); ok {
		return q.(query)
	}
	q := r.dialect.translate(text)
	r.known.Store(text, q)
	return q
}

type txKey struct{}

// conn is what runs statements: the transaction of ctx or, without one, any connection.
func (r *remote) conn(ctx context.Context) interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
} {
	if tx, ok := ctx.Value(txKey{}).(*sql.Tx); ok {
		return tx
	}
	return r.db
}

func (r *remote) exec(ctx context.Context, q query, args []any) (sql.Result, error) {
	args, err := r.dialect.values(q, args)
	if err != nil {
		return nil, err
	}
	res, err := r.conn(ctx).ExecContext(ctx, q.text, args...)
	return res, withoutValues(err)
}

func (r *remote) rows(ctx context.Context, q query, args []any) (*sql.Rows, error) {
	args, err := r.dialect.values(q, args)
	if err != nil {
		return nil, err
	}
	rows, err := r.conn(ctx).QueryContext(ctx, q.text, args...)
	return rows, withoutValues(err)
}

func (r *remote) row(ctx context.Context, q query, args []any) scanner {
	args, err := r.dialect.values(q, args)
	if err != nil {
		return badRow{err}
	}
	return cleanRow{r.conn(ctx).QueryRowContext(ctx, q.text, args...)}
}

// badRow is the outcome of a statement that could not be sent.
type badRow struct{ err error }

func (r badRow) Scan(...any) error { return r.err }

// cleanRow is a row whose errors hold no values.
type cleanRow struct{ row *sql.Row }

func (r cleanRow) Scan(dest ...any) error { return withoutValues(r.row.Scan(dest...)) }

// transaction runs fn in a transaction, which the context of fn carries.
func (r *remote) transaction(ctx context.Context, fn func(ctx context.Context) error) error {
	tx, err := r.db.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	if err := fn(context.WithValue(ctx, txKey{}, tx)); err != nil {
		return err
	}
	return withoutValues(tx.Commit())
}

// lock waits until no other transaction holds the named lock, and keeps it until the one of ctx
// ends.
func (r *remote) lock(ctx context.Context, name string) error {
	text := `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`
	if r.dialect.name == driverMySQL {
		// The row is locked whether it was there or not.
		text = `INSERT INTO plik_locks (name) VALUES (?) ON DUPLICATE KEY UPDATE name = VALUES(name)`
	}
	_, err := r.conn(ctx).ExecContext(ctx, text, name)
	return err
}

// attempt runs fn until it does not fail because of what other transactions did at once, ctx
// ends, or busyLimit is over. reads tells that fn only reads: it runs once more when the
// connection breaks, which tells nothing of whether a write was made.
func (r *remote) attempt(ctx context.Context, reads bool, fn func(ctx context.Context) error) error {
	quick, stop := context.WithTimeout(context.WithoutCancel(ctx), operationLimit)
	defer stop()
	err := fn(quick)
	if reads && classOf(err) == classConnection {
		err = fn(quick)
	}
	if classOf(err) != classConflict {
		return err
	}
	const longest = 100 * time.Millisecond
	start := time.Now()
	for pause := time.Millisecond; classOf(err) == classConflict && time.Since(start) < busyLimit; pause = min(2*pause, longest) {
		timer := time.NewTimer(pause/2 + rand.N(pause)) // never in step with the others
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		err = fn(quick)
	}
	return err
}

// change makes a change: multi tells that it is several statements.
func (s *Store) change(ctx context.Context, c *change) error {
	if err := ctx.Err(); err != nil {
		return failed(c.op, err)
	}
	defer s.observe(c.op, time.Now())
	err := s.remote.attempt(ctx, false, func(ctx context.Context) error {
		c.ctx = ctx
		if !c.multi {
			return s.guard(c)
		}
		return s.remote.transaction(ctx, func(ctx context.Context) error {
			c.ctx = ctx
			return s.guard(c)
		})
	})
	return failed(c.op, err)
}

// savepoint runs fn such that a statement that fails in it undoes nothing before it. MySQL undoes
// no more than the statement by itself.
func (r *remote) savepoint(ctx context.Context, fn func() error) error {
	if r.dialect.name == driverMySQL {
		return fn()
	}
	conn := r.conn(ctx)
	if _, err := conn.ExecContext(ctx, `SAVEPOINT change`); err != nil {
		return err
	}
	err := fn()
	end := `RELEASE SAVEPOINT change`
	if err != nil {
		end = `ROLLBACK TO SAVEPOINT change`
	}
	if _, e := conn.ExecContext(ctx, end); e != nil && (err == nil || !errors.Is(e, driver.ErrBadConn)) {
		err = errors.Join(err, fmt.Errorf("savepoint: %w", e))
	}
	return err
}

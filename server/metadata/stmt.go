package metadata

import (
	"context"
	"database/sql"
)

// stmt is a statement that is ready to run: prepared on one of SQLite's pools, or translated for a
// database server, whose driver keeps what is prepared on each connection.
//
// On a server it runs in the transaction that its context carries, if any.
type stmt struct {
	lite   *sql.Stmt
	remote *remote
	query  query
}

func (q *stmt) ExecContext(ctx context.Context, args ...any) (sql.Result, error) {
	if q.lite != nil {
		return q.lite.ExecContext(ctx, args...)
	}
	return q.remote.exec(ctx, q.query, args)
}

func (q *stmt) QueryContext(ctx context.Context, args ...any) (*sql.Rows, error) {
	if q.lite != nil {
		return q.lite.QueryContext(ctx, args...)
	}
	return q.remote.rows(ctx, q.query, args)
}

func (q *stmt) QueryRowContext(ctx context.Context, args ...any) scanner {
	if q.lite != nil {
		return q.lite.QueryRowContext(ctx, args...)
	}
	return q.remote.row(ctx, q.query, args)
}

// The same for statements that are not worth preparing.

// rows runs a statement that reads.
func (s *Store) rows(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	if s.remote != nil {
		return s.remote.rows(ctx, s.remote.translated(text), args)
	}
	return s.reader.QueryContext(ctx, text, args...)
}

// row runs a statement that reads one row.
func (s *Store) row(ctx context.Context, text string, args ...any) scanner {
	if s.remote != nil {
		return s.remote.row(ctx, s.remote.translated(text), args)
	}
	return s.reader.QueryRowContext(ctx, text, args...)
}

// exec runs a statement that writes, within a change.
func (s *Store) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	if s.remote != nil {
		return s.remote.exec(ctx, s.remote.translated(text), args)
	}
	return s.writer.ExecContext(ctx, text, args...)
}

// rowInChange reads one row as the change that asks has left it.
func (s *Store) rowInChange(ctx context.Context, text string, args ...any) scanner {
	if s.remote != nil {
		return s.remote.row(ctx, s.remote.translated(text), args)
	}
	return s.writer.QueryRowContext(ctx, text, args...)
}

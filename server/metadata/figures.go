package metadata

import (
	"context"
	"database/sql"
	"time"

	"github.com/root-gg/plik/server/core"
)

const (
	// Days are those of the text, which Plik 1.3 wrote in its own zone.
	sqlDays = `SELECT substr(COALESCE(u.created_at, ''), 1, 10) AS day, COUNT(DISTINCT u.id), COUNT(f.id), COALESCE(SUM(` + realSize + `), 0)
		FROM uploads u LEFT JOIN files f ON f.upload_id = u.id AND f.status = 'uploaded'
		WHERE u.deleted_at IS NULL AND COALESCE(u.created_at, '') >= ? GROUP BY day ORDER BY day`
	sqlTopUsers = `SELECT u."user" AS owner, COUNT(DISTINCT u.id), COUNT(f.id), COALESCE(SUM(` + realSize + `), 0) AS bytes
		FROM uploads u LEFT JOIN files f ON f.upload_id = u.id AND f.status = 'uploaded'
		WHERE u.deleted_at IS NULL AND u."user" > '' GROUP BY owner ORDER BY bytes DESC, owner LIMIT ?`
	sqlTopTypes = `SELECT COALESCE(f.type, '') AS kind, COUNT(*), COALESCE(SUM(` + realSize + `), 0) AS bytes
		FROM files f WHERE f.status = 'uploaded' GROUP BY kind ORDER BY bytes DESC, kind LIMIT ?`
)

// Days counts, by day, what was uploaded since a time and is still there, days without anything
// left out. It looks at all those files.
func (s *Store) Days(ctx context.Context, since time.Time) (days []core.Figures, err error) {
	return s.figures(ctx, "count uploads by day", sqlDays, func(rows *sql.Rows, f *core.Figures) error {
		return rows.Scan(&f.Name, &f.Uploads, &f.Files, &f.Bytes)
	}, since.UTC().Format(time.DateOnly))
}

// TopUsers returns the users with the most bytes. It looks at all files of users.
func (s *Store) TopUsers(ctx context.Context, limit int) ([]core.Figures, error) {
	return s.figures(ctx, "count uploads by user", sqlTopUsers, func(rows *sql.Rows, f *core.Figures) error {
		return rows.Scan(&f.Name, &f.Uploads, &f.Files, &f.Bytes)
	}, limit)
}

// TopTypes returns the types of files with the most bytes. It looks at every file.
func (s *Store) TopTypes(ctx context.Context, limit int) ([]core.Figures, error) {
	return s.figures(ctx, "count files by type", sqlTopTypes, func(rows *sql.Rows, f *core.Figures) error {
		return rows.Scan(&f.Name, &f.Files, &f.Bytes)
	}, limit)
}

func (s *Store) figures(ctx context.Context, op, query string, scan func(*sql.Rows, *core.Figures) error, args ...any) (list []core.Figures, err error) {
	long := ctx // it takes long enough to be worth cancelling
	err = s.read(ctx, op, func(context.Context) error {
		list = nil
		rows, err := s.rows(long, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var f core.Figures
			if err := scan(rows, &f); err != nil {
				return err
			}
			list = append(list, f)
		}
		return rows.Err()
	})
	return list, err
}

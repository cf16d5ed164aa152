package metadata

import (
	"context"

	"github.com/root-gg/plik/server/core"
)

// Stats counts what there is: uploads that are not deleted, files that are Uploaded. It
// looks at every file, so it is not for each request.
func (s *Store) Stats(ctx context.Context) (core.Stats, error) {
	var st core.Stats
	var ownedUploads int
	var ownedSize int64
	long := ctx // it takes long enough to be worth cancelling
	err := s.read(ctx, "count uploads", func(context.Context) error {
		for _, q := range []struct {
			query string
			dest  []any
		}{
			{sqlCountUsers, []any{&st.Users}},
			{sqlCountUploads, []any{&st.Uploads}},
			{sqlCountOwnedUploads, []any{&ownedUploads}},
			{sqlCountFiles, []any{&st.Files, &st.TotalSize}},
			{sqlSumOwnedFiles, []any{&ownedSize}},
		} {
			if err := s.row(long, q.query).Scan(q.dest...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return core.Stats{}, err
	}
	// The questions are not of one moment.
	st.AnonymousUploads = max(0, st.Uploads-ownedUploads)
	st.AnonymousSize = max(0, st.TotalSize-ownedSize)
	return st, nil
}

// What belongs to users is counted and the rest is anonymous, because most servers have few
// uploads of users or none: those are found by an index, the others only one by one.
const (
	sqlCountUsers        = `SELECT COUNT(*) FROM users`
	sqlCountUploads      = `SELECT COUNT(*) FROM uploads WHERE deleted_at IS NULL`
	sqlCountOwnedUploads = `SELECT COUNT(*) FROM uploads WHERE "user" > '' AND +deleted_at IS NULL`
	sqlCountFiles        = `SELECT COUNT(*), COALESCE(SUM(` + realSize + `), 0) FROM files f WHERE f.status = 'uploaded'`
	// CROSS JOIN keeps SQLite from going through all files to look for their uploads.
	sqlSumOwnedFiles = `SELECT COALESCE(SUM(` + realSize + `), 0) FROM uploads u CROSS JOIN files f ON f.upload_id = u.id
		WHERE u."user" > '' AND f.status = 'uploaded'`
)

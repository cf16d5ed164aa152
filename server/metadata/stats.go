package metadata

import (
	"context"

	"github.com/root-gg/plik/server/core"
)

// Stats counts what there is: uploads that are not deleted, files that are Uploaded. It
// looks at every row, so it is not for each request.
func (s *Store) Stats(ctx context.Context) (core.Stats, error) {
	var st core.Stats
	long := ctx // it takes long enough to be worth cancelling
	err := s.read(ctx, "count uploads", func(context.Context) error {
		if err := s.reader.QueryRowContext(long, `SELECT COUNT(*) FROM users`).Scan(&st.Users); err != nil {
			return err
		}
		if err := s.reader.QueryRowContext(long, `SELECT COUNT(*), COALESCE(SUM(COALESCE("user", '') = ''), 0)
			FROM uploads WHERE deleted_at IS NULL`).Scan(&st.Uploads, &st.AnonymousUploads); err != nil {
			return err
		}
		return s.reader.QueryRowContext(long, `SELECT COUNT(*), COALESCE(SUM(f.size), 0),
				COALESCE(SUM(CASE WHEN COALESCE(u."user", '') = '' THEN f.size ELSE 0 END), 0)
			FROM files f JOIN uploads u ON u.id = f.upload_id WHERE f.status = 'uploaded'`).
			Scan(&st.Files, &st.TotalSize, &st.AnonymousSize)
	})
	if err != nil {
		return core.Stats{}, err
	}
	return st, nil
}

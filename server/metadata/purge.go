package metadata

import (
	"context"
	"database/sql"
	"slices"

	"github.com/root-gg/plik/server/core"
)

// PurgeUploads looks at up to limit deleted uploads with an id greater than after, by id. It
// drops the rows of those whose files are all Deleted, and marks the files of the others as
// RemoveUpload does. It returns the last id it looked at (empty: there were none), and how
// many uploads and files it dropped. After an error these tell how far it came.
func (s *Store) PurgeUploads(ctx context.Context, after core.UploadID, limit int) (last core.UploadID, uploads, files int, err error) {
	var ids []core.UploadID
	err = s.read(ctx, "list deleted uploads", func(ctx context.Context) error {
		ids, err = scanIDs[core.UploadID](s.st.deletedUploads.QueryContext(ctx, after, limit))
		return err
	})
	if err != nil {
		return "", 0, 0, err
	}
	for batch := range slices.Chunk(ids, writeBatch) {
		var u, f int
		err := s.writeTx(ctx, "purge uploads", func(ctx context.Context) error {
			u, f = 0, 0
			for _, id := range batch {
				dropped, n, err := s.purgeUpload(ctx, id)
				if err != nil {
					return err
				}
				u, f = u+dropped, f+n
			}
			return nil
		})
		if err != nil {
			return last, uploads, files, err
		}
		last, uploads, files = batch[len(batch)-1], uploads+u, files+f
	}
	return last, uploads, files, nil
}

// purgeUpload drops one deleted upload if it can. The caller is in a transaction. Nothing
// brings a deleted upload back, so it is still deleted.
func (s *Store) purgeUpload(ctx context.Context, id core.UploadID) (uploads, files int, err error) {
	var unfinished bool
	if err := s.st.unfinishedFile.QueryRowContext(ctx, id).Scan(&unfinished); err != nil {
		return 0, 0, err
	}
	if unfinished {
		_, err := s.st.markFiles.ExecContext(ctx, id)
		return 0, 0, err
	}
	f, err := affected(s.st.dropFiles.ExecContext(ctx, id))
	if err != nil {
		return 0, 0, err
	}
	u, err := affected(s.st.dropUpload.ExecContext(ctx, id))
	return int(u), int(f), err
}

// PurgeOrphans drops the rows of files without an upload and of tokens without a user.
func (s *Store) PurgeOrphans(ctx context.Context) (files, tokens int, err error) {
	long := ctx                 // it may take long enough to be worth cancelling
	var missing []core.UploadID // the empty one stands for none
	// This looks at every file, so not with the write lock in hand.
	err = s.read(ctx, "find orphan files", func(context.Context) error {
		missing, err = scanIDs[core.UploadID](s.st.orphans.QueryContext(long))
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	for batch := range slices.Chunk(missing, writeBatch) {
		done := 0
		err := s.writeTx(ctx, "purge orphan files", func(ctx context.Context) (err error) {
			done, err = s.dropOrphans(ctx, batch)
			return err
		})
		if err != nil {
			return files, 0, err
		}
		files += done
	}
	err = s.write(ctx, "purge orphan tokens", func(ctx context.Context) error {
		n, err := affected(s.st.dropTokens.ExecContext(ctx))
		tokens = int(n)
		return err
	})
	return files, tokens, err
}

// dropOrphans drops the files of uploads that there are not. The caller is in a transaction.
func (s *Store) dropOrphans(ctx context.Context, missing []core.UploadID) (int, error) {
	done := 0
	for _, id := range missing {
		n, err := affected(s.st.dropOrphans.ExecContext(ctx, id))
		if err != nil {
			return done, err
		}
		done += int(n)
		if id == "" {
			n, err := affected(s.st.dropNoUpload.ExecContext(ctx))
			if err != nil {
				return done, err
			}
			done += int(n)
		}
	}
	return done, nil
}

// scanIDs reads rows of one text and closes them.
func scanIDs[ID ~string](rows *sql.Rows, err error) ([]ID, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var ids []ID
	for rows.Next() {
		var id ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

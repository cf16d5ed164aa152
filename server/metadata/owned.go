package metadata

import (
	"context"
	"slices"
	"time"

	"github.com/root-gg/plik/server/core"
)

// RemoveUploads marks the uploads of a user deleted at now, all or those made with a token, as
// RemoveUpload does. It returns how many, and the files that were Uploading: their transfers
// are to be stopped. The empty user has none. It is one transaction, whose time goes with
// the number of uploads.
func (s *Store) RemoveUploads(ctx context.Context, user core.UserID, token string, now time.Time) (n int, uploading []core.FileID, err error) {
	const op = "remove uploads of user"
	err = s.writeTx(ctx, op, func(ctx context.Context) (err error) {
		n, uploading, err = s.removeOwned(ctx, user, token, now)
		return err
	})
	if err != nil {
		return 0, nil, err
	}
	if n == 0 {
		return 0, nil, nil
	}
	return n, uploading, s.durable(op)
}

// removeOwned does what RemoveUploads does. The caller is in a transaction.
func (s *Store) removeOwned(ctx context.Context, user core.UserID, token string, now time.Time) (int, []core.FileID, error) {
	if s.remote != nil {
		return s.removeOwnedLocked(ctx, user, token, now)
	}
	uploading, err := scanIDs[core.FileID](s.st.ownedUploading.QueryContext(ctx, user, token))
	if err != nil {
		return 0, nil, err
	}
	if _, err := s.st.markOwnedFiles.ExecContext(ctx, user, token); err != nil {
		return 0, nil, err
	}
	n, err := affected(s.st.removeOwned.ExecContext(ctx, user, token, timeText(now)))
	return int(n), uploading, err
}

// removeOwnedLocked is removeOwned for a database server, where uploads and files come to be in
// between: those of the uploads that there are once these are locked.
func (s *Store) removeOwnedLocked(ctx context.Context, user core.UserID, token string, now time.Time) (n int, uploading []core.FileID, err error) {
	ids, err := scanIDs[core.UploadID](s.rows(ctx, sqlLockOwned+forUpdate, user, token))
	if err != nil {
		return 0, nil, err
	}
	for some := range slices.Chunk(ids, inLimit) {
		args := anys(some)
		stopped, err := scanIDs[core.FileID](s.rows(ctx, sqlUploadingIn+in(some), args...))
		if err != nil {
			return 0, nil, err
		}
		if _, err := s.exec(ctx, sqlMarkFilesIn+in(some), args...); err != nil {
			return 0, nil, err
		}
		if _, err := s.exec(ctx, sqlRemoveIn+in(some), append([]any{timeText(now)}, args...)...); err != nil {
			return 0, nil, err
		}
		uploading = append(uploading, stopped...)
	}
	return len(ids), uploading, nil
}

// RemoveAllUploads marks every upload deleted at now, as RemoveUpload does. It returns how many,
// and the files that were Uploading. It goes by small transactions, so that others can write
// in between: uploads that are made meanwhile may stay, and after an error n tells how far it came.
func (s *Store) RemoveAllUploads(ctx context.Context, now time.Time) (n int, uploading []core.FileID, err error) {
	const op = "remove all uploads"
	for after := core.UploadID(""); ; {
		var ids []core.UploadID
		err := s.read(ctx, op, func(ctx context.Context) (err error) {
			ids, err = scanIDs[core.UploadID](s.st.liveUploads.QueryContext(ctx, after, writeBatch))
			return err
		})
		if err != nil {
			return n, uploading, err
		}
		if len(ids) == 0 {
			return n, uploading, s.durable(op)
		}
		var done int
		var stopped []core.FileID
		err = s.writeTx(ctx, op, func(ctx context.Context) (err error) {
			done, stopped, err = s.removeSome(ctx, ids, now)
			return err
		})
		if err != nil {
			return n, uploading, err
		}
		n, uploading, after = n+done, slices.Concat(uploading, stopped), ids[len(ids)-1]
	}
}

// removeSome marks those of the uploads deleted that are not. The caller is in a transaction.
func (s *Store) removeSome(ctx context.Context, ids []core.UploadID, now time.Time) (n int, uploading []core.FileID, err error) {
	for _, id := range ids {
		removed, err := affected(s.st.removeUpload.ExecContext(ctx, timeText(now), id))
		if err != nil {
			return 0, nil, err
		}
		if removed == 0 {
			continue
		}
		files, err := scanIDs[core.FileID](s.st.uploadUploading.QueryContext(ctx, id))
		if err != nil {
			return 0, nil, err
		}
		if _, err := s.st.markFiles.ExecContext(ctx, id); err != nil {
			return 0, nil, err
		}
		n, uploading = n+1, append(uploading, files...)
	}
	return n, uploading, nil
}

// UserStats counts what a user has, all or what was made with a token. The empty user has
// nothing. Its time goes with the number of uploads.
func (s *Store) UserStats(ctx context.Context, user core.UserID, token string) (core.UserStats, error) {
	var st core.UserStats
	err := s.read(ctx, "count uploads of user", func(ctx context.Context) error {
		if err := s.st.countOwned.QueryRowContext(ctx, user, token).Scan(&st.Uploads); err != nil {
			return err
		}
		return s.st.sumOwned.QueryRowContext(ctx, user, token).Scan(&st.Files, &st.TotalSize)
	})
	if err != nil {
		return core.UserStats{}, err
	}
	return st, nil
}

package metadata

import (
	"context"
	"slices"
	"time"

	"github.com/root-gg/plik/server/core"
)

// writeBatch is how many rows one transaction of the cleaner touches at most: the other
// writers wait for it.
const writeBatch = 200

// farthestZone is more than any zone is ahead of UTC.
const farthestZone = 24 * time.Hour

// expiry is an upload that has expired, and the text that said so.
type expiry struct {
	id   core.UploadID
	text string
}

// ExpireUploads marks up to limit uploads that expired before now as deleted, as
// RemoveUpload does, and returns how many.
func (s *Store) ExpireUploads(ctx context.Context, now time.Time, limit int) (int, error) {
	expired, err := s.expired(ctx, now, limit)
	if err != nil {
		return 0, err
	}
	total := 0
	for batch := range slices.Chunk(expired, writeBatch) {
		done := 0
		err := s.writeTx(ctx, "expire uploads", func(ctx context.Context) error {
			done = 0
			for _, e := range batch {
				// Unless it was given more time since.
				n, err := affected(s.st.expireUpload.ExecContext(ctx, timeText(now), e.id, timeArg(e.text)))
				if err != nil {
					return err
				}
				if n == 0 {
					continue
				}
				done++
				if _, err := s.st.markFiles.ExecContext(ctx, e.id); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return total, err
		}
		total += done
	}
	return total, nil
}

func (s *Store) expired(ctx context.Context, now time.Time, limit int) (found []expiry, err error) {
	const op = "find expired uploads"
	long := ctx // it may take long enough to be worth cancelling
	err = s.read(ctx, op, func(context.Context) error {
		found = nil
		rows, err := s.st.expired.QueryContext(long, timeText(now), timeText(now.Add(farthestZone)))
		if err != nil {
			return err
		}
		defer rows.Close()
		for len(found) < limit && rows.Next() {
			var e expiry
			if err := rows.Scan(&e.id, &e.text); err != nil {
				return err
			}
			at, err := parseTime(e.text)
			if err != nil {
				s.log.WithField("upload", e.id).WithError(err).Warn("upload never expires")
			} else if !at.IsZero() && at.Before(now) {
				found = append(found, e)
			}
		}
		return rows.Err()
	})
	return found, err
}

// RemovedFiles returns up to limit files in state Removed with an id greater than after, by id.
func (s *Store) RemovedFiles(ctx context.Context, after core.FileID, limit int) (files []*core.File, err error) {
	err = s.read(ctx, "list removed files", func(ctx context.Context) error {
		files, err = scanFiles(s.st.removedFiles.QueryContext(ctx, after, limit))
		return err
	})
	return files, err
}

// StaleUploading returns the Uploading files that no instance of live is receiving, those
// with no instance at all among them, but not those of core.ResumableInstance.
func (s *Store) StaleUploading(ctx context.Context, live []string) (files []*core.File, err error) {
	err = s.read(ctx, "list stale uploading files", func(ctx context.Context) error {
		files, err = scanFiles(s.st.uploadingFiles.QueryContext(ctx))
		return err
	})
	return slices.DeleteFunc(files, func(f *core.File) bool {
		return f.Instance == core.ResumableInstance || f.Instance != "" && slices.Contains(live, f.Instance)
	}), err
}

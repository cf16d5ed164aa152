package metadata

import (
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"github.com/root-gg/plik/server/core"
)

const (
	resumableColumns = `r.id, COALESCE(r.upload_id, ''), COALESCE(r.file_id, ''), COALESCE(r.owner, ''),
		r.bound IS TRUE, r.partial IS TRUE, COALESCE(r.parts, ''), COALESCE(r.length, -1), COALESCE(r.position, 0),
		r.done IS TRUE, COALESCE(r.md5, ''), COALESCE(r.crc32, 0), COALESCE(r.head, ''), r.digest IS TRUE,
		COALESCE(r.metadata, ''), COALESCE(r.created_at, ''), COALESCE(r.updated_at, '')`

	sqlResumable       = `SELECT ` + resumableColumns + ` FROM resumables r WHERE r.id = ?`
	sqlResumables      = `SELECT ` + resumableColumns + ` FROM resumables r WHERE r.id > ? ORDER BY r.id LIMIT ?`
	sqlInsertResumable = `INSERT INTO resumables (id, upload_id, file_id, owner, bound, partial, parts, length, position,
		done, md5, crc32, head, digest, metadata, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqlSaveResumable = `UPDATE resumables SET parts = ?, length = ?, position = ?, done = ?, md5 = ?, crc32 = ?, head = ?, digest = ?, updated_at = ?
		WHERE id = ? AND COALESCE(position, 0) <= ?`
	sqlResumableThere = `SELECT COUNT(*) FROM resumables WHERE id = ?`
	sqlDropResumable  = `DELETE FROM resumables WHERE id = ?`
	sqlPartialBytes   = `SELECT COALESCE(SUM(CASE WHEN length >= 0 THEN length ELSE position END), 0) FROM resumables
		WHERE owner = ? AND owner > '' AND partial IS TRUE`
	sqlSetMD5 = `UPDATE files SET md5 = ? WHERE id = ? AND status = 'uploaded'`
)

// CreateResumable inserts r; what is in it survives a power cut, here and in SaveResumable.
func (s *Store) CreateResumable(ctx context.Context, r *core.Resumable) error {
	const op = "create resumable"
	err := s.write(ctx, op, func(ctx context.Context) error {
		_, err := s.exec(ctx, sqlInsertResumable, r.ID, r.UploadID, r.FileID, r.Owner, r.Bound, r.Partial, strings.Join(r.Parts, " "),
			r.Length, r.Offset, r.Done, hex.EncodeToString(r.MD5), int64(r.CRC32), hex.EncodeToString(r.Head), r.Digest, r.Metadata,
			timeText(r.CreatedAt), timeText(r.UpdatedAt))
		return err
	})
	if err != nil {
		return err
	}
	return s.durable(op)
}

// Resumable returns one. Absent: KindNotFound.
func (s *Store) Resumable(ctx context.Context, id string) (r *core.Resumable, err error) {
	err = s.read(ctx, "get resumable", func(ctx context.Context) error {
		r, err = scanResumable(s.row(ctx, sqlResumable, id))
		if errors.Is(err, sql.ErrNoRows) {
			return errResumableAbsent
		}
		return err
	})
	return r, err
}

var errResumableAbsent = core.E(core.KindNotFound, "resumable_not_found", "this upload is over, was given up, or never began")

var errResumableFurther = core.E(core.KindConflict, "resumable_further", "others sent bytes of this upload meanwhile, ask for its offset")

// SaveResumable stores how far r is. Absent: KindNotFound. Further already, as when another daemon goes
// on with it: KindConflict.
func (s *Store) SaveResumable(ctx context.Context, r *core.Resumable) error {
	const op = "save resumable"
	err := s.write(ctx, op, func(ctx context.Context) error {
		n, err := affected(s.exec(ctx, sqlSaveResumable, strings.Join(r.Parts, " "), r.Length, r.Offset, r.Done, hex.EncodeToString(r.MD5),
			int64(r.CRC32), hex.EncodeToString(r.Head), r.Digest, timeText(r.UpdatedAt), r.ID, r.Offset))
		if err != nil || n > 0 {
			return err
		}
		if err := s.rowInChange(ctx, sqlResumableThere, r.ID).Scan(&n); err != nil {
			return err
		}
		if n > 0 {
			return errResumableFurther
		}
		return errResumableAbsent
	})
	if err != nil {
		return err
	}
	return s.durable(op)
}

// DropResumable forgets one. An absent one is no error.
func (s *Store) DropResumable(ctx context.Context, id string) error {
	return s.write(ctx, "drop resumable", func(ctx context.Context) error {
		_, err := s.exec(ctx, sqlDropResumable, id)
		return err
	})
}

// Resumables returns up to limit with an id greater than after, by id.
func (s *Store) Resumables(ctx context.Context, after string, limit int) (list []*core.Resumable, err error) {
	err = s.read(ctx, "list resumables", func(ctx context.Context) error {
		list = nil
		rows, err := s.rows(ctx, sqlResumables, after, limit)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			r, err := scanResumable(rows)
			if err != nil {
				return err
			}
			list = append(list, r)
		}
		return rows.Err()
	})
	return list, err
}

// PartialBytes sums the Length, or else the Offset, of a user's Partials.
func (s *Store) PartialBytes(ctx context.Context, owner core.UserID) (n int64, err error) {
	err = s.read(ctx, "sum partial uploads", func(ctx context.Context) error {
		return s.row(ctx, sqlPartialBytes, owner).Scan(&n)
	})
	return n, err
}

// SetMD5 records the digest of an Uploaded file. Any other is no error.
func (s *Store) SetMD5(ctx context.Context, id core.FileID, md5 string) error {
	return s.write(ctx, "set digest", func(ctx context.Context) error {
		_, err := s.exec(ctx, sqlSetMD5, md5, id)
		return err
	})
}

func scanResumable(row interface{ Scan(...any) error }) (*core.Resumable, error) {
	r := &core.Resumable{}
	var parts, sum, head, created, updated string
	err := row.Scan(&r.ID, &r.UploadID, &r.FileID, &r.Owner, &r.Bound, &r.Partial, &parts, &r.Length, &r.Offset,
		&r.Done, &sum, &r.CRC32, &head, &r.Digest, &r.Metadata, &created, &updated)
	if err != nil {
		return nil, err
	}
	if parts != "" {
		r.Parts = strings.Fields(parts)
	}
	var errs [4]error
	r.MD5, errs[0] = hex.DecodeString(sum)
	r.Head, errs[1] = hex.DecodeString(head)
	r.CreatedAt, errs[2] = parseTime(created)
	r.UpdatedAt, errs[3] = parseTime(updated)
	if err := errors.Join(errs[:]...); err != nil {
		return nil, fmt.Errorf("resumable: %w", err)
	}
	return r, nil
}

package metadatatest

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata" // brings the driver with it
)

// Fill creates the SQLite database at path, if there is none, and puts n uploads of one
// stored file each into it: UploadID(i) with FileID(i), for i from 0. Nothing of them has
// expired or will within a day.
func Fill(ctx context.Context, path string, n int) error {
	s, err := metadata.Open(ctx, metadata.Options{ConnectionString: path})
	if err != nil {
		return err
	}
	defer s.Close() // keeps the log from being written back and removed in between
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)&_pragma=cache_size(-262144)")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	const perTransaction = 20_000
	for from := 0; from < n; from += perTransaction {
		if err := fillSome(ctx, db, from, min(from+perTransaction, n)); err != nil {
			return fmt.Errorf("fill %s: %w", path, err)
		}
	}
	return s.Close()
}

// fillSome inserts the uploads from..to-1 in one transaction.
func fillSome(ctx context.Context, db *sql.DB, from, to int) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // does nothing after a commit
	const perStatement = 100
	for ; from < to; from += perStatement {
		var uploads, files []any
		count := min(perStatement, to-from)
		for i := from; i < from+count; i++ {
			created := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * time.Second)
			at := created.Format("2006-01-02 15:04:05.000000000-07:00")
			expires := time.Now().Add(24*time.Hour + time.Duration(i)*time.Second).UTC().Format("2006-01-02 15:04:05.000000000-07:00")
			user := ""
			if i%2 == 1 {
				user = fmt.Sprintf("local:user%d", i%1000)
			}
			uploads = append(uploads, UploadID(i), text(i, 3, 32), 86400, "192.0.2.1", "", user, "", "", "", at, expires)
			files = append(files, FileID(i), UploadID(i), "report.pdf", core.Uploaded, text(i, 4, 32), "application/pdf", 1000+i%100_000, 0, at)
		}
		if err := insert(ctx, tx, `INSERT INTO uploads (id, upload_token, ttl, remote_ip, comments, "user", token, login,
			password, created_at, expire_at, extend_ttl, stream, one_shot, removable, protected_by_password)`,
			"(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0)", count, uploads); err != nil {
			return err
		}
		if err := insert(ctx, tx, `INSERT INTO files (id, upload_id, name, status, md5, type, size, position, created_at, reference, backend_details)`,
			"(?, ?, ?, ?, ?, ?, ?, ?, ?, '', '')", count, files); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func insert(ctx context.Context, tx *sql.Tx, into, row string, count int, args []any) error {
	_, err := tx.ExecContext(ctx, into+" VALUES "+strings.TrimSuffix(strings.Repeat(row+", ", count), ", "), args...)
	return err
}

// UploadID returns the id of the upload that Fill made as number i.
func UploadID(i int) core.UploadID { return core.UploadID(text(i, 1, 16)) }

// FileID returns the id of the file that Fill made as number i.
func FileID(i int) core.FileID { return core.FileID(text(i, 2, 16)) }

// text returns length characters that look random but are always the same for i and salt.
func text(i, salt, length int) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	out := make([]byte, 0, length)
	x := uint64(i)<<8 | uint64(salt)
	for len(out) < length {
		// splitmix64: neighbours come out far apart, as real ids are.
		x += 0x9e3779b97f4a7c15
		z := x
		z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
		z = (z ^ z>>27) * 0x94d049bb133111eb
		z ^= z >> 31
		for range min(8, length-len(out)) {
			out = append(out, alphabet[z%62])
			z /= 62
		}
	}
	return string(out)
}

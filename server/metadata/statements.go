package metadata

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
)

// The columns that scan.go reads, in its order. Older rows hold NULL where newer ones
// hold zero values. An expression has no declared type, which keeps the driver from
// guessing at times.
const (
	uploadColumns = `u.id, COALESCE(u.upload_token, ''), COALESCE(u.ttl, 0),
		COALESCE(u.extend_ttl, 0) + 2 * COALESCE(u.stream, 0) + 4 * COALESCE(u.one_shot, 0)
			+ 8 * COALESCE(u.removable, 0) + 16 * COALESCE(u.protected_by_password, 0),
		COALESCE(u.login, ''), COALESCE(u.password, ''),
		COALESCE(u.comments, ''), COALESCE(u.remote_ip, ''), COALESCE(u."user", ''), COALESCE(u.token, ''),
		COALESCE(u.created_at, ''), COALESCE(u.expire_at, '')`

	fileColumns = `COALESCE(f.id, ''), COALESCE(f.upload_id, ''), COALESCE(f.name, ''), COALESCE(f.status, ''),
		COALESCE(f.size, 0), COALESCE(f.md5, ''), COALESCE(f.crc32, -1), COALESCE(f.type, ''),
		COALESCE(f.reference, ''), COALESCE(f.backend_details, ''), COALESCE(f.instance, ''),
		COALESCE(f.created_at, ''), COALESCE(f.reserved, 0), COALESCE(f.position, -1)`
)

// Reads.
const (
	sqlPing   = `SELECT EXISTS (SELECT 1 FROM uploads)`
	sqlUpload = `SELECT ` + uploadColumns + ` FROM uploads u WHERE u.id = ? AND u.deleted_at IS NULL`

	sqlUploadAndFile = `SELECT ` + uploadColumns + `, ` + fileColumns + `
		FROM uploads u LEFT JOIN files f ON f.id = ? AND f.upload_id = u.id
		WHERE u.id = ? AND u.deleted_at IS NULL`

	sqlUploadFiles = `SELECT ` + fileColumns + ` FROM files f WHERE f.upload_id = ?`
	sqlFile        = `SELECT ` + fileColumns + ` FROM files f WHERE f.id = ?`
	sqlFiles       = `SELECT ` + fileColumns + ` FROM files f WHERE f.id > ? ORDER BY f.id LIMIT ?`

	// The first condition is the one of the index of unsettled files, word for word.
	sqlRemovedFiles = `SELECT ` + fileColumns + ` FROM files f
		WHERE f.status IN ('uploading', 'removed') AND f.status = 'removed' AND f.id > ? ORDER BY f.id LIMIT ?`
	sqlUploadingFiles = `SELECT ` + fileColumns + ` FROM files f
		WHERE f.status IN ('uploading', 'removed') AND f.status = 'uploading'`

	// Texts compare like times within one zone only. A server of Plik 1.3 wrote its own
	// zone's, which reads up to 14 hours later than the same moment in UTC, so the index
	// gives all that may have expired before the second time, and the first one sorts out
	// those that are in UTC. The caller sorts out the rest. The plus keeps the index of
	// deleted_at, nearly all NULL, out of it.
	sqlExpired = `SELECT u.id, u.expire_at || '' FROM uploads u
		WHERE +u.deleted_at IS NULL AND u.expire_at < ?2
		AND (u.expire_at < ?1 OR substr(u.expire_at, -6) <> '+00:00') ORDER BY u.expire_at`

	sqlDeletedUploads = `SELECT u.id FROM uploads u WHERE u.deleted_at IS NOT NULL AND u.id > ? ORDER BY u.id LIMIT ?`
	// Both indexes are in the same order, so this does not jump about in a large database.
	sqlOrphans = `SELECT DISTINCT COALESCE(f.upload_id, '') FROM files f
		WHERE NOT EXISTS (SELECT 1 FROM uploads u WHERE u.id = f.upload_id)`
)

// Writes.
const (
	sqlInsertUpload = `INSERT INTO uploads (id, upload_token, ttl, extend_ttl, stream, one_shot, removable,
		protected_by_password, login, password, comments, remote_ip, "user", token, created_at, expire_at, deleted_at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	fileFields    = `id, upload_id, name, status, size, md5, crc32, type, reference, backend_details, instance, created_at, reserved, position`
	sqlInsertFile = `INSERT INTO files (` + fileFields + `) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`

	// Positions count from 0 and none is there twice, so most of the time the greatest one
	// tells that there is room, without counting; unless Plik 1.3 added files, without any.
	sqlNextPosition = `(SELECT COALESCE(MAX(position), -1) + 1 FROM files WHERE upload_id = ?2)`
	sqlAddFile      = `INSERT INTO files (` + fileFields + `)
		SELECT ?1, u.id, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ` + sqlNextPosition + `
		FROM uploads u WHERE u.id = ?2 AND u.deleted_at IS NULL AND (?14 <= 0
			OR (` + sqlNextPosition + ` < ?14
				AND NOT EXISTS (SELECT 1 FROM files WHERE upload_id = ?2 AND position IS NULL))
			OR (SELECT COUNT(*) FROM files WHERE upload_id = ?2 AND COALESCE(status, '') <> 'deleted') < ?14)`
	sqlLiveUpload = `SELECT 1 FROM uploads WHERE id = ? AND deleted_at IS NULL`

	sqlFileState = `SELECT COALESCE(status, ''), COALESCE(instance, '') FROM files WHERE id = ?`
	sqlClaimFile = `UPDATE files SET status = 'removed', instance = ? WHERE id = ? AND upload_id = ? AND status = 'uploaded'`
	sqlSetCRC32  = `UPDATE files SET crc32 = ? WHERE id = ?`

	sqlSetExpiry    = `UPDATE uploads SET expire_at = ? WHERE id = ? AND deleted_at IS NULL`
	sqlRemoveUpload = `UPDATE uploads SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL`
	sqlExpireUpload = `UPDATE uploads SET deleted_at = ? WHERE id = ? AND deleted_at IS NULL AND expire_at = ?`
	sqlMarkFiles    = `UPDATE files SET ` + marked + ` WHERE upload_id = ? AND ` + unmarked

	// marked is how a file is left whose upload is deleted, unmarked which are not yet so.
	marked = `instance = NULL,
		status = CASE WHEN COALESCE(status, '') IN ('', 'missing') THEN 'deleted' ELSE 'removed' END`
	unmarked = `COALESCE(status, '') NOT IN ('removed', 'deleted')`

	sqlUnfinishedFile = `SELECT EXISTS (SELECT 1 FROM files WHERE upload_id = ? AND COALESCE(status, '') <> 'deleted')`
	sqlDropFiles      = `DELETE FROM files WHERE upload_id = ?`
	sqlDropUpload     = `DELETE FROM uploads WHERE id = ?`
	sqlDropOrphans    = `DELETE FROM files WHERE upload_id = ? AND NOT EXISTS (SELECT 1 FROM uploads u WHERE u.id = files.upload_id)`
	sqlDropNoUpload   = `DELETE FROM files WHERE upload_id IS NULL`
	sqlDropTokens     = `DELETE FROM tokens WHERE NOT EXISTS (SELECT 1 FROM users u WHERE u.id = tokens.user_id)`
)

const forUpdate = ` FOR UPDATE`

// statements are those of the requests and the loops, prepared once. The writer's must
// only be used by who holds the gate.
type statements struct {
	accountStatements
	ping, upload, uploadAndFile, uploadFiles, file, files               *stmt
	removedFiles, uploadingFiles, expired, deletedUploads, orphans      *stmt
	insertUpload, insertFile, addFile, liveUpload, fileState, claimFile *stmt
	setCRC32, setExpiry, removeUpload, expireUpload, markFiles          *stmt
	unfinishedFile, dropFiles, dropUpload, dropTokens                   *stmt
	dropOrphans, dropNoUpload                                           *stmt

	// Of SQLite only, where they drive the one connection that writes.
	begin, commit, rollback, savepoint, release, rollbackTo *sql.Stmt
}

func (s *Store) prepare(ctx context.Context) error {
	st := &s.st
	reads := map[**stmt]string{
		&st.ping: sqlPing, &st.upload: sqlUpload, &st.uploadAndFile: sqlUploadAndFile,
		&st.uploadFiles: sqlUploadFiles, &st.file: sqlFile, &st.files: sqlFiles,
		&st.removedFiles: sqlRemovedFiles, &st.uploadingFiles: sqlUploadingFiles,
		&st.expired: sqlExpired, &st.deletedUploads: sqlDeletedUploads, &st.orphans: sqlOrphans,
	}
	writes := map[**stmt]string{
		&st.insertUpload: sqlInsertUpload, &st.insertFile: sqlInsertFile, &st.addFile: sqlAddFile,
		&st.liveUpload: sqlLiveUpload, &st.fileState: sqlFileState, &st.claimFile: sqlClaimFile,
		&st.setCRC32: sqlSetCRC32, &st.setExpiry: sqlSetExpiry, &st.removeUpload: sqlRemoveUpload,
		&st.expireUpload: sqlExpireUpload, &st.markFiles: sqlMarkFiles,
		&st.unfinishedFile: sqlUnfinishedFile, &st.dropFiles: sqlDropFiles, &st.dropUpload: sqlDropUpload,
		&st.dropOrphans: sqlDropOrphans, &st.dropNoUpload: sqlDropNoUpload, &st.dropTokens: sqlDropTokens,
	}
	maps.Copy(reads, st.reads())
	maps.Copy(writes, st.writes())
	if s.remote != nil {
		maps.Copy(reads, writes)
		// What these read is to stay as it is until the transaction ends.
		reads[&st.liveUpload] += forUpdate
		reads[&st.userForUpdate] += forUpdate
		for to, text := range reads {
			*to = &stmt{remote: s.remote, query: s.remote.translated(text)}
		}
		return nil
	}
	for db, list := range map[*sql.DB]map[**stmt]string{s.reader: reads, s.writer: writes} {
		for to, text := range list {
			lite, err := db.PrepareContext(ctx, text)
			if err != nil {
				return fmt.Errorf("prepare %q: %w", text, err)
			}
			*to = &stmt{lite: lite}
		}
	}
	return s.prepareControl(ctx)
}

func (s *Store) prepareControl(ctx context.Context) error {
	for to, text := range map[**sql.Stmt]string{
		&s.st.begin: `BEGIN IMMEDIATE`, &s.st.commit: `COMMIT`, &s.st.rollback: `ROLLBACK`,
		&s.st.savepoint: `SAVEPOINT change`, &s.st.release: `RELEASE change`, &s.st.rollbackTo: `ROLLBACK TO change`,
	} {
		var err error
		if *to, err = s.writer.PrepareContext(ctx, text); err != nil {
			return fmt.Errorf("prepare %q: %w", text, err)
		}
	}
	return nil
}

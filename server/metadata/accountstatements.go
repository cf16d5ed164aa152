package metadata

// The columns that accountscan.go reads, in its order, see uploadColumns.
const (
	userColumns = `u.id, COALESCE(u.provider, ''), COALESCE(u.login, ''), COALESCE(u.password, ''),
		COALESCE(u.name, ''), COALESCE(u.email, ''), u.is_admin IS TRUE,
		COALESCE(u.max_file_size, 0), COALESCE(u.max_user_size, 0), COALESCE(u.max_ttl, 0),
		COALESCE(u.generation, 0), COALESCE(u.created_at, '')`

	tokenColumns = `t.token, COALESCE(t.comment, ''), COALESCE(t.user_id, ''), COALESCE(NULLIF(t.scope, ''), 'upload'),
		COALESCE(t.created_at, ''), COALESCE(t.expire_at, ''), COALESCE(t.last_used_at, '')`
)

// Users, tokens and sessions.
const (
	sqlUser        = `SELECT ` + userColumns + ` FROM users u WHERE u.id = ?`
	sqlSessionUser = `SELECT ` + userColumns + `, EXISTS (SELECT 1 FROM ended_sessions e WHERE e.id = ?)
		FROM users u WHERE u.id = ?`
	sqlTokenUser = `SELECT ` + tokenColumns + `, ` + userColumns + `
		FROM tokens t JOIN users u ON u.id = t.user_id WHERE t.token = ?`
	sqlHasAdmin  = `SELECT EXISTS (SELECT 1 FROM users WHERE is_admin IS TRUE)`
	sqlHasBcrypt = `SELECT EXISTS (SELECT 1 FROM users WHERE password LIKE '$2%')`

	sqlInsertUser = `INSERT INTO users (id, provider, login, password, name, email, is_admin,
		max_file_size, max_user_size, max_ttl, generation, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	sqlUpdateUser = `UPDATE users SET password = ?, name = ?, email = ?, is_admin = ?,
		max_file_size = ?, max_user_size = ?, max_ttl = ?, generation = ? WHERE id = ?`
	sqlOtherAdmin = `SELECT EXISTS (SELECT 1 FROM users WHERE is_admin IS TRUE AND id <> ?)`
	sqlDropUser   = `DELETE FROM users WHERE id = ?`

	sqlInsertToken = `INSERT INTO tokens (token, comment, user_id, scope, created_at, expire_at, last_used_at)
		VALUES (?, ?, ?, ?, ?, ?, ?)`
	sqlDropToken      = `DELETE FROM tokens WHERE token = ? AND user_id = ?`
	sqlDropUserTokens = `DELETE FROM tokens WHERE user_id = ?`
	sqlTouchToken     = `UPDATE tokens SET last_used_at = ?2 WHERE token = ?1 AND (last_used_at IS NULL OR last_used_at < ?2)`

	// timeText wrote these times, so their texts compare like times.
	sqlEndSession = `INSERT INTO ended_sessions (id, until) VALUES (?, ?)
		ON CONFLICT (id) DO UPDATE SET until = excluded.until WHERE excluded.until > ended_sessions.until`
	sqlPurgeSessions = `DELETE FROM ended_sessions WHERE until < ?`
)

// Uploads of a user. Nobody's have the empty owner, or none.
const (
	// ownedBy is what the uploads of ?1 are, made with the token ?2 unless that is empty.
	ownedBy = `u."user" = ?1 AND u."user" > '' AND u.deleted_at IS NULL AND (?2 = '' OR u.token = ?2)`

	// Without INDEXED BY the choice of index would depend on the rest of a statement.
	ownedUploads = `uploads u INDEXED BY idx_upload_owned`

	// Plik 1.3 kept the declared size of an empty file.
	realSize = `CASE f.md5 WHEN '` + md5OfNothing + `' THEN 0 ELSE COALESCE(f.size, 0) END`

	// takenBytes is what a file takes of its owner's quota.
	takenBytes = `CASE f.status WHEN 'uploaded' THEN ` + realSize + ` WHEN 'uploading' THEN COALESCE(f.reserved, 0) ELSE 0 END`

	sqlCountOwned = `SELECT COUNT(*) FROM ` + ownedUploads + ` WHERE ` + ownedBy
	// CROSS JOIN keeps SQLite from looking at all files for those of a user.
	sqlSumOwned = `SELECT COUNT(*), COALESCE(SUM(` + realSize + `), 0)
		FROM ` + ownedUploads + ` CROSS JOIN files f ON f.upload_id = u.id WHERE ` + ownedBy + ` AND f.status = 'uploaded'`

	// Few files are Uploading at a time, and an index has them.
	sqlOwnedUploading = `SELECT f.id FROM files f CROSS JOIN uploads u ON u.id = f.upload_id
		WHERE f.status IN ('uploading', 'removed') AND f.status = 'uploading' AND ` + ownedBy
	sqlMarkOwnedFiles = `UPDATE files SET ` + marked + `
		WHERE upload_id IN (SELECT u.id FROM ` + ownedUploads + ` WHERE ` + ownedBy + `) AND ` + unmarked
	sqlRemoveOwned = `UPDATE uploads AS u INDEXED BY idx_upload_owned SET deleted_at = ?3 WHERE ` + ownedBy

	// The same for a database server, the last three for as many uploads as there are.
	sqlLockOwned   = `SELECT u.id FROM ` + ownedUploads + ` WHERE ` + ownedBy + ` ORDER BY u.id`
	sqlUploadingIn = `SELECT f.id FROM files f WHERE f.status = 'uploading' AND f.upload_id IN `
	sqlMarkFilesIn = `UPDATE files SET ` + marked + ` WHERE ` + unmarked + ` AND upload_id IN `
	sqlRemoveIn    = `UPDATE uploads SET deleted_at = ? WHERE id IN `

	sqlUploadUploading = `SELECT f.id FROM files f WHERE f.upload_id = ? AND f.status = 'uploading'`
	sqlLiveUploads     = `SELECT u.id FROM uploads u WHERE +u.deleted_at IS NULL AND u.id > ? ORDER BY u.id LIMIT ?`

	sqlQuotaUsed = `SELECT COALESCE(SUM(` + takenBytes + `), 0)
		FROM ` + ownedUploads + ` CROSS JOIN files f ON f.upload_id = u.id
		WHERE u."user" = ?1 AND u."user" > '' AND u.deleted_at IS NULL`
	sqlReserveFree = `UPDATE files SET reserved = ? WHERE id = ? AND status = 'uploading' AND COALESCE(instance, '') = ?`
	sqlReserve     = `UPDATE files SET reserved = ?2 WHERE id = ?3 AND status = 'uploading' AND COALESCE(instance, '') = ?4
		AND (` + sqlQuotaUsed + ` AND f.id <> ?3) <= ?5`
	sqlTotalSize = `SELECT (SELECT COALESCE(SUM(` + takenBytes + `), 0) FROM files f WHERE f.status IN ('uploaded', 'uploading'))
		+ (SELECT COALESCE(SUM(CASE WHEN r.position > COALESCE(f.reserved, 0) THEN r.position - COALESCE(f.reserved, 0) ELSE 0 END), 0) FROM resumables r
			LEFT JOIN files f ON f.id = r.file_id AND f.status = 'uploading' WHERE r.done IS NOT TRUE)`
)

// accountStatements are prepared like the other statements.
type accountStatements struct {
	user, sessionUser, tokenUser                                       *stmt
	insertUser, userForUpdate, updateUser, otherAdmin, dropUser        *stmt
	insertToken, dropToken, dropUserTokens, touchToken                 *stmt
	endSession, ownedUploading, markOwnedFiles, removeOwned            *stmt
	uploadUploading, quotaUsed, reserve, countOwned, sumOwned          *stmt
	eachUser, eachToken, eachUpload, anyUpload, liveUploads, uploadIDs *stmt
	importFile, importSetting                                          *stmt
}

func (st *accountStatements) reads() map[**stmt]string {
	return map[**stmt]string{
		&st.user: sqlUser, &st.sessionUser: sqlSessionUser, &st.tokenUser: sqlTokenUser,
		&st.quotaUsed: sqlQuotaUsed, &st.countOwned: sqlCountOwned, &st.sumOwned: sqlSumOwned,
		&st.eachUser: sqlEachUser, &st.eachToken: sqlEachToken, &st.eachUpload: sqlEachUpload,
		&st.anyUpload: sqlAnyUpload, &st.liveUploads: sqlLiveUploads, &st.uploadIDs: sqlUploadIDs,
	}
}

func (st *accountStatements) writes() map[**stmt]string {
	return map[**stmt]string{
		&st.insertUser: sqlInsertUser, &st.userForUpdate: sqlUser, &st.updateUser: sqlUpdateUser,
		&st.otherAdmin: sqlOtherAdmin, &st.dropUser: sqlDropUser,
		&st.insertToken: sqlInsertToken, &st.dropToken: sqlDropToken,
		&st.dropUserTokens: sqlDropUserTokens, &st.touchToken: sqlTouchToken,
		&st.endSession: sqlEndSession, &st.ownedUploading: sqlOwnedUploading,
		&st.markOwnedFiles: sqlMarkOwnedFiles, &st.removeOwned: sqlRemoveOwned,
		&st.uploadUploading: sqlUploadUploading, &st.reserve: sqlReserve,
		&st.importFile: sqlImportFile, &st.importSetting: sqlImportSetting,
	}
}

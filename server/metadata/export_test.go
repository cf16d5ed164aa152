package metadata

import (
	"maps"

	"github.com/root-gg/plik/server/core"
)

// The indexes of primary keys, as SQLite names them.
const (
	uploadKey = "sqlite_autoindex_uploads_1"
	fileKey   = "sqlite_autoindex_files_1"
	userKey   = "sqlite_autoindex_users_1"
	tokenKey  = "sqlite_autoindex_tokens_1"
)

// HotQueries returns the statements of the requests and the loops, with the indexes that
// each must use and no other.
func HotQueries() map[string][]string {
	queries := map[string][]string{
		sqlUpload:                         {uploadKey},
		sqlUploadAndFile:                  {uploadKey, fileKey},
		sqlUploadFiles:                    {"idx_file_upload"},
		sqlFile:                           {fileKey},
		sqlFiles:                          {fileKey},
		sqlRemovedFiles:                   {"idx_file_unsettled"},
		sqlUploadingFiles:                 {"idx_file_unsettled"},
		sqlExpired:                        {"idx_upload_expire_at"},
		sqlDeletedUploads:                 {"idx_upload_deleted"},
		sqlAddFile:                        {uploadKey, "idx_file_upload"},
		sqlLiveUpload:                     {uploadKey},
		sqlFileState:                      {fileKey},
		sqlClaimFile:                      {fileKey},
		sqlSetCRC32:                       {fileKey},
		sqlSetExpiry:                      {uploadKey},
		sqlRemoveUpload:                   {uploadKey},
		sqlExpireUpload:                   {uploadKey},
		sqlMarkFiles:                      {"idx_file_upload"},
		sqlUnfinishedFile:                 {"idx_file_upload"},
		sqlDropFiles:                      {"idx_file_upload"},
		sqlDropUpload:                     {uploadKey},
		sqlDropOrphans:                    {uploadKey, "idx_file_upload"},
		sqlDropNoUpload:                   {"idx_file_upload"},
		moveSQL(moveKey{from: "missing"}): {fileKey},
		moveSQL(moveKey{from: "uploading", changed: 255}): {fileKey},
		moveSQL(moveKey{changed: 255}):                    {fileKey},
	}
	maps.Copy(queries, accountQueries())
	return queries
}

func accountQueries() map[string][]string {
	return map[string][]string{
		sqlUser:                           {userKey},
		sqlSessionUser:                    {userKey, "sqlite_autoindex_ended_sessions_1"},
		sqlTokenUser:                      {userKey, tokenKey},
		sqlUpdateUser:                     {userKey},
		sqlDropUser:                       {userKey},
		sqlDropToken:                      {tokenKey},
		sqlDropUserTokens:                 {"idx_token_listed"},
		sqlTouchToken:                     {tokenKey},
		sqlPurgeSessions:                  {"idx_ended_session_until"},
		sqlCountOwned:                     {"idx_upload_owned"},
		sqlSumOwned:                       {"idx_upload_owned", "idx_file_upload"},
		sqlOwnedUploading:                 {"idx_file_unsettled", uploadKey},
		sqlMarkOwnedFiles:                 {"idx_upload_owned", "idx_file_upload"},
		sqlRemoveOwned:                    {"idx_upload_owned"},
		sqlUploadUploading:                {"idx_file_upload"},
		sqlLiveUploads:                    {uploadKey},
		sqlQuotaUsed:                      {"idx_upload_owned", "idx_file_upload"},
		sqlReserve:                        {fileKey, "idx_upload_owned", "idx_file_upload"},
		sqlImportFile:                     {"idx_file_upload"},
		sqlEachUser:                       {userKey},
		sqlEachToken:                      {tokenKey},
		sqlEachUpload:                     {uploadKey},
		sqlAnyUpload:                      {uploadKey},
		sqlUploadIDs:                      {"idx_file_upload"},
		sqlEachSetting:                    {"sqlite_autoindex_settings_1"},
		sqlUploadsIn + in(make([]int, 3)): {uploadKey},
		sqlFilesIn + in(make([]int, 3)):   {"idx_file_upload"},
	}
}

// ListQueries returns statements that list what follows something, or precedes it, with the
// index that each must use.
func ListQueries() (map[string]string, error) {
	queries := map[string]string{}
	add := func(index string, query func(p core.Page, at *position) (string, []any)) {
		for _, p := range []core.Page{{After: "x"}, {Before: "x"}, {After: "x", Asc: true}, {Before: "x", Asc: true}} {
			p.Limit = 20
			text, _ := query(p, &position{text: "2026", id: "x"})
			queries[text] = index
		}
	}
	users, err := userListing(core.UserFilter{Provider: "local", Query: "x"})
	if err != nil {
		return nil, err
	}
	add("idx_user_listed", queryOf(users))
	add("idx_token_listed", queryOf(tokenListing("local:alice")))
	for index, f := range map[string]core.UploadFilter{
		"idx_upload_listed": {Anyone: true, Query: "x"},
		"idx_upload_owned":  {User: "local:alice", Query: "x"},
	} {
		where, err := uploadConditions(f)
		if err != nil {
			return nil, err
		}
		add(index, queryOf(uploadListing(f, where)))
	}
	return queries, nil
}

func queryOf[T any](l listing[T]) func(p core.Page, at *position) (string, []any) {
	return func(p core.Page, at *position) (string, []any) {
		key, _ := l.keyFor(nil, at) // SQLite takes any text
		return l.query(p, at, key)
	}
}

// ParseCursor reads a cursor and writes it again.
func ParseCursor(s string, bySize bool) (string, error) {
	p, err := parseCursor(s, bySize)
	if err != nil {
		return "", err
	}
	return p.cursor()
}

// LogSync returns what makes the log at path durable.
func LogSync(path string) (sync func() error) { return (&walSync{path: path}).sync }

// Translate returns what a statement is on a server, and which arguments it takes.
func Translate(driver, statement string) (text string, args []int) {
	d := postgresDialect()
	if driver == driverMySQL {
		d = mysqlDialect()
	}
	q := d.translate(statement)
	return q.text, q.args
}

// CheckConnectionString tells what is wrong with the connection string of a server.
func CheckConnectionString(driver, s string) error {
	_, _, _, err := connectors(driver, s)
	return err
}

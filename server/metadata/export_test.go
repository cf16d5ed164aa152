package metadata

// HotQueries returns the statements of the requests and the loops, with the indexes that
// each must use and no other.
func HotQueries() map[string][]string {
	const uploadKey, fileKey = "sqlite_autoindex_uploads_1", "sqlite_autoindex_files_1"
	return map[string][]string{
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
		moveSQL(moveKey{from: "uploading", changed: 127}): {fileKey},
		moveSQL(moveKey{changed: 127}):                    {fileKey},
	}
}

// LogSync returns what makes the log at path durable.
func LogSync(path string) (sync func() error) { return (&walSync{path: path}).sync }

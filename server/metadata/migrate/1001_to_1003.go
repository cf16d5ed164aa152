package migrate

import (
	"time"

	"gorm.io/gorm"
)

// file1001 adds what a file of Plik 1.3 has not: its checksum, its place within the upload,
// and the server that is receiving it. All are NULL in rows that Plik 1.3 wrote.
type file1001 struct {
	ID       string `gorm:"primaryKey"`
	CRC32    *int64 `gorm:"column:crc32"`
	Position *int64
	Instance *string
}

func (file1001) TableName() string { return "files" }

func fileColumns(tx *gorm.DB) error { return ensure(tx, &file1001{}) }

// file1002 adds the index that finds the files of an upload, and the last position among
// them; and one of the few files that wait for something, for the cleaner.
type file1002 struct {
	ID       string `gorm:"primaryKey;index:idx_file_unsettled,priority:2"`
	UploadID string `gorm:"index:idx_file_upload,priority:1"`
	Position *int64 `gorm:"index:idx_file_upload,priority:2"`
	Status   string `gorm:"index:idx_file_unsettled,priority:1,where:status IN ('uploading'\\, 'removed')"`
}

func (file1002) TableName() string { return "files" }

// upload1002 adds the index that lists deleted uploads by id.
type upload1002 struct {
	ID string `gorm:"primaryKey;index:idx_upload_deleted,where:deleted_at IS NOT NULL"`
}

func (upload1002) TableName() string { return "uploads" }

func fileIndexes(tx *gorm.DB) error { return ensure(tx, &file1002{}, &upload1002{}) }

type instance1003 struct {
	ID     string `gorm:"primaryKey"`
	Host   string
	PID    int `gorm:"column:pid"`
	SeenAt time.Time
}

func (instance1003) TableName() string { return "plik_instances" }

type lease1003 struct {
	Name    string `gorm:"primaryKey"`
	Holder  string
	UntilAt time.Time
}

func (lease1003) TableName() string { return "plik_leases" }

func instances(tx *gorm.DB) error { return ensure(tx, &instance1003{}, &lease1003{}) }

package migrate

import (
	"time"

	"gorm.io/gorm"
)

// resumable1006 is a transfer that may stop and go on. Binary columns hold hex, which every
// database keeps as it is.
type resumable1006 struct {
	ID        string `gorm:"primaryKey"`
	UploadID  string
	FileID    string `gorm:"index:idx_resumable_file"`
	Owner     string `gorm:"index:idx_resumable_owner"`
	Bound     bool
	Partial   bool
	Parts     string
	Length    int64
	Position  int64
	Done      bool
	Md5       string
	Crc32     int64
	Head      string
	Digest    bool
	Metadata  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

func (resumable1006) TableName() string { return "resumables" }

func resumables(tx *gorm.DB) error { return ensure(tx, &resumable1006{}) }

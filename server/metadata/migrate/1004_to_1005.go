package migrate

import (
	"time"

	"gorm.io/gorm"
)

// What 1004 adds to the accounts of Plik 1.3. All columns are NULL in rows that it wrote.
//
// Lists go by the text of created_at, NULL being the empty one: so do their indexes.

type user1004 struct {
	ID         string `gorm:"primaryKey"`
	Generation *int
}

func (user1004) TableName() string { return "users" }

type token1004 struct {
	Token      string    `gorm:"primaryKey;index:idx_token_listed,priority:3"`
	UserID     string    `gorm:"index:idx_token_listed,priority:1"`
	CreatedAt  time.Time `gorm:"index:idx_token_listed,priority:2,expression:COALESCE(created_at\\, '')"`
	Scope      *string
	ExpireAt   *time.Time
	LastUsedAt *time.Time
}

func (token1004) TableName() string { return "tokens" }

type file1004 struct {
	ID       string `gorm:"primaryKey"`
	Reserved *int64
}

func (file1004) TableName() string { return "files" }

type session1004 struct {
	ID    string    `gorm:"primaryKey"`
	Until time.Time `gorm:"index:idx_ended_session_until"`
}

func (session1004) TableName() string { return "ended_sessions" }

func accounts(tx *gorm.DB) error {
	return ensure(tx, &user1004{}, &token1004{}, &file1004{}, &session1004{})
}

// upload1005 adds the indexes that list uploads: all that are not deleted, and those of a user.
type upload1005 struct {
	ID        string    `gorm:"primaryKey;index:idx_upload_listed,priority:2;index:idx_upload_owned,priority:3"`
	User      string    `gorm:"index:idx_upload_owned,priority:1,where:deleted_at IS NULL AND \"user\" > ''"`
	CreatedAt time.Time `gorm:"index:idx_upload_listed,priority:1,expression:COALESCE(created_at\\, ''),where:deleted_at IS NULL;index:idx_upload_owned,priority:2,expression:COALESCE(created_at\\, '')"`
}

func (upload1005) TableName() string { return "uploads" }

// user1005 adds the index that lists users.
type user1005 struct {
	ID        string    `gorm:"primaryKey;index:idx_user_listed,priority:2"`
	CreatedAt time.Time `gorm:"index:idx_user_listed,priority:1,expression:COALESCE(created_at\\, '')"`
}

func (user1005) TableName() string { return "users" }

func listings(tx *gorm.DB) error { return ensure(tx, &upload1005{}, &user1005{}) }

package migrate

import (
	"time"

	"gorm.io/gorm"
)

type upload0001 struct {
	ID                  string `gorm:"primaryKey"`
	TTL                 int    `gorm:"column:ttl"`
	RemoteIP            string
	Comments            string
	Files               []*file0001 `gorm:"foreignKey:UploadID"`
	UploadToken         string
	User                string `gorm:"index:idx_upload_user"`
	Token               string `gorm:"index:idx_upload_user_token"`
	Stream              bool
	OneShot             bool
	Removable           bool
	ProtectedByPassword bool
	Login               string
	Password            string
	CreatedAt           time.Time
	DeletedAt           *time.Time `gorm:"index:idx_upload_deleted_at"`
	ExpireAt            *time.Time `gorm:"index:idx_upload_expire_at"`
}

func (upload0001) TableName() string { return "uploads" }

type file0001 struct {
	ID             string `gorm:"primaryKey"`
	UploadID       string
	Name           string
	Status         string
	Md5            string
	Type           string
	Size           int64
	Reference      string
	BackendDetails string
	CreatedAt      time.Time
}

func (file0001) TableName() string { return "files" }

type user0001 struct {
	ID        string `gorm:"primaryKey"`
	Provider  string
	Login     string
	Password  string
	Name      string
	Email     string
	IsAdmin   bool
	Tokens    []*token0001 `gorm:"foreignKey:UserID"`
	CreatedAt time.Time
}

func (user0001) TableName() string { return "users" }

type token0001 struct {
	Token     string `gorm:"primaryKey"`
	Comment   string
	UserID    string
	CreatedAt time.Time
}

func (token0001) TableName() string { return "tokens" }

type setting0001 struct {
	Key   string `gorm:"primaryKey"`
	Value string
}

func (setting0001) TableName() string { return "settings" }

func initial(tx *gorm.DB) error {
	return ensure(tx, &upload0001{}, &file0001{}, &user0001{}, &token0001{}, &setting0001{})
}

package migrate

import "gorm.io/gorm"

type user0002 struct {
	ID          string `gorm:"primaryKey"`
	MaxFileSize int64
	MaxTTL      int `gorm:"column:max_ttl"`
}

func (user0002) TableName() string { return "users" }

func userLimits(tx *gorm.DB) error { return ensure(tx, &user0002{}) }

type upload0003 struct {
	ID        string `gorm:"primaryKey"`
	ExtendTTL bool   `gorm:"column:extend_ttl"`
}

func (upload0003) TableName() string { return "uploads" }

func extendTTL(tx *gorm.DB) error { return ensure(tx, &upload0003{}) }

type user0004 struct {
	ID          string `gorm:"primaryKey"`
	MaxUserSize int64
}

func (user0004) TableName() string { return "users" }

func maxUserSize(tx *gorm.DB) error { return ensure(tx, &user0004{}) }

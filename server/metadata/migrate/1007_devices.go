package migrate

import (
	"time"

	"gorm.io/gorm"
)

// device1007 is a program that waits for somebody to confirm its code.
type device1007 struct {
	ID        string `gorm:"primaryKey"`
	UserCode  string `gorm:"uniqueIndex:idx_device_code"`
	Comment   string
	RemoteIP  string
	UserID    string
	Token     string
	CreatedAt time.Time
	ExpireAt  time.Time `gorm:"index:idx_device_expire_at"`
}

func (device1007) TableName() string { return "device_logins" }

func devices(tx *gorm.DB) error { return ensure(tx, &device1007{}) }

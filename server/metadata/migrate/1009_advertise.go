package migrate

import "gorm.io/gorm"

// instance1009 is where a daemon is reached by the others.
type instance1009 struct {
	ID  string `gorm:"primaryKey"`
	URL string `gorm:"column:url"`
}

func (instance1009) TableName() string { return "plik_instances" }

func advertise(tx *gorm.DB) error { return ensure(tx, &instance1009{}) }

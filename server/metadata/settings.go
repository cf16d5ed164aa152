package metadata

import (
	"context"
	"errors"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/root-gg/plik/server/core"
)

type settingRow struct {
	Key   string `gorm:"primaryKey"`
	Value string
}

// TableName is for GORM.
func (settingRow) TableName() string { return "settings" }

// Setting returns what all servers on this database agree on under key. Absent: KindNotFound.
func (s *Store) Setting(ctx context.Context, key string) (string, error) {
	var row settingRow
	err := s.readORM(ctx, "get setting", func(db *gorm.DB) error { return takeSetting(db, key, &row) })
	return row.Value, err
}

// SetSettingIfAbsent sets key unless it is set, and returns what it is set to now: the same
// for all who do this at once.
func (s *Store) SetSettingIfAbsent(ctx context.Context, key, value string) (current string, err error) {
	const op = "set setting"
	err = s.writeORM(ctx, op, func(db *gorm.DB) error {
		row := settingRow{Key: key, Value: value}
		if err := db.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return err
		}
		row = settingRow{}
		err := takeSetting(db, key, &row)
		current = row.Value
		return err
	})
	if err != nil {
		return "", err
	}
	return current, s.durable(op)
}

func takeSetting(db *gorm.DB, key string, row *settingRow) error {
	// GORM quotes the column, whose name is a word of SQL in some dialects.
	err := db.Where(clause.Eq{Column: "key", Value: key}).Take(row).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return core.E(core.KindNotFound, "setting_not_found", "setting %s not found", key)
	}
	return err
}

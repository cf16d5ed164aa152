package metadata

import (
	"context"
	"database/sql"
	"errors"

	"github.com/root-gg/plik/server/core"
)

// The word is one of SQL in some dialects.
const (
	sqlSetting     = `SELECT COALESCE(value, '') FROM settings WHERE "key" = ?`
	sqlSetIfAbsent = `INSERT INTO settings ("key", value) VALUES (?, ?) ON CONFLICT ("key") DO NOTHING`
)

// Setting returns what all servers on this database agree on under key. Absent: KindNotFound.
func (s *Store) Setting(ctx context.Context, key string) (value string, err error) {
	err = s.read(ctx, "get setting", func(ctx context.Context) error {
		return foundSetting(key, s.row(ctx, sqlSetting, key).Scan(&value))
	})
	return value, err
}

// SetSettingIfAbsent sets key unless it is set, and returns what it is set to now: the same
// for all who do this at once.
func (s *Store) SetSettingIfAbsent(ctx context.Context, key, value string) (current string, err error) {
	const op = "set setting"
	err = s.write(ctx, op, func(ctx context.Context) error {
		if _, err := s.exec(ctx, sqlSetIfAbsent, key, value); err != nil {
			return err
		}
		return foundSetting(key, s.rowInChange(ctx, sqlSetting, key).Scan(&current))
	})
	if err != nil {
		return "", err
	}
	return current, s.durable(op)
}

func foundSetting(key string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return core.E(core.KindNotFound, "setting_not_found", "setting %s not found", key)
	}
	return err
}

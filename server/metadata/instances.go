package metadata

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/root-gg/plik/server/core"
)

type instanceRow struct {
	ID     string `gorm:"primaryKey"`
	Host   string
	PID    int    `gorm:"column:pid"`
	URL    string `gorm:"column:url"`
	SeenAt timestamp
}

// TableName is for GORM.
func (instanceRow) TableName() string { return "plik_instances" }

// Heartbeat records that the instance was alive at i.SeenAt.
func (s *Store) Heartbeat(ctx context.Context, i core.Instance) error {
	row := instanceRow{ID: i.ID, Host: i.Host, PID: i.PID, URL: i.URL, SeenAt: timestamp{i.SeenAt}}
	return s.writeORM(ctx, "record instance", func(db *gorm.DB) error {
		return db.Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
}

// Instances returns every known instance.
func (s *Store) Instances(ctx context.Context) ([]core.Instance, error) {
	var rows []instanceRow
	err := s.readORM(ctx, "list instances", func(db *gorm.DB) error {
		return db.Order("id").Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	instances := make([]core.Instance, len(rows))
	for i, r := range rows {
		instances[i] = core.Instance{ID: r.ID, Host: r.Host, PID: r.PID, URL: r.URL, SeenAt: r.SeenAt.Time}
	}
	return instances, nil
}

// ForgetInstance drops an instance. An unknown one is no error.
func (s *Store) ForgetInstance(ctx context.Context, id string) error {
	return s.writeORM(ctx, "forget instance", func(db *gorm.DB) error {
		return db.Delete(&instanceRow{}, "id = ?", id).Error
	})
}

// AcquireLease makes holder the only holder of the named lease until the given time. It
// fails (false, nil) while another one's lease lasts at now. A holder may renew its own.
func (s *Store) AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	var got bool
	err := s.writeORM(ctx, "acquire lease", func(db *gorm.DB) error {
		// Both times were written by timeText, so their texts compare like times.
		r := db.Exec(`INSERT INTO plik_leases (name, holder, until_at) VALUES (?, ?, ?)
			ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until_at = excluded.until_at
			WHERE plik_leases.holder = excluded.holder OR plik_leases.until_at <= ?`,
			name, holder, timeText(until), timeText(now))
		got = r.RowsAffected == 1
		return r.Error
	})
	return got && err == nil, err
}

// ReleaseLease ends the lease if holder has it.
func (s *Store) ReleaseLease(ctx context.Context, name, holder string) error {
	return s.writeORM(ctx, "release lease", func(db *gorm.DB) error {
		return db.Exec(`DELETE FROM plik_leases WHERE name = ? AND holder = ?`, name, holder).Error
	})
}

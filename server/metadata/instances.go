package metadata

import (
	"context"
	"time"

	"github.com/root-gg/plik/server/core"
)

const (
	sqlHeartbeat = `INSERT INTO plik_instances (id, host, pid, url, seen_at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET host = excluded.host, pid = excluded.pid, url = excluded.url, seen_at = excluded.seen_at`
	sqlInstances = `SELECT i.id, COALESCE(i.host, ''), COALESCE(i.pid, 0), COALESCE(i.url, ''), COALESCE(i.seen_at, '')
		FROM plik_instances i ORDER BY i.id`
	sqlForgetInstance = `DELETE FROM plik_instances WHERE id = ?`
)

// Heartbeat records that the instance was alive at i.SeenAt.
func (s *Store) Heartbeat(ctx context.Context, i core.Instance) error {
	return s.write(ctx, "record instance", func(ctx context.Context) error {
		_, err := s.exec(ctx, sqlHeartbeat, i.ID, i.Host, i.PID, i.URL, formatTime(i.SeenAt))
		return err
	})
}

// Instances returns every known instance.
func (s *Store) Instances(ctx context.Context) (instances []core.Instance, err error) {
	err = s.read(ctx, "list instances", func(ctx context.Context) error {
		rows, err := s.rows(ctx, sqlInstances)
		instances, err = scanAll(rows, err, func(row scanner) (i core.Instance, err error) {
			var seen string
			if err = row.Scan(&i.ID, &i.Host, &i.PID, &i.URL, &seen); err == nil {
				i.SeenAt, err = parseTime(seen)
			}
			return i, err
		})
		return err
	})
	return instances, err
}

// ForgetInstance drops an instance. An unknown one is no error.
func (s *Store) ForgetInstance(ctx context.Context, id string) error {
	return s.write(ctx, "forget instance", func(ctx context.Context) error {
		_, err := s.exec(ctx, sqlForgetInstance, id)
		return err
	})
}

// timeText writes the times of leases, so on SQLite their texts compare like times.
const (
	sqlRenewLease   = `UPDATE plik_leases SET holder = ?2, until_at = ?3 WHERE name = ?1 AND (holder = ?2 OR until_at <= ?4)`
	sqlTakeLease    = `INSERT INTO plik_leases (name, holder, until_at) VALUES (?, ?, ?) ON CONFLICT (name) DO NOTHING`
	sqlReleaseLease = `DELETE FROM plik_leases WHERE name = ? AND holder = ?`
)

// AcquireLease makes holder the only holder of the named lease until the given time. It
// fails (false, nil) while another one's lease lasts at now. A holder may renew its own.
//
// On a database server, times are shifted by what its clock differs from this process's, so
// that the holders need not agree on the time.
func (s *Store) AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	const op = "acquire lease"
	skew, err := s.skew(ctx, op)
	if err != nil {
		return false, err
	}
	var n int64
	err = s.writeTx(ctx, op, func(ctx context.Context) (err error) {
		// There is none, or it is another one's: of several who find none, one inserts it.
		n, err = affected(s.exec(ctx, sqlRenewLease, name, holder, timeText(until.Add(skew)), timeText(now.Add(skew))))
		if err == nil && n == 0 {
			n, err = affected(s.exec(ctx, sqlTakeLease, name, holder, timeText(until.Add(skew))))
		}
		return err
	})
	return err == nil && n == 1, err
}

// ReleaseLease ends the lease if holder has it.
func (s *Store) ReleaseLease(ctx context.Context, name, holder string) error {
	return s.write(ctx, "release lease", func(ctx context.Context) error {
		_, err := s.exec(ctx, sqlReleaseLease, name, holder)
		return err
	})
}

// skew returns how far the clock of the database server is ahead of ours; SQLite has ours.
func (s *Store) skew(ctx context.Context, op string) (skew time.Duration, err error) {
	if s.remote == nil {
		return 0, nil
	}
	err = s.read(ctx, op, func(ctx context.Context) error {
		var micros int64
		before := s.now()
		if err := s.remote.row(ctx, s.remote.translated(s.remote.dialect.clock), nil).Scan(&micros); err != nil {
			return err
		}
		// Half of the way there and back, at most, is what it is wrong by.
		here := before.Add(s.now().Sub(before) / 2)
		skew = time.UnixMicro(micros).Sub(here)
		return nil
	})
	return skew, err
}

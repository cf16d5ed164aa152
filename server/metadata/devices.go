package metadata

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/root-gg/plik/server/core"
)

const (
	deviceColumns = `d.id, d.user_code, COALESCE(d.comment, ''), COALESCE(d.remote_ip, ''), COALESCE(d.user_id, ''), COALESCE(d.token, ''),
		COALESCE(d.created_at, ''), COALESCE(d.expire_at, '')`

	sqlInsertDevice = `INSERT INTO device_logins (id, user_code, comment, remote_ip, user_id, token, created_at, expire_at)
		VALUES (?, ?, ?, ?, '', '', ?, ?)`
	sqlDevice       = `SELECT ` + deviceColumns + ` FROM device_logins d WHERE d.id = ?`
	sqlDeviceByCode = `SELECT ` + deviceColumns + ` FROM device_logins d WHERE d.user_code = ?`
	sqlDecideDevice = `UPDATE device_logins SET user_id = ?, token = ? WHERE user_code = ? AND user_id = '' AND expire_at > ?`
	sqlTakeDevice   = `DELETE FROM device_logins WHERE id = ? AND user_id <> ''`
	sqlPurgeDevices = `DELETE FROM device_logins WHERE expire_at < ?`
)

// CreateDeviceLogin inserts d. A code that is in use is KindConflict.
func (s *Store) CreateDeviceLogin(ctx context.Context, d *core.DeviceLogin) error {
	err := s.write(ctx, "create device login", func(ctx context.Context) error {
		_, err := s.exec(ctx, sqlInsertDevice, d.ID, d.UserCode, d.Comment, d.RemoteIP, timeText(d.CreatedAt), timeText(d.ExpireAt))
		return err
	})
	if isDuplicate(err) {
		return core.E(core.KindConflict, "device_code_taken", "try again")
	}
	return err
}

var errNoDevice = core.E(core.KindNotFound, "device_not_found", "this code is unknown or has expired")

// DeviceLogin returns one. Absent: KindNotFound.
func (s *Store) DeviceLogin(ctx context.Context, id string) (*core.DeviceLogin, error) {
	return s.device(ctx, sqlDevice, id)
}

// DeviceLoginByCode returns the one that a user code stands for. Absent: KindNotFound.
func (s *Store) DeviceLoginByCode(ctx context.Context, code string) (*core.DeviceLogin, error) {
	return s.device(ctx, sqlDeviceByCode, code)
}

func (s *Store) device(ctx context.Context, query, key string) (d *core.DeviceLogin, err error) {
	err = s.read(ctx, "get device login", func(ctx context.Context) error {
		d = &core.DeviceLogin{}
		var created, expires string
		err := s.row(ctx, query, key).Scan(&d.ID, &d.UserCode, &d.Comment, &d.RemoteIP, &d.UserID, &d.Token, &created, &expires)
		if errors.Is(err, sql.ErrNoRows) {
			return errNoDevice
		}
		if err != nil {
			return err
		}
		if d.CreatedAt, err = parseTime(created); err != nil {
			return err
		}
		d.ExpireAt, err = parseTime(expires)
		return err
	})
	return d, err
}

// DecideDeviceLogin notes what a user said of a code: token is what the program gets, empty for
// nothing. Decided already, expired or absent at now: KindNotFound.
func (s *Store) DecideDeviceLogin(ctx context.Context, code string, user core.UserID, token string, now time.Time) error {
	const op = "decide device login"
	err := s.write(ctx, op, func(ctx context.Context) error {
		n, err := affected(s.exec(ctx, sqlDecideDevice, user, token, code, timeText(now)))
		if err == nil && n == 0 {
			return errNoDevice
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.durable(op)
}

// TakeDeviceLogin removes one that was decided; of several callers exactly one succeeds, the others
// get KindNotFound.
func (s *Store) TakeDeviceLogin(ctx context.Context, id string) error {
	const op = "take device login"
	err := s.write(ctx, op, func(ctx context.Context) error {
		n, err := affected(s.exec(ctx, sqlTakeDevice, id))
		if err == nil && n == 0 {
			return errNoDevice
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.durable(op)
}

// PurgeDeviceLogins forgets those whose time was over before now, and returns how many.
func (s *Store) PurgeDeviceLogins(ctx context.Context, now time.Time) (int, error) {
	var n int64
	err := s.write(ctx, "purge device logins", func(ctx context.Context) (err error) {
		n, err = affected(s.exec(ctx, sqlPurgeDevices, timeText(now)))
		return err
	})
	return int(n), err
}

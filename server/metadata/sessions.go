package metadata

import (
	"context"
	"errors"
	"time"

	"github.com/root-gg/plik/server/core"
)

// SessionUser returns a user, and whether the session known by the id has been ended.
// Absent user: KindNotFound.
func (s *Store) SessionUser(ctx context.Context, id core.UserID, session string) (u *core.User, ended bool, err error) {
	err = s.read(ctx, "get user of session", func(ctx context.Context) error {
		u, err = foundUser(scanUser(s.st.sessionUser.QueryRowContext(ctx, session, id), &ended))
		return err
	})
	if err != nil {
		return nil, false, err
	}
	return u, ended, nil
}

// EndSession notes that a session is over; the note may be forgotten after until. Of several
// times the latest counts.
func (s *Store) EndSession(ctx context.Context, session string, until time.Time) error {
	const op = "end session"
	if session == "" {
		return failed(op, errors.New("it has no id")) // it would end all that have none
	}
	err := s.write(ctx, op, func(ctx context.Context) error {
		_, err := s.st.endSession.ExecContext(ctx, session, timeText(until))
		return err
	})
	if err != nil {
		return err
	}
	return s.durable(op)
}

// PurgeSessions forgets the ended sessions whose time was over before now, and returns how many.
func (s *Store) PurgeSessions(ctx context.Context, now time.Time) (int, error) {
	var n int64
	err := s.write(ctx, "purge sessions", func(ctx context.Context) (err error) {
		n, err = affected(s.exec(ctx, sqlPurgeSessions, timeText(now)))
		return err
	})
	return int(n), err
}

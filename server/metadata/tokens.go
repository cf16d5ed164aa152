package metadata

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/root-gg/plik/server/core"
)

// CreateToken inserts t. A zero CreatedAt becomes now, an empty Scope ScopeUpload. An absent
// user is KindNotFound, a token that exists already KindConflict.
func (s *Store) CreateToken(ctx context.Context, t *core.Token) error {
	const op = "create token"
	if t.Token == "" {
		return failed(op, errors.New("it is empty"))
	}
	if t.CreatedAt.IsZero() {
		t.CreatedAt = s.now()
	}
	if t.Scope == "" {
		t.Scope = core.ScopeUpload
	}
	err := s.write(ctx, op, func(ctx context.Context) error {
		_, err := s.st.insertToken.ExecContext(ctx, tokenArgs(t)...)
		return err
	})
	switch {
	case isForeignKey(err):
		return userNotFound().Because(err)
	case isDuplicate(err):
		return tokenExists(t.UserID).Because(err)
	case err != nil:
		return err
	}
	return s.durable(op)
}

// TokenUser returns a token and its user. Absent: KindNotFound. Whether the token has expired
// is not looked at.
func (s *Store) TokenUser(ctx context.Context, token string) (t *core.Token, u *core.User, err error) {
	err = s.read(ctx, "get token", func(ctx context.Context) error {
		var ts tokenScan
		var us userScan
		err := s.st.tokenUser.QueryRowContext(ctx, token).Scan(us.dest(ts.dest(make([]any, 0, 32)))...)
		if errors.Is(err, sql.ErrNoRows) {
			return tokenNotFound()
		}
		if err != nil {
			return err
		}
		if t, err = ts.token(); err != nil {
			return err
		}
		u, err = us.user()
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	return t, u, nil
}

// DeleteToken removes a token of this user. Absent or of another one: KindNotFound.
func (s *Store) DeleteToken(ctx context.Context, user core.UserID, token string) error {
	const op = "delete token"
	err := s.write(ctx, op, func(ctx context.Context) error {
		n, err := affected(s.st.dropToken.ExecContext(ctx, token, user))
		if err == nil && n == 0 {
			return tokenNotFound()
		}
		return err
	})
	if err != nil {
		return err
	}
	return s.durable(op)
}

// TouchToken notes when a token was used; an earlier time than is known changes nothing. An
// absent token is no error.
func (s *Store) TouchToken(ctx context.Context, token string, at time.Time) error {
	const op = "note use of token"
	var n int64
	err := s.write(ctx, op, func(ctx context.Context) (err error) {
		n, err = affected(s.st.touchToken.ExecContext(ctx, token, timeText(at)))
		return err
	})
	if err != nil || n == 0 {
		return err
	}
	return s.durable(op)
}

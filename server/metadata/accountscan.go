package metadata

import (
	"cmp"
	"database/sql"
	"fmt"

	"github.com/root-gg/plik/server/core"
)

// userScan receives userColumns.
type userScan struct {
	u       core.User
	created string
}

func (s *userScan) dest(to []any) []any {
	u := &s.u
	return append(to,
		&u.ID, &u.Provider, &u.Login, &u.Password, &u.Name, &u.Email, &u.Admin,
		&u.MaxFileSize, &u.MaxUserSize, &u.MaxTTL, &u.Generation, &s.created)
}

func (s *userScan) user() (*core.User, error) {
	var err error
	if s.u.CreatedAt, err = parseTime(s.created); err != nil {
		return nil, fmt.Errorf("user %s: %w", s.u.ID, err)
	}
	return &s.u, nil
}

// scanUser reads a row of userColumns and then more.
func scanUser(row scanner, more ...any) (*core.User, error) {
	var s userScan
	if err := row.Scan(append(s.dest(make([]any, 0, 16)), more...)...); err != nil {
		return nil, err
	}
	return s.user()
}

// userArgs are those of sqlInsertUser.
func userArgs(u *core.User) []any {
	return []any{
		u.ID, u.Provider, u.Login, u.Password, u.Name, u.Email, u.Admin,
		u.MaxFileSize, u.MaxUserSize, u.MaxTTL, u.Generation, timeText(u.CreatedAt),
	}
}

// tokenScan receives tokenColumns.
type tokenScan struct {
	t                       core.Token
	created, expire, usedAt string
}

func (s *tokenScan) dest(to []any) []any {
	t := &s.t
	return append(to, &t.Token, &t.Comment, &t.UserID, &t.Scope, &s.created, &s.expire, &s.usedAt)
}

func (s *tokenScan) token() (*core.Token, error) {
	t := &s.t
	var err error
	if t.CreatedAt, err = parseTime(s.created); err == nil {
		t.ExpireAt, err = parseTime(s.expire)
	}
	if err == nil {
		t.LastUsedAt, err = parseTime(s.usedAt)
	}
	if err != nil {
		return nil, fmt.Errorf("token of user %s: %w", t.UserID, err)
	}
	return t, nil
}

// tokenArgs are those of sqlInsertToken.
func tokenArgs(t *core.Token) []any {
	return []any{
		t.Token, t.Comment, t.UserID, cmp.Or(t.Scope, core.ScopeUpload),
		timeText(t.CreatedAt), formatTime(t.ExpireAt), formatTime(t.LastUsedAt),
	}
}

// scanAll reads all rows and closes them.
func scanAll[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

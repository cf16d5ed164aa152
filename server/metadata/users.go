package metadata

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/root-gg/plik/server/core"
)

// CreateUser inserts u. A zero CreatedAt becomes now. An id that is taken is KindConflict.
func (s *Store) CreateUser(ctx context.Context, u *core.User) error {
	const op = "create user"
	if u.ID == "" {
		return failed(op, errors.New("it has no id"))
	}
	if u.CreatedAt.IsZero() {
		u.CreatedAt = s.now()
	}
	err := s.write(ctx, op, func(ctx context.Context) error {
		_, err := s.st.insertUser.ExecContext(ctx, userArgs(u)...)
		return err
	})
	if isDuplicate(err) {
		return userExists(u.ID).Because(err)
	}
	if err != nil {
		return err
	}
	return s.durable(op)
}

// User returns a user. Absent: KindNotFound.
func (s *Store) User(ctx context.Context, id core.UserID) (u *core.User, err error) {
	err = s.read(ctx, "get user", func(ctx context.Context) error {
		u, err = foundUser(scanUser(s.st.user.QueryRowContext(ctx, id)))
		return err
	})
	if err != nil {
		return nil, err
	}
	return u, nil
}

// UpdateUser lets edit change the user and saves the result, with nobody else changing it in
// between. An error of edit is returned as it is and nothing is changed. When the last
// administrator would be one no longer it is KindConflict. ID, Provider, Login and CreatedAt
// are not for edit to change. Absent: KindNotFound.
//
// All other writers wait for edit, which may be called again, with the user as it is then.
func (s *Store) UpdateUser(ctx context.Context, id core.UserID, edit func(*core.User) error) (*core.User, error) {
	const op = "update user"
	var u *core.User
	var refused error
	var changed bool
	err := s.writeTx(ctx, op, func(ctx context.Context) (err error) {
		u, refused, changed = nil, nil, false
		if u, err = foundUser(scanUser(s.st.userForUpdate.QueryRowContext(ctx, id))); err != nil {
			return err
		}
		was := *u
		if refused = edit(u); refused != nil {
			return nil // not an error of the database: those who share the transaction go on
		}
		if u.ID != was.ID || u.Provider != was.Provider || u.Login != was.Login || !u.CreatedAt.Equal(was.CreatedAt) {
			refused = failed(op, errors.New("id, provider, login and time of creation are not for edit to change"))
			return nil
		}
		if was.Admin && !u.Admin {
			if err := s.needOtherAdmin(ctx, id); err != nil {
				return err
			}
		}
		if changed = *u != was; !changed {
			return nil
		}
		_, err = s.st.updateUser.ExecContext(ctx, u.Password, u.Name, u.Email, u.Admin,
			u.MaxFileSize, u.MaxUserSize, u.MaxTTL, u.Generation, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	if refused != nil {
		return nil, refused
	}
	if changed {
		if err := s.durable(op); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// DeleteUser removes the user and the tokens, and marks all the uploads deleted at now, as
// RemoveUpload does. It returns the files that were Uploading: their transfers are to be
// stopped. The last administrator: KindConflict. Absent: KindNotFound.
func (s *Store) DeleteUser(ctx context.Context, id core.UserID, now time.Time) (uploading []core.FileID, err error) {
	const op = "delete user"
	err = s.writeTx(ctx, op, func(ctx context.Context) error {
		u, err := foundUser(scanUser(s.st.userForUpdate.QueryRowContext(ctx, id)))
		if err != nil {
			return err
		}
		if u.Admin {
			if err := s.needOtherAdmin(ctx, id); err != nil {
				return err
			}
		}
		if _, uploading, err = s.removeOwned(ctx, id, "", now); err != nil {
			return err
		}
		if _, err := s.st.dropUserTokens.ExecContext(ctx, id); err != nil {
			return err
		}
		_, err = s.st.dropUser.ExecContext(ctx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return uploading, s.durable(op)
}

// needOtherAdmin fails when nobody but id administrates the server. The caller is in a
// transaction, so nobody steps down meanwhile.
func (s *Store) needOtherAdmin(ctx context.Context, id core.UserID) error {
	if s.remote != nil { // two who step down at once each see the other one
		if err := s.remote.lock(ctx, "administrators"); err != nil {
			return err
		}
	}
	var other bool
	if err := s.st.otherAdmin.QueryRowContext(ctx, id).Scan(&other); err != nil {
		return err
	}
	if !other {
		return core.E(core.KindConflict, "last_admin", "this is the last administrator, appoint another one first")
	}
	return nil
}

// HasAdmin tells whether any user administrates the server. It may look at all of them.
func (s *Store) HasAdmin(ctx context.Context) (bool, error) {
	return s.ask(ctx, "look for an administrator", sqlHasAdmin)
}

// HasBcrypt tells whether any password is still hashed with bcrypt. It may look at all of them.
func (s *Store) HasBcrypt(ctx context.Context) (bool, error) {
	return s.ask(ctx, "look for old passwords", sqlHasBcrypt)
}

// ask returns the answer to a question of yes or no.
func (s *Store) ask(ctx context.Context, op, query string) (yes bool, err error) {
	err = s.read(ctx, op, func(ctx context.Context) error {
		return s.row(ctx, query).Scan(&yes)
	})
	return yes, err
}

// foundUser says that there is no user when there is no row.
func foundUser(u *core.User, err error) (*core.User, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return nil, userNotFound()
	}
	return u, err
}

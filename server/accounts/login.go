package accounts

import (
	"context"
	"net/netip"

	"github.com/root-gg/plik/server/core"
)

// Attempt is a login with a password.
type Attempt struct {
	Login, Password string
	Address         netip.Addr
	Known           string // a client that proved to belong to this login; may be empty
}

// errCredentials does not tell what was wrong.
var errCredentials = core.E(core.KindForbidden, "credentials_invalid", "invalid credentials")

// Login returns the local user with this login and password. Wrong: KindForbidden, after
// the same work whether there is such a user or not. Too often: KindRateLimited.
func (s *Service) Login(ctx context.Context, a Attempt) (*core.User, error) {
	if a.Login == "" {
		return nil, core.E(core.KindInvalid, "login_missing", "missing login")
	}
	if a.Password == "" {
		return nil, core.E(core.KindInvalid, "password_missing", "missing password")
	}
	succeeded, err := s.guard.Try(a.Address, a.Login, a.Known)
	if err != nil {
		return nil, err
	}
	stored := ""
	u, err := s.store.User(ctx, core.NewUserID(Local, a.Login))
	switch {
	case err == nil:
		stored = u.Password
	case core.KindOf(err) != core.KindNotFound:
		return nil, err
	}
	bcrypt, err := s.store.HasBcrypt(ctx)
	if err != nil {
		return nil, err
	}
	ok, outdated, err := s.passwords.VerifyAccount(ctx, stored, a.Password, bcrypt)
	switch {
	case err != nil && (core.KindOf(err) != core.KindInternal || ctx.Err() != nil):
		succeeded() // nothing was guessed
		return nil, err
	case err != nil: // what is stored is no hash, which nobody is to find out by trying
		s.log.WithError(err).WithField("login", a.Login).Error("a stored password cannot be verified")
		return nil, errCredentials
	}
	if !ok || u == nil {
		return nil, errCredentials
	}
	succeeded()
	if outdated {
		s.rehash(ctx, u, a.Password)
	}
	return u, nil
}

// rehash stores a password in today's form. A failure costs nothing but another try at
// the next login.
func (s *Service) rehash(ctx context.Context, u *core.User, password string) {
	old := u.Password
	hash, err := s.passwords.HashAccount(ctx, password)
	if err == nil {
		_, err = s.store.UpdateUser(ctx, u.ID, func(u *core.User) error {
			if u.Password == old { // it may have been changed meanwhile
				u.Password = hash
			}
			return nil
		})
	}
	if err != nil {
		s.log.WithError(err).WithField("user", u.ID).Warn("cannot store the password in its new form")
	}
}

// Profile is who another provider says that somebody is.
type Profile struct {
	Provider, Login, Name, Email string
	Admin                        *bool // nil: the provider does not say
}

// LoginAs returns the user of a profile. One who comes for the first time gets an account if
// mayCreate says nil.
func (s *Service) LoginAs(ctx context.Context, p Profile, mayCreate func() error) (u *core.User, created bool, err error) {
	id := core.NewUserID(p.Provider, p.Login)
	u, err = s.store.User(ctx, id)
	if core.KindOf(err) == core.KindNotFound && err != nil {
		if err := mayCreate(); err != nil {
			return nil, false, err
		}
		n := NewUser{Provider: p.Provider, Login: p.Login, Name: p.Name, Email: p.Email, Admin: p.Admin != nil && *p.Admin}
		u, err = s.CreateUser(ctx, n)
		if core.KindOf(err) == core.KindConflict && err != nil { // two at once
			u, err = s.store.User(ctx, id)
			return u, false, err
		}
		return u, err == nil, err
	}
	if err != nil {
		return nil, false, err
	}
	if p.Admin == nil || *p.Admin == u.Admin {
		return u, false, nil
	}
	changed, err := s.store.UpdateUser(ctx, id, func(u *core.User) error { u.Admin = *p.Admin; return nil })
	if core.KindOf(err) == core.KindConflict && err != nil { // the last one stays one
		s.log.WithField("user", id).Warn("the provider says that the last administrator is none any more: kept as administrator")
		return u, false, nil
	}
	return changed, false, err
}

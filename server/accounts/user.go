package accounts

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/password"
)

// Local is the provider of users who log in with a password of ours.
const Local = "local"

// Limits on texts, in bytes.
const (
	minLogin = 4
	maxLogin = 256
	maxName  = 256
	maxEmail = 256
)

// NewUser is what an administrator says of a new user.
type NewUser struct {
	Provider, Login string
	Password        string // of a local user, in clear
	Name, Email     string
	Admin           bool
	Limits          core.Limits
}

// CreateUser makes a user. What is wrong with it is KindInvalid, an id that is taken
// KindConflict, and the text begins with "unable to create user : ".
func (s *Service) CreateUser(ctx context.Context, n NewUser) (*core.User, error) {
	u, err := s.newUser(ctx, n)
	if err != nil {
		return nil, explain("unable to create user", err)
	}
	if err := s.store.CreateUser(ctx, u); err != nil {
		return nil, explain("unable to create user", err)
	}
	return u, nil
}

func (s *Service) newUser(ctx context.Context, n NewUser) (*core.User, error) {
	switch n.Provider {
	case Local, "google", "ovh", "github", "oidc":
	default:
		return nil, core.E(core.KindInvalid, "provider_invalid", "invalid provider")
	}
	u := &core.User{
		ID: core.NewUserID(n.Provider, n.Login), Provider: n.Provider, Login: n.Login,
		Name: n.Name, Email: n.Email, Admin: n.Admin, Limits: n.Limits, CreatedAt: s.now().UTC(),
	}
	if err := checkLogin(n.Provider, n.Login); err != nil {
		return nil, err
	}
	if err := checkProfile(u); err != nil {
		return nil, err
	}
	if n.Provider != Local {
		return u, nil
	}
	if err := password.CheckAccountPassword(n.Password); err != nil {
		return nil, err
	}
	var err error
	u.Password, err = s.passwords.HashAccount(ctx, n.Password)
	return u, err
}

func checkLogin(provider, login string) error {
	switch {
	case login == "":
		return core.E(core.KindInvalid, "login_missing", "missing login")
	case len(login) < minLogin && provider == Local: // other providers choose their own
		return core.E(core.KindInvalid, "login_too_short", "login is too short (min %d chars)", minLogin)
	case len(login) > maxLogin:
		return core.E(core.KindInvalid, "login_too_long", "login is too long (max %d bytes)", maxLogin)
	case !printable(login) || strings.ContainsAny(login, "/\\"):
		return core.E(core.KindInvalid, "login_invalid", `invalid login : slashes and control characters are not allowed`)
	}
	return nil
}

func checkProfile(u *core.User) error {
	if len(u.Name) > maxName || len(u.Email) > maxEmail {
		return core.E(core.KindInvalid, "name_too_long", "name or email is too long, maximum lengths are %d and %d bytes", maxName, maxEmail)
	}
	if !printable(u.Name) || !printable(u.Email) {
		return core.E(core.KindInvalid, "name_invalid", "invalid name or email : control characters are not allowed")
	}
	return nil
}

func printable(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsFunc(text, unicode.IsControl)
}

// User returns a user. Absent: KindNotFound.
func (s *Service) User(ctx context.Context, id core.UserID) (*core.User, error) {
	return s.store.User(ctx, id)
}

// Users lists users by time of creation.
func (s *Service) Users(ctx context.Context, f core.UserFilter, p core.Page) (core.List[*core.User], error) {
	return s.store.Users(ctx, f, p)
}

// HasAdmin tells whether any user administrates the server.
func (s *Service) HasAdmin(ctx context.Context) (bool, error) { return s.store.HasAdmin(ctx) }

// UserChange says what is to be different with a user. A nil field stays as it is.
type UserChange struct {
	Name, Email              *string
	Password                 *string // in clear
	Admin                    *bool
	MaxFileSize, MaxUserSize *int64
	MaxTTL                   *int
}

// UpdateUser changes a user for who. Only administrators raise or lower limits and rights, and
// the last one stays one: KindForbidden and KindConflict. A new password ends all the user's sessions.
func (s *Service) UpdateUser(ctx context.Context, who core.Identity, id core.UserID, c UserChange) (*core.User, error) {
	var hash string
	if c.Password != nil {
		if provider, _, _ := id.Split(); provider != Local {
			return nil, core.E(core.KindInvalid, "not_local", "unable to update user : only local users have a password here")
		}
		if err := password.CheckAccountPassword(*c.Password); err != nil {
			return nil, explain("unable to update user", err)
		}
		var err error
		if hash, err = s.passwords.HashAccount(ctx, *c.Password); err != nil {
			return nil, explain("unable to update user", err)
		}
	}
	return s.store.UpdateUser(ctx, id, func(u *core.User) error {
		if err := permitted(who, u, c); err != nil {
			return err
		}
		set(&u.Name, c.Name)
		set(&u.Email, c.Email)
		set(&u.Admin, c.Admin)
		set(&u.MaxFileSize, c.MaxFileSize)
		set(&u.MaxUserSize, c.MaxUserSize)
		set(&u.MaxTTL, c.MaxTTL)
		if hash != "" {
			u.Password = hash
			u.Generation++
		}
		if err := checkProfile(u); err != nil {
			return explain("unable to update user", err)
		}
		return nil
	})
}

// permitted tells why who may not make the change.
func permitted(who core.Identity, u *core.User, c UserChange) error {
	if who.Admin {
		return nil
	}
	if c.Admin != nil && *c.Admin && !u.Admin {
		return core.E(core.KindForbidden, "self_promotion", "can't grant yourself admin right, nice try!")
	}
	if differ(c.MaxFileSize, u.MaxFileSize) || differ(c.MaxUserSize, u.MaxUserSize) || differ(c.MaxTTL, u.MaxTTL) {
		return core.E(core.KindForbidden, "self_quota", "can't edit your own quota, nice try!")
	}
	return nil
}

func differ[T comparable](wanted *T, is T) bool { return wanted != nil && *wanted != is }

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// DeleteUser removes a user with tokens and uploads, at once and for everybody. The last
// administrator: KindConflict.
func (s *Service) DeleteUser(ctx context.Context, id core.UserID) error {
	uploading, err := s.store.DeleteUser(ctx, id, s.now().UTC())
	if err != nil {
		return err
	}
	s.abort(uploading)
	return nil
}

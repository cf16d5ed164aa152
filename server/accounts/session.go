package accounts

import (
	"context"
	"time"

	"github.com/root-gg/plik/server/core"
)

// SessionUser returns the user of a session, known by an id of its own, that began in a
// generation. Ended, of another generation, or without its user: KindForbidden.
func (s *Service) SessionUser(ctx context.Context, id core.UserID, session string, generation int) (*core.User, error) {
	u, ended, err := s.store.SessionUser(ctx, id, session)
	switch {
	case core.KindOf(err) == core.KindNotFound && err != nil:
		return nil, core.E(core.KindForbidden, "session_invalid", "invalid session : user does not exists")
	case err != nil:
		return nil, err
	case ended || generation != u.Generation:
		return nil, core.E(core.KindForbidden, "session_invalid", "invalid session")
	}
	return u, nil
}

// EndSession ends one session; until is when it would have ended by itself.
func (s *Service) EndSession(ctx context.Context, session string, until time.Time) error {
	return s.store.EndSession(ctx, session, until)
}

// EndSessions ends all sessions of a user and returns the user as it is then.
func (s *Service) EndSessions(ctx context.Context, id core.UserID) (*core.User, error) {
	return s.store.UpdateUser(ctx, id, func(u *core.User) error { u.Generation++; return nil })
}

// Impersonate returns the identity of an administrator who acts as another user. The rights
// of an administrator stay.
func (s *Service) Impersonate(ctx context.Context, who core.Identity, as core.UserID) (core.Identity, error) {
	if who.User == nil || !who.User.Admin || who.Token != nil && who.Token.Scope != core.ScopeUpload {
		return who, core.E(core.KindForbidden, "not_admin", "you need administrator privileges")
	}
	u, err := s.store.User(ctx, as)
	if core.KindOf(err) == core.KindNotFound && err != nil {
		return who, core.E(core.KindForbidden, "impersonated_unknown", "user to impersonate does not exists")
	}
	if err != nil {
		return who, err
	}
	who.By, who.User = who.User, u
	return who, nil
}

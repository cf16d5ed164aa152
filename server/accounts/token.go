package accounts

import (
	"context"
	"time"

	"github.com/root-gg/plik/server/core"
)

const maxComment = 1024

// tokenTouch is how exactly the last use of a token is known: not every upload writes it.
const tokenTouch = time.Hour

// NewToken is what a user says of a new token.
type NewToken struct {
	Comment  string
	Scope    core.TokenScope // empty: ScopeUpload
	ExpireAt time.Time       // zero: never
}

// CreateToken makes a token for a user. What is wrong with it is KindInvalid.
func (s *Service) CreateToken(ctx context.Context, user core.UserID, n NewToken) (*core.Token, error) {
	switch n.Scope {
	case "":
		n.Scope = core.ScopeUpload
	case core.ScopeUpload, core.ScopeRead, core.ScopeFull:
	default:
		return nil, core.E(core.KindInvalid, "scope_invalid", "invalid token scope, use %s, %s or %s", core.ScopeUpload, core.ScopeRead, core.ScopeFull)
	}
	if len(n.Comment) > maxComment || !printable(n.Comment) {
		return nil, core.E(core.KindInvalid, "comment_invalid", "invalid token comment, use up to %d bytes without control characters", maxComment)
	}
	now := s.now().UTC()
	if !n.ExpireAt.IsZero() && !n.ExpireAt.After(now) {
		return nil, core.E(core.KindInvalid, "expiry_invalid", "invalid token expiry, it is in the past")
	}
	t := &core.Token{
		Token: core.NewToken(), Comment: n.Comment, UserID: user, Scope: n.Scope,
		CreatedAt: now, ExpireAt: n.ExpireAt,
	}
	return t, s.store.CreateToken(ctx, t)
}

// TokenIdentity returns who comes with a token. Unknown, expired or of a user that is gone:
// KindForbidden.
func (s *Service) TokenIdentity(ctx context.Context, token string) (core.Identity, error) {
	t, u, err := s.store.TokenUser(ctx, token)
	now := s.now()
	if core.KindOf(err) == core.KindNotFound && err != nil || err == nil && t.Expired(now) {
		return core.Identity{}, core.E(core.KindForbidden, "token_invalid", "invalid token")
	}
	if err != nil {
		return core.Identity{}, err
	}
	if now.Sub(t.LastUsedAt) >= tokenTouch {
		if err := s.store.TouchToken(ctx, token, now.UTC()); err != nil {
			s.log.WithError(err).Warn("cannot note the use of a token")
		}
	}
	return core.Identity{User: u, Token: t}, nil
}

// Tokens lists the tokens of a user by time of creation.
func (s *Service) Tokens(ctx context.Context, user core.UserID, p core.Page) (core.List[*core.Token], error) {
	if user == "" {
		return core.List[*core.Token]{Total: -1}, nil
	}
	return s.store.Tokens(ctx, user, p)
}

// AllTokens lists the tokens of everybody by time of creation.
func (s *Service) AllTokens(ctx context.Context, p core.Page) (core.List[*core.Token], error) {
	return s.store.Tokens(ctx, "", p)
}

// OwnsToken tells by KindNotFound that a token is not one of the user's.
func (s *Service) OwnsToken(ctx context.Context, user core.UserID, token string) error {
	t, _, err := s.store.TokenUser(ctx, token)
	if err == nil && (user == "" || t.UserID != user) {
		err = core.E(core.KindNotFound, "token_not_found", "token not found")
	}
	return err
}

// DeleteToken revokes a token of a user; its uploads stay. Absent or of another one: KindNotFound.
func (s *Service) DeleteToken(ctx context.Context, user core.UserID, token string) error {
	return s.store.DeleteToken(ctx, user, token)
}

package metadata

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"unicode"

	"github.com/root-gg/plik/server/core"
)

// Users lists users by time of creation and id. A bad cursor is KindInvalid. Which order times
// of different zones are in: see Uploads.
func (s *Store) Users(ctx context.Context, f core.UserFilter, p core.Page) (core.List[*core.User], error) {
	l, err := userListing(f)
	if err != nil {
		return core.List[*core.User]{Total: -1}, err
	}
	return l.page(ctx, s, p)
}

func userListing(f core.UserFilter) (listing[*core.User], error) {
	l := listing[*core.User]{
		op: "list users", columns: userColumns, from: "users u",
		table: "u", id: "u.id",
		scan: func(row scanner) (*core.User, position, error) {
			var r userScan
			if err := row.Scan(r.dest(nil)...); err != nil {
				return nil, position{}, err
			}
			u, err := r.user()
			return u, position{text: r.created, id: string(r.u.ID)}, err
		},
	}
	if f.Provider != "" {
		l.where.add("u.provider = ?", f.Provider)
	}
	if f.Query != "" {
		condition, args, err := contains([]string{"u.login", "u.name", "u.email"}, f.Query)
		if err != nil {
			return l, err
		}
		l.where.add(condition, args...)
	}
	return l, nil
}

// Tokens lists the tokens of a user by time of creation and token; of all users for the empty
// id. A bad cursor is KindInvalid. Which order times of different zones are in: see Uploads.
//
// Cursors get into URLs and from there into logs, so they hold a hash and not the token.
func (s *Store) Tokens(ctx context.Context, user core.UserID, p core.Page) (core.List[*core.Token], error) {
	return tokenListing(user).page(ctx, s, p)
}

func tokenListing(user core.UserID) listing[*core.Token] {
	l := listing[*core.Token]{
		op: "list tokens", columns: tokenColumns, from: "tokens t",
		table: "t", id: "t.token",
		scan: func(row scanner) (*core.Token, position, error) {
			var r tokenScan
			if err := row.Scan(r.dest(nil)...); err != nil {
				return nil, position{}, err
			}
			t, err := r.token()
			return t, position{text: r.created, id: tokenMark(r.t.Token)}, err
		},
		resolve: func(ctx context.Context, s *Store, at *position, ascending bool) error {
			return s.findMarked(ctx, user, at, ascending)
		},
	}
	if user != "" {
		l.where.add("t.user_id = ?", user)
	}
	return l
}

// tokenMark tells tokens apart without telling what they are: they are random, so nobody finds
// one by its hash.
func tokenMark(token string) string {
	sum := sha256.Sum256([]byte(token))
	return base64.RawURLEncoding.EncodeToString(sum[:16])
}

// findMarked puts the token into a place that holds its mark. If it was deleted meanwhile, the
// place is before all of the same time in the direction to go: then these come again.
func (s *Store) findMarked(ctx context.Context, user core.UserID, at *position, ascending bool) error {
	return s.read(ctx, "find token of cursor", func(ctx context.Context) error {
		tokens, err := scanIDs[string](s.rows(ctx, sqlTokensOfTime, user, at.text))
		if err != nil {
			return err
		}
		i := slices.IndexFunc(tokens, func(token string) bool { return tokenMark(token) == at.id })
		switch {
		case i >= 0:
			at.id = tokens[i]
		case ascending:
			at.id = ""
		default:
			at.id = string(unicode.MaxRune)
		}
		return nil
	})
}

// sqlTokensOfTime looks at all tokens when it is not for one user.
const sqlTokensOfTime = `SELECT t.token FROM tokens t
	WHERE (?1 = '' OR t.user_id = ?1) AND COALESCE(t.created_at, '') = ?2`

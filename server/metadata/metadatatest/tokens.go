package metadatatest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func tokenTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"round trip":       tokenRoundTrip,
		"zero values":      tokenZeroValues,
		"unknown":          tokenUnknown,
		"unknown user":     tokenUnknownUser,
		"same token again": tokenSame,
		"delete":           tokenDelete,
		"delete race":      tokenDeleteRace,
		"touch":            tokenTouch,
	}
}

// createToken makes a token in which no field is zero.
func createToken(t *testing.T, s Store, user core.UserID, edits ...func(*core.Token)) *core.Token {
	t.Helper()
	token := &core.Token{
		Token: core.NewToken(), Comment: "comment 🎉", UserID: user, Scope: core.ScopeRead,
		CreatedAt: start, ExpireAt: start.Add(time.Hour), LastUsedAt: start.Add(time.Minute),
	}
	for _, edit := range edits {
		edit(token)
	}
	require.NoError(t, s.CreateToken(t.Context(), token))
	return token
}

func tokenRoundTrip(t *testing.T, s Store) {
	u, other := createUser(t, s, "alice"), createUser(t, s, "bob")
	want := createToken(t, s, u.ID)
	createToken(t, s, other.ID)
	token, owner, err := s.TokenUser(t.Context(), want.Token)
	require.NoError(t, err)
	same(t, want, token)
	same(t, u, owner)
}

func tokenZeroValues(t *testing.T, s Store) {
	u := createUser(t, s, "alice")
	want := &core.Token{Token: "x", UserID: u.ID}
	require.NoError(t, s.CreateToken(t.Context(), want))
	require.False(t, want.CreatedAt.IsZero())
	require.Equal(t, core.ScopeUpload, want.Scope)
	token, _, err := s.TokenUser(t.Context(), "x")
	require.NoError(t, err)
	same(t, want, token)
	kind(t, core.KindInternal, s.CreateToken(t.Context(), &core.Token{UserID: u.ID}))
}

func tokenUnknown(t *testing.T, s Store) {
	u := createUser(t, s, "alice")
	createToken(t, s, u.ID, func(t *core.Token) { t.Token = "a-token" })
	for _, token := range []string{"", "a", "a-toke", "a-tokenx", "A-TOKEN", "a-token ", "%", "a%", "a_token"} {
		_, _, err := s.TokenUser(t.Context(), token)
		kind(t, core.KindNotFound, err)
		require.EqualError(t, err, "token not found")
		kind(t, core.KindNotFound, s.DeleteToken(t.Context(), u.ID, token))
		require.NoError(t, s.TouchToken(t.Context(), token, start.Add(time.Hour)))
	}
	got, _, err := s.TokenUser(t.Context(), "a-token")
	require.NoError(t, err)
	require.True(t, start.Add(time.Minute).Equal(got.LastUsedAt), "another token's use is not its own")
}

func tokenUnknownUser(t *testing.T, s Store) {
	createUser(t, s, "alice")
	for _, id := range []core.UserID{"", "local:unknown", "local:alic", "local:ALICE"} {
		err := s.CreateToken(t.Context(), &core.Token{Token: core.NewToken(), UserID: id})
		kind(t, core.KindNotFound, err)
		require.ErrorContains(t, err, "user not found")
	}
}

func tokenSame(t *testing.T, s Store) {
	u, other := createUser(t, s, "alice"), createUser(t, s, "bob")
	want := createToken(t, s, u.ID)
	err := s.CreateToken(t.Context(), &core.Token{Token: want.Token, UserID: other.ID})
	kind(t, core.KindConflict, err)
	require.NotContains(t, err.Error(), want.Token)
	_, owner, err := s.TokenUser(t.Context(), want.Token)
	require.NoError(t, err)
	require.Equal(t, u.ID, owner.ID)
	won := race(t, func(int) error {
		return s.CreateToken(t.Context(), &core.Token{Token: "raced", UserID: u.ID})
	}, core.KindConflict)
	require.Equal(t, 1, won)
}

func tokenDelete(t *testing.T, s Store) {
	u, other := createUser(t, s, "alice"), createUser(t, s, "bob")
	token := createToken(t, s, u.ID)
	for _, id := range []core.UserID{other.ID, "", "local:alic"} {
		kind(t, core.KindNotFound, s.DeleteToken(t.Context(), id, token.Token))
	}
	_, _, err := s.TokenUser(t.Context(), token.Token)
	require.NoError(t, err)
	require.NoError(t, s.DeleteToken(t.Context(), u.ID, token.Token))
	_, _, err = s.TokenUser(t.Context(), token.Token)
	kind(t, core.KindNotFound, err)
	require.NoError(t, s.TouchToken(t.Context(), token.Token, start))
	_, _, err = s.TokenUser(t.Context(), token.Token)
	kind(t, core.KindNotFound, err)
}

func tokenDeleteRace(t *testing.T, s Store) {
	u := createUser(t, s, "alice")
	token := createToken(t, s, u.ID)
	won := race(t, func(int) error { return s.DeleteToken(t.Context(), u.ID, token.Token) }, core.KindNotFound)
	require.Equal(t, 1, won)
}

func tokenTouch(t *testing.T, s Store) {
	u := createUser(t, s, "alice")
	token := createToken(t, s, u.ID, func(t *core.Token) { t.LastUsedAt = time.Time{} })
	for _, step := range []struct{ at, want time.Duration }{{0, 0}, {time.Hour, time.Hour}, {time.Minute, time.Hour}} {
		require.NoError(t, s.TouchToken(t.Context(), token.Token, start.Add(step.at)))
		got, _, err := s.TokenUser(t.Context(), token.Token)
		require.NoError(t, err)
		require.True(t, start.Add(step.want).Equal(got.LastUsedAt), got.LastUsedAt)
		got.LastUsedAt = time.Time{}
		same(t, token, got)
	}
}

func sessionTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"end":   sessionEnd,
		"purge": sessionPurge,
		"race":  sessionRace,
	}
}

func ended(t *testing.T, s Store, user core.UserID, session string) bool {
	t.Helper()
	u, ended, err := s.SessionUser(t.Context(), user, session)
	require.NoError(t, err)
	require.Equal(t, user, u.ID)
	return ended
}

func sessionEnd(t *testing.T, s Store) {
	want := createUser(t, s, "alice")
	got, over, err := s.SessionUser(t.Context(), want.ID, "session")
	require.NoError(t, err)
	require.False(t, over)
	same(t, want, got)
	require.NoError(t, s.EndSession(t.Context(), "session", start))
	require.NoError(t, s.EndSession(t.Context(), "session", start))
	require.True(t, ended(t, s, want.ID, "session"))
	for _, other := range []string{"", "sessio", "session1", "SESSION", "session ", "%"} {
		require.False(t, ended(t, s, want.ID, other), other)
	}
	kind(t, core.KindInternal, s.EndSession(t.Context(), "", start))
}

func sessionPurge(t *testing.T, s Store) {
	u := createUser(t, s, "alice")
	for session, untils := range map[string][]time.Duration{
		"past": {-time.Second}, "now": {0}, "future": {time.Second}, "put off": {-time.Second, time.Second}, "brought on": {time.Second, -time.Second},
	} {
		for _, d := range untils {
			require.NoError(t, s.EndSession(t.Context(), session, start.Add(d).In(time.FixedZone("", -5*3600))))
		}
	}
	n, err := s.PurgeSessions(t.Context(), start)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.False(t, ended(t, s, u.ID, "past"))
	for _, session := range []string{"now", "future", "put off", "brought on"} {
		require.True(t, ended(t, s, u.ID, session), session)
	}
	n, err = s.PurgeSessions(t.Context(), start.Add(time.Minute))
	require.NoError(t, err)
	require.Equal(t, 4, n)
}

func sessionRace(t *testing.T, s Store) {
	u := createUser(t, s, "alice")
	won := race(t, func(i int) error {
		return s.EndSession(t.Context(), "session", start.Add(time.Duration(i)*time.Second))
	})
	require.Equal(t, racers, won)
	require.True(t, ended(t, s, u.ID, "session"))
	n, err := s.PurgeSessions(t.Context(), start.Add((racers-1)*time.Second))
	require.NoError(t, err)
	require.Zero(t, n, "the latest time counts")
}

package metadatatest

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func userTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"round trip":                   userRoundTrip,
		"zero values":                  userZeroValues,
		"unknown":                      userUnknown,
		"same id again":                userSameID,
		"ids are binary":               userBinaryIDs,
		"update":                       userUpdate,
		"update refused":               userUpdateRefused,
		"update panics":                userUpdatePanics,
		"update race":                  userUpdateRace,
		"last administrator":           userLastAdmin,
		"administrators race to leave": userAdminRace,
		"delete":                       userDelete,
		"delete race":                  userDeleteRace,
		"questions":                    userQuestions,
	}
}

// user returns one in which no field is zero.
func user(login string) *core.User {
	return &core.User{
		ID: core.NewUserID("local", login), Provider: "local", Login: login, Password: "$argon2id$hash",
		Name: "Name 🎉", Email: login + "@example.org", Admin: true,
		Limits:     core.Limits{MaxFileSize: 1 << 40, MaxUserSize: -1, MaxTTL: 3600},
		Generation: 3, CreatedAt: start,
	}
}

func createUser(t *testing.T, s Store, login string, edits ...func(*core.User)) *core.User {
	t.Helper()
	u := user(login)
	for _, edit := range edits {
		edit(u)
	}
	require.NoError(t, s.CreateUser(t.Context(), u))
	return u
}

func plain(u *core.User) { u.Admin = false }

func userRoundTrip(t *testing.T, s Store) {
	want := createUser(t, s, "alice")
	got, err := s.User(t.Context(), want.ID)
	require.NoError(t, err)
	same(t, want, got)
	require.Equal(t, time.UTC, got.CreatedAt.Location())
}

func userZeroValues(t *testing.T, s Store) {
	u := &core.User{ID: "local:zero"}
	require.NoError(t, s.CreateUser(t.Context(), u))
	require.False(t, u.CreatedAt.IsZero())
	got, err := s.User(t.Context(), u.ID)
	require.NoError(t, err)
	same(t, u, got)
	kind(t, core.KindInternal, s.CreateUser(t.Context(), &core.User{}))
}

func userUnknown(t *testing.T, s Store) {
	createUser(t, s, "alice")
	for _, id := range []core.UserID{"local:unknown", "", "local:", "local:alic", "alice", "%", "local:%"} {
		_, err := s.User(t.Context(), id)
		kind(t, core.KindNotFound, err)
		require.EqualError(t, err, "user not found")
		_, err = s.UpdateUser(t.Context(), id, func(*core.User) error { return nil })
		kind(t, core.KindNotFound, err)
		_, err = s.DeleteUser(t.Context(), id, start)
		kind(t, core.KindNotFound, err)
		_, _, err = s.SessionUser(t.Context(), id, "session")
		kind(t, core.KindNotFound, err)
	}
}

func userSameID(t *testing.T, s Store) {
	want := createUser(t, s, "alice")
	again := user("alice")
	again.Name = "another"
	err := s.CreateUser(t.Context(), again)
	kind(t, core.KindConflict, err)
	require.ErrorContains(t, err, "user local:alice exists already")
	require.NotContains(t, err.Error(), want.Password)
	got, err := s.User(t.Context(), want.ID)
	require.NoError(t, err)
	same(t, want, got)
	won := race(t, func(int) error { return s.CreateUser(t.Context(), user("bob")) }, core.KindConflict)
	require.Equal(t, 1, won)
}

func userBinaryIDs(t *testing.T, s Store) {
	want := map[core.UserID]*core.User{}
	for _, login := range []string{"alice", "Alice", "ALICE", "alice ", "älice", "a\u0308lice"} {
		u := createUser(t, s, login)
		want[u.ID] = u
	}
	for id, u := range want {
		got, err := s.User(t.Context(), id)
		require.NoError(t, err)
		same(t, u, got)
	}
}

func userUpdate(t *testing.T, s Store) {
	createUser(t, s, "root")
	want, other := createUser(t, s, "alice"), createUser(t, s, "bob")
	for _, edit := range []func(u *core.User){
		func(u *core.User) {}, // nothing
		func(u *core.User) {
			u.Password, u.Name, u.Email, u.Admin, u.Generation = "new", "New 🎉", "new@example.org", false, 4
			u.Limits = core.Limits{MaxFileSize: -1, MaxUserSize: 2, MaxTTL: -3}
		},
		func(u *core.User) { u.Password, u.Name, u.Email, u.Limits = "", "", "", core.Limits{} },
	} {
		edit(want)
		got, err := s.UpdateUser(t.Context(), want.ID, func(u *core.User) error { edit(u); return nil })
		require.NoError(t, err)
		same(t, want, got)
		got, err = s.User(t.Context(), want.ID)
		require.NoError(t, err)
		same(t, want, got)
	}
	got, err := s.User(t.Context(), other.ID)
	require.NoError(t, err)
	same(t, other, got)
}

func userUpdateRefused(t *testing.T, s Store) {
	want := createUser(t, s, "alice")
	refusal := errors.New("no")
	edits := map[string]func(u *core.User) error{
		"error":    func(u *core.User) error { u.Name = "x"; return refusal },
		"id":       func(u *core.User) error { u.ID = "local:x"; return nil },
		"provider": func(u *core.User) error { u.Provider = "google"; return nil },
		"login":    func(u *core.User) error { u.Login = "x"; return nil },
		"created":  func(u *core.User) error { u.CreatedAt = time.Time{}; return nil },
	}
	for name, edit := range edits {
		_, err := s.UpdateUser(t.Context(), want.ID, edit)
		require.Error(t, err, name)
		if name == "error" {
			require.Equal(t, refusal, err)
		}
		got, err := s.User(t.Context(), want.ID)
		require.NoError(t, err)
		same(t, want, got)
	}
}

func userUpdatePanics(t *testing.T, s Store) {
	want := createUser(t, s, "alice")
	_, err := s.UpdateUser(t.Context(), want.ID, func(u *core.User) error { u.Name = "x"; panic("edit") })
	kind(t, core.KindInternal, err)
	got, err := s.UpdateUser(t.Context(), want.ID, func(*core.User) error { return nil })
	require.NoError(t, err)
	same(t, want, got)
}

func userUpdateRace(t *testing.T, s Store) {
	u := createUser(t, s, "alice", func(u *core.User) { u.Generation = 0 })
	won := race(t, func(i int) error {
		_, err := s.UpdateUser(t.Context(), u.ID, func(u *core.User) error {
			if i%5 == 0 {
				return core.E(core.KindForbidden, "no", "no")
			}
			u.Generation++
			return nil
		})
		return err
	}, core.KindForbidden)
	got, err := s.User(t.Context(), u.ID)
	require.NoError(t, err)
	require.Equal(t, racers*4/5, won)
	require.Equal(t, won, got.Generation)
}

func userQuestions(t *testing.T, s Store) {
	check := func(admin, bcrypt bool) {
		t.Helper()
		got, err := s.HasAdmin(t.Context())
		require.NoError(t, err)
		require.Equal(t, admin, got)
		got, err = s.HasBcrypt(t.Context())
		require.NoError(t, err)
		require.Equal(t, bcrypt, got)
	}
	check(false, false)
	createUser(t, s, "argon", plain)
	createUser(t, s, "none", plain, func(u *core.User) { u.Password = "" })
	createUser(t, s, "odd", plain, func(u *core.User) { u.Password = "x$2a$" })
	check(false, false)
	createUser(t, s, "old", plain, func(u *core.User) { u.Password = "$2a$14$hash" })
	check(false, true)
	createUser(t, s, "admin")
	check(true, true)
}

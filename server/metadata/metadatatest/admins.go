package metadatatest

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func demote(t *testing.T, s Store, id core.UserID) error {
	_, err := s.UpdateUser(t.Context(), id, func(u *core.User) error { u.Admin = false; return nil })
	return err
}

func userLastAdmin(t *testing.T, s Store) {
	ctx := t.Context()
	alice, bob := createUser(t, s, "alice"), createUser(t, s, "bob", plain)
	for _, leave := range []func() error{
		func() error { return demote(t, s, alice.ID) },
		func() error { _, err := s.DeleteUser(ctx, alice.ID, start); return err },
	} {
		err := leave()
		kind(t, core.KindConflict, err)
		require.EqualError(t, err, "this is the last administrator, appoint another one first")
		got, err := s.User(ctx, alice.ID)
		require.NoError(t, err)
		same(t, alice, got)
	}
	_, err := s.UpdateUser(ctx, alice.ID, func(u *core.User) error { u.Name = "still there"; return nil })
	require.NoError(t, err)
	require.NoError(t, demote(t, s, bob.ID), "who is none may stay none")
	_, err = s.UpdateUser(ctx, bob.ID, func(u *core.User) error { u.Admin = true; return nil })
	require.NoError(t, err)
	require.NoError(t, demote(t, s, alice.ID))
	_, err = s.DeleteUser(ctx, alice.ID, start)
	require.NoError(t, err)
	_, err = s.DeleteUser(ctx, bob.ID, start)
	kind(t, core.KindConflict, err)
}

func userAdminRace(t *testing.T, s Store) {
	for i := range racers {
		createUser(t, s, fmt.Sprint("admin", i))
	}
	won := race(t, func(i int) error {
		id := core.NewUserID("local", fmt.Sprint("admin", i))
		if i%2 == 0 {
			return demote(t, s, id)
		}
		_, err := s.DeleteUser(t.Context(), id, start)
		return err
	}, core.KindConflict)
	require.Equal(t, racers-1, won)
	has, err := s.HasAdmin(t.Context())
	require.NoError(t, err)
	require.True(t, has)
}

func userDelete(t *testing.T, s Store) {
	ctx := t.Context()
	alice, bob := createUser(t, s, "alice", plain), createUser(t, s, "bob", plain)
	mine, token := createToken(t, s, alice.ID), createToken(t, s, bob.ID)
	all := []core.Status{core.Missing, core.Uploading, core.Uploaded, core.Removed, core.Deleted}
	u, second := create(t, s, upload(len(all))), stored(t, s, 2, core.Uploading)
	for i, status := range all {
		bring(t, s, u.Files[i], status)
	}
	others := []*core.Upload{ownedUpload(t, s, bob.ID, "", 10), ownedUpload(t, s, "", "", 10), ownedUpload(t, s, "local:alic", "", 10)}

	uploading, err := s.DeleteUser(ctx, alice.ID, start)
	require.NoError(t, err)
	require.ElementsMatch(t, append(ids(second.Files), u.Files[1].ID), uploading)
	require.Equal(t, []core.Status{core.Deleted, core.Removed, core.Removed, core.Removed, core.Deleted}, statuses(t, s, u.Files))
	got, err := s.AnyUpload(ctx, u.ID)
	require.NoError(t, err)
	require.True(t, start.Equal(got.DeletedAt))
	for _, id := range []core.UploadID{u.ID, second.ID} {
		_, err = s.Upload(ctx, id)
		kind(t, core.KindNotFound, err)
	}
	for _, o := range others {
		got, err := s.UploadWithFiles(ctx, o.ID)
		require.NoError(t, err)
		same(t, o, got)
	}
	_, err = s.User(ctx, alice.ID)
	kind(t, core.KindNotFound, err)
	_, _, err = s.TokenUser(ctx, mine.Token)
	kind(t, core.KindNotFound, err)
	_, _, err = s.TokenUser(ctx, token.Token)
	require.NoError(t, err)
	createUser(t, s, "alice") // nothing of it is left
	list, err := s.Tokens(ctx, alice.ID, core.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list.Items)
}

func userDeleteRace(t *testing.T, s Store) {
	u := createUser(t, s, "alice", plain)
	won := race(t, func(int) error { _, err := s.DeleteUser(t.Context(), u.ID, start); return err }, core.KindNotFound)
	require.Equal(t, 1, won)
}

package metadatatest

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

// mixedTests have different operations meet.
func mixedTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"race of adding and removing":     mixedAddRemove,
		"race of adding and removing all": mixedAddRemoveOwned,
		"race of finishing and removing":  mixedFinishRemove,
		"race of tokens and their user":   mixedTokenUser,
		"long names and comments":         mixedLongTexts,
	}
}

// settled checks that no file of a deleted upload is left that nothing will ever remove.
func settled(t *testing.T, s Store, u *core.Upload) {
	t.Helper()
	files, err := s.UploadFiles(t.Context(), u.ID)
	require.NoError(t, err)
	for _, f := range files {
		require.Contains(t, []core.Status{core.Removed, core.Deleted}, f.Status)
	}
}

func mixedAddRemove(t *testing.T, s Store) {
	u := create(t, s, upload(1))
	race(t, func(i int) error {
		if i == racers/2 {
			return s.RemoveUpload(t.Context(), u.ID, start)
		}
		return s.AddFile(t.Context(), file(u.ID, "x"), 0)
	}, core.KindNotFound)
	settled(t, s, u)
}

func mixedAddRemoveOwned(t *testing.T, s Store) {
	uploads := []*core.Upload{create(t, s, upload(1)), create(t, s, upload(0))}
	race(t, func(i int) error {
		if i%10 == 5 {
			_, _, err := s.RemoveUploads(t.Context(), "local:alice", "", start)
			return err
		}
		return s.AddFile(t.Context(), file(uploads[i%2].ID, "x"), 0)
	}, core.KindNotFound)
	for _, u := range uploads {
		require.False(t, live(t, s, u))
		settled(t, s, u)
	}
}

// mixedFinishRemove: who is told that a file is stored is told so before the upload is removed.
func mixedFinishRemove(t *testing.T, s Store) {
	u := create(t, s, upload(racers))
	for _, f := range u.Files {
		bring(t, s, f, core.Uploading)
	}
	race(t, func(i int) error {
		if i == racers/2 {
			return s.RemoveUpload(t.Context(), u.ID, start)
		}
		return s.MoveFile(t.Context(), u.Files[i], core.Uploaded, nil)
	}, core.KindConflict)
	settled(t, s, u)
}

func mixedTokenUser(t *testing.T, s Store) {
	u := createUser(t, s, "alice", plain)
	race(t, func(i int) error {
		if i == racers/2 {
			_, err := s.DeleteUser(t.Context(), u.ID, start)
			return err
		}
		return s.CreateToken(t.Context(), &core.Token{Token: core.NewUploadToken(), UserID: u.ID})
	}, core.KindNotFound)
	tokens, err := s.Tokens(t.Context(), u.ID, core.Page{Limit: 100})
	require.NoError(t, err)
	require.Empty(t, tokens.Items)
}

// mixedLongTexts has every text as long as the server lets clients make it, in letters of four bytes.
func mixedLongTexts(t *testing.T, s Store) {
	long := func(bytes int) string { return string(slices.Repeat([]rune{'🎉'}, bytes/4)) }
	u := upload(1)
	u.Comments, u.Login, u.Password = long(64<<10), long(1024), long(1024)
	u.Files[0].Name, u.Files[0].Type = long(1024), long(1024)
	u.Files[0].Reference, u.Files[0].BackendDetails = long(4096), long(4096)
	create(t, s, u)
	got, err := s.UploadWithFiles(t.Context(), u.ID)
	require.NoError(t, err)
	same(t, u, got)

	user := createUser(t, s, "alice", func(u *core.User) { u.Name, u.Email = long(1024), long(1024) })
	token := createToken(t, s, user.ID, func(t *core.Token) { t.Comment = long(1024) })
	gotToken, gotUser, err := s.TokenUser(t.Context(), token.Token)
	require.NoError(t, err)
	same(t, user, gotUser)
	same(t, token, gotToken)

	found, err := s.Uploads(t.Context(), core.UploadFilter{Anyone: true, Query: long(1024)}, core.Page{Limit: 2})
	require.NoError(t, err)
	require.Len(t, found.Items, 1)
	_, err = s.SetSettingIfAbsent(t.Context(), "long", long(4096))
	require.NoError(t, err)
}

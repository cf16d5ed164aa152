package metadatatest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

func insertAll(i *metadata.Importer, c contents) error {
	var errs []error
	for _, u := range c.users {
		errs = append(errs, i.User(u))
	}
	for _, token := range c.tokens {
		errs = append(errs, i.Token(token))
	}
	for _, u := range c.uploads {
		errs = append(errs, i.Upload(u))
	}
	for _, f := range c.files {
		errs = append(errs, i.File(f))
	}
	for _, v := range c.settings {
		errs = append(errs, i.Setting(v.Key, v.Value))
	}
	return errors.Join(errs...)
}

func importRoundTrip(t *testing.T, s Store) {
	u := user("alice")
	up := upload(0)
	up.DeletedAt = start.Add(time.Minute)
	f := file(up.ID, "x")
	f.Status = core.Removed
	want := contents{
		users: []*core.User{u}, uploads: []*core.Upload{up}, files: []*core.File{f},
		tokens:   []*core.Token{{Token: "a-token", UserID: u.ID, Scope: core.ScopeFull, CreatedAt: start}},
		settings: []metadata.Setting{{Key: "a", Value: "b"}, {Key: "c", Value: ""}},
	}
	require.NoError(t, s.Import(t.Context(), func(i *metadata.Importer) error { return insertAll(i, want) }))
	sameContents(t, want, export(t, s))

	zero := contents{
		users: []*core.User{{ID: "local:zero"}}, uploads: []*core.Upload{{ID: "zero"}},
		files: []*core.File{{ID: "zero", UploadID: "zero"}}, tokens: []*core.Token{{Token: "zero", UserID: "local:zero"}},
	}
	require.NoError(t, s.Import(t.Context(), func(i *metadata.Importer) error { return insertAll(i, zero) }))
	got, err := s.UploadWithFiles(t.Context(), "zero")
	require.NoError(t, err)
	same(t, &core.Upload{ID: "zero", Files: []*core.File{{ID: "zero", UploadID: "zero", Status: core.Missing}}}, got)
	token, _, err := s.TokenUser(t.Context(), "zero")
	require.NoError(t, err)
	require.Equal(t, core.ScopeUpload, token.Scope)
	require.True(t, token.CreatedAt.IsZero())
}

func importConflicts(t *testing.T, s Store) {
	have := fill(t, s)
	before := export(t, s)
	added := user("added")
	require.NoError(t, s.Import(t.Context(), func(i *metadata.Importer) error {
		for want, err := range map[string]error{
			"user local:user0 exists already":                          i.User(have.users[0]),
			"a token of user local:user0 exists already":               i.Token(&core.Token{Token: have.tokens[0].Token, UserID: "local:user0"}),
			"upload " + string(have.uploads[0].ID) + " exists already": i.Upload(have.uploads[0]),
			"file " + string(have.files[0].ID) + " exists already":     i.File(have.files[0]),
			"setting key exists already":                               i.Setting("key", "another"),
		} {
			kind(t, core.KindConflict, err)
			require.EqualError(t, err, want)
		}
		return i.User(added) // it goes on
	}))
	before.users = append([]*core.User{added}, before.users...)
	sameContents(t, before, export(t, s))
}

func importParents(t *testing.T, s Store) {
	require.NoError(t, s.Import(t.Context(), func(i *metadata.Importer) error {
		err := i.Token(&core.Token{Token: "secret", UserID: "local:none"})
		kind(t, core.KindInvalid, err)
		require.EqualError(t, err, "user local:none of a token does not exist")
		err = i.File(&core.File{ID: "f", UploadID: "none", BackendDetails: "secret"})
		kind(t, core.KindInvalid, err)
		require.EqualError(t, err, "upload none of file f does not exist")
		require.NoError(t, i.User(&core.User{ID: "local:none"}))
		return i.Token(&core.Token{Token: "secret", UserID: "local:none"})
	}))
	got := export(t, s)
	require.Len(t, got.tokens, 1)
	require.Empty(t, got.files)
}

func importAllOrNothing(t *testing.T, s Store) {
	before := fill(t, s)
	refusal := errors.New("no")
	var kept *metadata.Importer
	err := s.Import(t.Context(), func(i *metadata.Importer) error {
		kept = i
		require.NoError(t, i.User(user("new")))
		require.NoError(t, i.Upload(upload(0)))
		return refusal
	})
	require.ErrorIs(t, err, refusal)
	sameContents(t, before, export(t, s))
	require.Error(t, kept.User(user("late")), "the transaction is over")
	require.Error(t, s.Import(cancelled(t), func(*metadata.Importer) error { t.Error("called"); return nil }))
	sameContents(t, before, export(t, s))
}

func importHostile(t *testing.T, s Store) {
	u := create(t, s, upload(0))
	id := core.NewFileID()
	require.NoError(t, s.Import(t.Context(), func(i *metadata.Importer) error {
		for name, err := range map[string]error{
			"user without id":   i.User(&core.User{}),
			"user no text":      i.User(&core.User{ID: "local:\xff"}),
			"empty token":       i.Token(&core.Token{}),
			"upload without id": i.Upload(&core.Upload{}),
			"file without id":   i.File(&core.File{UploadID: u.ID}),
			"no such status":    i.File(&core.File{ID: id, UploadID: u.ID, Status: "stolen"}),
			"negative size":     i.File(&core.File{ID: id, UploadID: u.ID, Status: core.Uploaded, Size: -1 << 40}),
			"negative reserve":  i.File(&core.File{ID: id, UploadID: u.ID, Status: core.Uploading, Reserved: -1}),
			"no key":            i.Setting("", "x"),
		} {
			require.Error(t, err, name)
			require.Equal(t, core.KindInvalid, core.KindOf(err), name)
		}
		return nil
	}))
	got := export(t, s)
	require.Empty(t, got.users)
	require.Empty(t, got.files)
	require.Len(t, got.uploads, 1)
}

// importOrder: files come in the order of their times, then in that of their arrival.
func importOrder(t *testing.T, s Store) {
	order := func(seconds ...int) (names []string) {
		u := upload(0)
		require.NoError(t, s.Import(t.Context(), func(i *metadata.Importer) error {
			require.NoError(t, i.Upload(u))
			for n, sec := range seconds {
				f := file(u.ID, fmt.Sprint(n))
				f.CreatedAt = start.Add(time.Duration(sec) * time.Second)
				require.NoError(t, i.File(f))
			}
			return nil
		}))
		got, err := s.UploadWithFiles(t.Context(), u.ID)
		require.NoError(t, err)
		for _, f := range got.Files {
			names = append(names, f.Name)
		}
		return names
	}
	require.Equal(t, []string{"0", "1", "2", "3", "4", "5", "6"}, order(0, 0, 0, 0, 1, 1, 1))
	require.Equal(t, []string{"1", "0", "2", "3"}, order(5, 4, 6, 6))
}

func importPanics(t *testing.T, s Store) {
	require.Panics(t, func() {
		_ = s.Import(t.Context(), func(i *metadata.Importer) error {
			require.NoError(t, i.User(user("alice")))
			panic("import")
		})
	})
	_, err := s.User(t.Context(), "local:alice")
	kind(t, core.KindNotFound, err)
	createUser(t, s, "alice")
}

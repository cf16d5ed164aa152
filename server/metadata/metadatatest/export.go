package metadatatest

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

func exportTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"everything":        exportEverything,
		"nothing":           exportNothing,
		"stops":             exportStops,
		"many":              exportMany,
		"import":            importRoundTrip,
		"import conflicts":  importConflicts,
		"import parents":    importParents,
		"import all or not": importAllOrNothing,
		"import hostile":    importHostile,
		"import order":      importOrder,
		"import panics":     importPanics,
	}
}

// collect returns all that an iterator yields.
func collect[T any](t *testing.T, seq iter.Seq2[T, error]) []T {
	t.Helper()
	var all []T
	for v, err := range seq {
		require.NoError(t, err)
		all = append(all, v)
	}
	return all
}

type contents struct {
	users    []*core.User
	tokens   []*core.Token
	uploads  []*core.Upload
	files    []*core.File
	settings []metadata.Setting
}

func export(t *testing.T, s Store) contents {
	t.Helper()
	ctx := t.Context()
	return contents{
		collect(t, s.EachUser(ctx)), collect(t, s.EachToken(ctx)), collect(t, s.EachUpload(ctx)),
		collect(t, s.EachFile(ctx)), collect(t, s.EachSetting(ctx)),
	}
}

// fill makes some of everything.
func fill(t *testing.T, s Store) contents {
	t.Helper()
	var want contents
	for i := range 3 {
		u := createUser(t, s, fmt.Sprint("user", i))
		want.users = append(want.users, u)
		want.tokens = append(want.tokens, createToken(t, s, u.ID))
		up := create(t, s, upload(3))
		want.files = append(want.files, up.Files...)
		want.uploads = append(want.uploads, up)
	}
	require.NoError(t, s.RemoveUpload(t.Context(), want.uploads[1].ID, start))
	want.uploads[1].DeletedAt = start
	for _, f := range want.uploads[1].Files {
		f.Status = core.Deleted
	}
	_, err := s.SetSettingIfAbsent(t.Context(), "key", "value")
	require.NoError(t, err)
	want.settings = []metadata.Setting{{Key: "key", Value: "value"}}
	for _, u := range want.uploads {
		u.Files = nil
	}
	byID := func(a, b *core.Upload) int { return strings.Compare(string(a.ID), string(b.ID)) }
	slices.SortFunc(want.uploads, byID)
	slices.SortFunc(want.tokens, func(a, b *core.Token) int { return strings.Compare(a.Token, b.Token) })
	slices.SortStableFunc(want.files, func(a, b *core.File) int { return strings.Compare(string(a.UploadID), string(b.UploadID)) })
	return want
}

func sameContents(t *testing.T, want, got contents) {
	t.Helper()
	same(t, want.users, got.users)
	same(t, want.tokens, got.tokens)
	same(t, want.uploads, got.uploads)
	same(t, want.files, got.files)
	same(t, want.settings, got.settings)
}

func exportEverything(t *testing.T, s Store) { sameContents(t, fill(t, s), export(t, s)) }

func exportNothing(t *testing.T, s Store) { sameContents(t, contents{}, export(t, s)) }

func exportStops(t *testing.T, s Store) {
	fill(t, s)
	n := 0
	for _, err := range s.EachFile(t.Context()) {
		require.NoError(t, err)
		if n++; n == 2 {
			break
		}
	}
	require.Equal(t, 2, n)
	n = 0
	for u, err := range s.EachUser(cancelled(t)) {
		require.Error(t, err)
		require.Nil(t, u)
		n++
	}
	require.Equal(t, 1, n, "nothing follows an error")
	create(t, s, upload(1)) // nothing is left open
}

func exportMany(t *testing.T, s Store) {
	const many = 1100 // more than two pages
	require.NoError(t, s.Import(t.Context(), func(i *metadata.Importer) error {
		for n := range many {
			u := upload(0)
			u.ID = core.UploadID(fmt.Sprintf("%04d", n))
			if err := errors.Join(i.Upload(u), i.File(file(u.ID, "one")), i.File(file(u.ID, "two"))); err != nil {
				return err
			}
		}
		return nil
	}))
	ups := collect(t, s.EachUpload(t.Context()))
	files := collect(t, s.EachFile(t.Context()))
	require.Len(t, ups, many)
	require.Len(t, files, 2*many)
	for i, u := range ups {
		require.Equal(t, core.UploadID(fmt.Sprintf("%04d", i)), u.ID)
		require.Equal(t, u.ID, files[2*i].UploadID)
		require.Equal(t, []string{"one", "two"}, []string{files[2*i].Name, files[2*i+1].Name})
	}
}

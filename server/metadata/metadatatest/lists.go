package metadatatest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func listTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"users":            listUsers,
		"find users":       listUsersFilter,
		"tokens":           listTokens,
		"uploads":          listUploads,
		"uploads by size":  listUploadsBySize,
		"uploads of whom":  listUploadsFilter,
		"with their files": listUploadsWithFiles,
		"search":           listSearch,
		"hostile searches": listSearchHostile,
		"bad cursors":      listBadCursors,
		"changes between":  listChanges,
		"token cursors":    listTokenCursors,
	}
}

func listUsers(t *testing.T, s Store) {
	list := func(ctx context.Context, p core.Page) (core.List[*core.User], error) {
		return s.Users(ctx, core.UserFilter{}, p)
	}
	walk(t, []core.UserID{}, list, userID)
	var want []core.UserID
	for i := range 10 {
		u := createUser(t, s, fmt.Sprint("user", i), func(u *core.User) { u.CreatedAt = moments(i) })
		want = append(want, u.ID)
	}
	walk(t, want, list, userID)
	page, err := s.Users(t.Context(), core.UserFilter{}, core.Page{Limit: 1})
	require.NoError(t, err)
	got, err := s.User(t.Context(), page.Items[0].ID)
	require.NoError(t, err)
	same(t, got, page.Items[0])
}

func listTokens(t *testing.T, s Store) {
	alice, bob := createUser(t, s, "alice"), createUser(t, s, "bob")
	createUser(t, s, "nobody")
	var all, mine []string
	for i := range 10 {
		owner := []*core.User{alice, bob}[i%2]
		token := createToken(t, s, owner.ID, func(t *core.Token) { t.Token, t.CreatedAt = fmt.Sprint("token", i), moments(i) })
		all = append(all, token.Token)
		if owner == alice {
			mine = append(mine, token.Token)
		}
	}
	of := func(user core.UserID) lister[*core.Token] {
		return func(ctx context.Context, p core.Page) (core.List[*core.Token], error) { return s.Tokens(ctx, user, p) }
	}
	walk(t, all, of(""), tokenOf)
	walk(t, mine, of(alice.ID), tokenOf)
	for _, none := range []core.UserID{"local:nobody", "local:alic", "local:%", "local:ALICE"} {
		walk(t, []string{}, of(none), tokenOf)
	}
	page, err := s.Tokens(t.Context(), alice.ID, core.Page{Limit: 2, After: cursorOf(t, of(alice.ID)), Count: true})
	require.NoError(t, err)
	require.Equal(t, len(mine), page.Total, "the cursor is not a filter")
}

func uploadsOf(s Store, f core.UploadFilter) lister[*core.Upload] {
	return func(ctx context.Context, p core.Page) (core.List[*core.Upload], error) { return s.Uploads(ctx, f, p) }
}

func listUploads(t *testing.T, s Store) {
	var all, mine []core.UploadID
	for i := range 12 {
		u := upload(i % 3)
		u.ID, u.CreatedAt, u.User = core.UploadID(fmt.Sprintf("upload%02d", i)), moments(i), []core.UserID{"local:alice", "local:bob", ""}[i%3]
		for _, f := range u.Files {
			f.UploadID = u.ID
		}
		if i%4 == 0 {
			u.ExpireAt = start.Add(-time.Hour) // and not yet cleaned
		}
		create(t, s, u)
		if i == 5 || i == 6 {
			require.NoError(t, s.RemoveUpload(t.Context(), u.ID, start))
			continue
		}
		all = append(all, u.ID)
		if u.User == "local:alice" {
			mine = append(mine, u.ID)
		}
	}
	walk(t, all, uploadsOf(s, core.UploadFilter{Anyone: true}), uploadID)
	walk(t, mine, uploadsOf(s, core.UploadFilter{User: "local:alice"}), uploadID)
	walk(t, mine, uploadsOf(s, core.UploadFilter{User: "local:alice", Anyone: true, Token: "a-token"}), uploadID)
	walk(t, []core.UploadID{}, uploadsOf(s, core.UploadFilter{User: "local:none"}), uploadID)
	page, err := s.Uploads(t.Context(), core.UploadFilter{Anyone: true}, core.Page{Limit: 3, Count: true})
	require.NoError(t, err)
	require.Equal(t, len(all), page.Total)
	_, err = s.Uploads(t.Context(), core.UploadFilter{Anyone: true}, core.Page{})
	require.Error(t, err, "a page needs a limit")
}

func listUploadsBySize(t *testing.T, s Store) {
	var all, mine []core.UploadID
	sizes := [][]int64{{0}, {3}, {1, 2}, {4}, {2, 1, 1}, {1 << 40}, {1 << 41}}
	users := []core.UserID{"local:alice", "local:bob"}
	byID := map[core.UploadID]int64{}
	for i, files := range sizes {
		u := ownedUpload(t, s, users[i%2], "a-token", files...)
		for _, size := range files {
			byID[u.ID] += size
		}
		all = append(all, u.ID)
		if i%2 == 0 {
			mine = append(mine, u.ID)
		}
	}
	create(t, s, upload(0))
	for _, status := range []core.Status{core.Missing, core.Uploading, core.Removed} { // none of these has a stored file
		stored(t, s, 2, status)
	}
	partly := ownedUpload(t, s, "local:alice", "a-token", 100, 5)
	require.NoError(t, s.MoveFile(t.Context(), partly.Files[0], core.Removed, nil))
	byID[partly.ID] = 5
	all, mine = append(all, partly.ID), append(mine, partly.ID)
	gone := ownedUpload(t, s, "local:alice", "a-token", 7)
	require.NoError(t, s.RemoveUpload(t.Context(), gone.ID, start))

	bySize := func(a, b core.UploadID) int {
		if byID[a] != byID[b] {
			return int(byID[a] - byID[b])
		}
		return strings.Compare(string(a), string(b))
	}
	slices.SortFunc(all, bySize)
	slices.SortFunc(mine, bySize)
	walk(t, all, uploadsOf(s, core.UploadFilter{Anyone: true, BySize: true}), uploadID)
	walk(t, mine, uploadsOf(s, core.UploadFilter{User: "local:alice", BySize: true}), uploadID)
	walk(t, mine, uploadsOf(s, core.UploadFilter{User: "local:alice", Token: "a-token", Query: "comment", BySize: true}), uploadID)
	walk(t, []core.UploadID{}, uploadsOf(s, core.UploadFilter{User: "local:alice", Token: "x", BySize: true}), uploadID)
	page, err := s.Uploads(t.Context(), core.UploadFilter{User: "local:alice", BySize: true}, core.Page{Limit: 1, Count: true})
	require.NoError(t, err)
	require.Equal(t, len(mine), page.Total)
	got, err := s.UploadWithFiles(t.Context(), page.Items[0].ID)
	require.NoError(t, err)
	same(t, got, page.Items[0])
}

func listUploadsWithFiles(t *testing.T, s Store) {
	u := create(t, s, upload(30))
	for i := range 5 {
		f := file(u.ID, fmt.Sprint("added ", i))
		f.CreatedAt = start.Add(-time.Hour)
		require.NoError(t, s.AddFile(t.Context(), f, 0))
	}
	bring(t, s, u.Files[3], core.Deleted)
	other, empty := create(t, s, upload(2)), create(t, s, upload(0))
	got, err := s.Uploads(t.Context(), core.UploadFilter{User: "local:alice"}, core.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, got.Items, 3)
	for _, item := range got.Items {
		require.Contains(t, []core.UploadID{u.ID, other.ID, empty.ID}, item.ID)
		want, err := s.UploadWithFiles(t.Context(), item.ID)
		require.NoError(t, err)
		same(t, want, item)
	}
}

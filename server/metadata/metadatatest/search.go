package metadatatest

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func listUsersFilter(t *testing.T, s Store) {
	createUser(t, s, "alice", func(u *core.User) { u.Name, u.Email = "Alice Müller", "a_b@example.org" })
	createUser(t, s, "bob", func(u *core.User) {
		u.ID, u.Provider, u.Name, u.Email = "google:bob", "google", "100% Bob", "axb@example.org"
	})
	createUser(t, s, "localhost", func(u *core.User) { u.Name, u.Email = "", "" })
	for _, c := range []struct {
		filter core.UserFilter
		want   []core.UserID
	}{
		{core.UserFilter{}, []core.UserID{"google:bob", "local:alice", "local:localhost"}},
		{core.UserFilter{Provider: "local"}, []core.UserID{"local:alice", "local:localhost"}},
		{core.UserFilter{Provider: "loca"}, nil},
		{core.UserFilter{Provider: "%"}, nil},
		{core.UserFilter{Query: "LIC"}, []core.UserID{"local:alice"}},
		{core.UserFilter{Query: "müller"}, []core.UserID{"local:alice"}},
		{core.UserFilter{Query: "MÜLLER"}, []core.UserID{"local:alice"}},
		{core.UserFilter{Query: "A_B"}, []core.UserID{"local:alice"}},
		{core.UserFilter{Query: "%"}, []core.UserID{"google:bob"}},
		{core.UserFilter{Query: "local:"}, nil},
		{core.UserFilter{Query: "argon"}, nil},
		{core.UserFilter{Provider: "google", Query: "lice"}, nil},
	} {
		got, err := s.Users(t.Context(), c.filter, core.Page{Limit: 10, Asc: true, Count: true})
		require.NoError(t, err)
		require.ElementsMatch(t, c.want, idsOf(got.Items, userID), c.filter)
		require.Equal(t, len(c.want), got.Total, c.filter)
	}
}

func listUploadsFilter(t *testing.T, s Store) {
	alice := ownedUpload(t, s, "local:alice", "one", 1).ID
	two := ownedUpload(t, s, "local:alice", "two", 1).ID
	upper := ownedUpload(t, s, "local:Alice", "one", 1).ID
	longer := ownedUpload(t, s, "local:alice2", "One", 1).ID
	nobody := ownedUpload(t, s, "", "", 1).ID
	for _, bySize := range []bool{false, true} {
		for _, c := range []struct {
			filter core.UploadFilter
			want   []core.UploadID
		}{
			{core.UploadFilter{Anyone: true}, []core.UploadID{alice, two, upper, longer, nobody}},
			{core.UploadFilter{Anyone: true, User: "local:alice"}, []core.UploadID{alice, two}},
			{core.UploadFilter{Anyone: true, Token: "one"}, []core.UploadID{alice, upper}},
			{core.UploadFilter{Anyone: true, User: "local:Alice", Token: "one"}, []core.UploadID{upper}},
			{core.UploadFilter{User: "local:alice"}, []core.UploadID{alice, two}},
			{core.UploadFilter{User: "local:alice", Token: "two"}, []core.UploadID{two}},
			{core.UploadFilter{User: "local:alice", Token: "One"}, nil},
			{core.UploadFilter{User: "local:"}, nil},
			{core.UploadFilter{User: "%"}, nil},
			{core.UploadFilter{User: " "}, nil},
		} {
			c.filter.BySize = bySize
			got, err := s.Uploads(t.Context(), c.filter, core.Page{Limit: 10, Count: true})
			require.NoError(t, err)
			require.ElementsMatch(t, c.want, idsOf(got.Items, uploadID), c.filter)
			require.Equal(t, len(c.want), got.Total)
		}
		for _, filter := range []core.UploadFilter{{}, {Token: "one"}, {Query: "comment"}} {
			filter.BySize = bySize
			got, err := s.Uploads(t.Context(), filter, core.Page{Limit: 10})
			kind(t, core.KindInvalid, err)
			require.Empty(t, got.Items)
		}
	}
}

func listSearch(t *testing.T, s Store) {
	commented := func(user core.UserID, comments string, names ...string) *core.Upload {
		u := upload(len(names))
		u.User, u.Comments = user, comments
		for i, name := range names {
			u.Files[i].Name = name
		}
		return create(t, s, u)
	}
	report := commented("local:alice", "for Bob", "Report_2026.PDF", "other.txt").ID
	percent := commented("local:alice", `100% of C:\temp`).ID
	school := commented("local:alice", "", "École.pdf", "ÉLÈVE.txt").ID
	theirs := commented("local:bob", "a report of bob's", "x").ID
	gone := commented("local:alice", "", "gone-report", "removed-report")
	bring(t, s, gone.Files[0], core.Deleted)
	bring(t, s, gone.Files[1], core.Removed)
	for query, want := range map[string][]core.UploadID{
		"report": {report, theirs}, "REPORT": {report, theirs}, "t_2": {report}, "t%2": nil, "tx2": nil,
		"%": {percent}, `\`: {percent}, `\t`: {percent}, `:\\t`: nil, "_": {report}, "bob": {report, theirs}, " ": {report, percent, theirs},
		"école": {school}, "ÉCOLE": {school}, "élève": {school}, "2026.pdf": {report}, "report_2026.pdfx": nil,
		"'": {theirs}, `"`: nil, "--": nil,
	} {
		got, err := s.Uploads(t.Context(), core.UploadFilter{Anyone: true, Query: query}, core.Page{Limit: 10, Count: true})
		require.NoError(t, err, query)
		require.ElementsMatch(t, want, idsOf(got.Items, uploadID), query)
		require.Equal(t, len(want), got.Total)
		mine := slices.DeleteFunc(slices.Clone(want), func(id core.UploadID) bool { return id == theirs })
		got, err = s.Uploads(t.Context(), core.UploadFilter{User: "local:alice", Query: query}, core.Page{Limit: 10})
		require.NoError(t, err)
		require.ElementsMatch(t, mine, idsOf(got.Items, uploadID), query)
	}
}

func listSearchHostile(t *testing.T, s Store) {
	u := create(t, s, upload(1))
	for _, query := range []string{strings.Repeat("%", 1024), strings.Repeat("_%", 512), strings.Repeat(`\`, 1024), strings.Repeat("é", 512)} {
		got, err := s.Uploads(t.Context(), core.UploadFilter{User: u.User, Query: query}, core.Page{Limit: 10})
		require.NoError(t, err)
		require.Empty(t, got.Items)
	}
	for _, query := range []string{strings.Repeat("x", 1025), "\x00", "a\x00b", "\xff", "é\xc3"} {
		_, err := s.Uploads(t.Context(), core.UploadFilter{User: u.User, Query: query}, core.Page{Limit: 10})
		kind(t, core.KindInvalid, err)
		_, err = s.Users(t.Context(), core.UserFilter{Query: query}, core.Page{Limit: 10})
		kind(t, core.KindInvalid, err)
	}
}

package metadatatest

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

type lister[T any] func(ctx context.Context, p core.Page) (core.List[T], error)

// walk goes through a list in pages of several lengths, there and back, and checks each
// against want, which is in ascending order.
func walk[T any, ID comparable](t *testing.T, want []ID, list lister[T], id func(T) ID) {
	t.Helper()
	for _, ascending := range []bool{true, false} {
		want := slices.Clone(want)
		if !ascending {
			slices.Reverse(want)
		}
		for _, limit := range []int{1, 2, 3, len(want) - 1, len(want), len(want) + 1, 1 << 40} {
			if limit > 0 {
				walkPages(t, want, core.Page{Limit: limit, Asc: ascending}, list, id)
			}
		}
	}
}

func walkPages[T any, ID comparable](t *testing.T, want []ID, p core.Page, list lister[T], id func(T) ID) {
	t.Helper()
	pageAt := func(p core.Page, from int) core.List[T] {
		t.Helper()
		got, err := list(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, -1, got.Total)
		to := len(want)
		if p.Limit < len(want)-from {
			to = from + p.Limit
		}
		require.Equal(t, want[from:to], idsOf(got.Items, id), "page of %d from %d", p.Limit, from)
		return got
	}
	at := 0
	page := pageAt(p, 0)
	require.Empty(t, page.Before)
	pages := []core.List[T]{page}
	for page.After != "" {
		at += p.Limit
		next := p
		next.After = page.After
		page = pageAt(next, at)
		require.NotEmpty(t, page.Before)
		pages = append(pages, page)
	}
	require.LessOrEqual(t, len(want)-at, p.Limit, "no more follow only at the end")
	for i := len(pages) - 1; i > 0; i-- { // and back
		at -= p.Limit
		back := p
		back.Before = pages[i].Before
		page = pageAt(back, at)
		require.Equal(t, pages[i-1].After, page.After)
		require.Equal(t, i > 1, page.Before != "")
	}
}

func idsOf[T any, ID comparable](items []T, id func(T) ID) []ID {
	out := make([]ID, len(items))
	for i, item := range items {
		out[i] = id(item)
	}
	return out
}

func userID(u *core.User) core.UserID       { return u.ID }
func uploadID(u *core.Upload) core.UploadID { return u.ID }
func tokenOf(t *core.Token) string          { return t.Token }

// moments are some times in order, several of them equal.
func moments(i int) time.Time { return start.Add(time.Duration(i/3) * time.Microsecond) }

// cursorOf returns some cursor of a list.
func cursorOf[T any](t *testing.T, list lister[T]) string {
	t.Helper()
	page, err := list(t.Context(), core.Page{Limit: 1})
	require.NoError(t, err)
	require.NotEmpty(t, page.After)
	return page.After
}

func listBadCursors(t *testing.T, s Store) {
	alice := createUser(t, s, "alice")
	createUser(t, s, "bob")
	createToken(t, s, alice.ID)
	createToken(t, s, alice.ID)
	ownedUpload(t, s, "local:alice", "", 1)
	ownedUpload(t, s, "local:alice", "", 2)
	byTime, bySize := core.UploadFilter{Anyone: true}, core.UploadFilter{Anyone: true, BySize: true}
	bad := []string{
		"x", "!", "null", "W10", "WyJhIl0", "WyJhIiwiYiIsImMiXQ", "eyJhIjoxfQ", "WzEsMl0", "W251bGwsbnVsbF0", strings.Repeat("A", 1025),
		cursorOf(t, uploadsOf(s, byTime)) + "=", cursorOf(t, uploadsOf(s, byTime)) + "A", " " + cursorOf(t, uploadsOf(s, byTime)),
	}
	check := func(name string, list func(p core.Page) error, bad ...string) {
		for _, cursor := range bad {
			for _, p := range []core.Page{{Limit: 2, After: cursor}, {Limit: 2, Before: cursor, Asc: true}} {
				err := list(p)
				kind(t, core.KindInvalid, err)
				require.EqualError(t, err, "invalid paging cursor", name)
			}
		}
	}
	uploads := func(f core.UploadFilter) func(p core.Page) error {
		return func(p core.Page) error { _, err := s.Uploads(t.Context(), f, p); return err }
	}
	check("uploads", uploads(byTime), append(bad, cursorOf(t, uploadsOf(s, bySize)))...)
	check("uploads by size", uploads(bySize), append(bad, cursorOf(t, uploadsOf(s, byTime)))...)
	check("users", func(p core.Page) error { _, err := s.Users(t.Context(), core.UserFilter{}, p); return err }, bad...)
	check("tokens", func(p core.Page) error { _, err := s.Tokens(t.Context(), "", p); return err }, bad...)
	good := cursorOf(t, uploadsOf(s, byTime))
	kind(t, core.KindInvalid, uploads(byTime)(core.Page{Limit: 2, After: good, Before: good}))
}

// listChanges: a cursor holds its place when the item it was made from is gone.
func listChanges(t *testing.T, s Store) {
	var all []core.UserID
	for i := range 6 {
		all = append(all, createUser(t, s, fmt.Sprint("user", i), func(u *core.User) { u.CreatedAt = moments(i * 3) }).ID)
	}
	page, err := s.Users(t.Context(), core.UserFilter{}, core.Page{Limit: 2, Asc: true})
	require.NoError(t, err)
	_, err = s.DeleteUser(t.Context(), all[1], start)
	require.NoError(t, err)
	createUser(t, s, "earlier", func(u *core.User) { u.CreatedAt = start.Add(-time.Hour) })
	next, err := s.Users(t.Context(), core.UserFilter{}, core.Page{Limit: 10, Asc: true, After: page.After})
	require.NoError(t, err)
	require.Equal(t, all[2:], idsOf(next.Items, userID))
	previous, err := s.Users(t.Context(), core.UserFilter{}, core.Page{Limit: 10, Asc: true, Before: next.Before})
	require.NoError(t, err)
	require.Equal(t, []core.UserID{"local:earlier", all[0]}, idsOf(previous.Items, userID))
	beyond, err := s.Users(t.Context(), core.UserFilter{}, core.Page{Limit: 10, Asc: true, Before: lastCursor(t, s)})
	require.NoError(t, err)
	require.Len(t, beyond.Items, 5)
}

// lastCursor returns the cursor of the newest user.
func lastCursor(t *testing.T, s Store) string {
	t.Helper()
	return cursorOf(t, func(ctx context.Context, p core.Page) (core.List[*core.User], error) {
		return s.Users(ctx, core.UserFilter{}, p)
	})
}

// listTokenCursors: a cursor is no place for a secret, and holds its place without it.
func listTokenCursors(t *testing.T, s Store) {
	alice := createUser(t, s, "alice")
	list := func(ctx context.Context, p core.Page) (core.List[*core.Token], error) {
		return s.Tokens(ctx, alice.ID, p)
	}
	var all []string
	for i := range 6 {
		token := createToken(t, s, alice.ID, func(t *core.Token) { t.Token, t.CreatedAt = fmt.Sprint("secret", i), moments(i*3) })
		all = append(all, token.Token)
	}
	for _, ascending := range []bool{true, false} {
		p := core.Page{Limit: 2, Asc: ascending}
		page, err := list(t.Context(), p)
		require.NoError(t, err)
		text, err := base64.RawURLEncoding.DecodeString(page.After)
		require.NoError(t, err)
		require.NotContains(t, string(text), "secret")
		gone := page.Items[1].Token
		require.NoError(t, s.DeleteToken(t.Context(), alice.ID, gone))
		all = slices.DeleteFunc(all, func(token string) bool { return token == gone })
		want := slices.Clone(all)
		if !ascending {
			slices.Reverse(want)
		}
		p.Limit, p.After = 10, page.After
		next, err := list(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, want[1:], idsOf(next.Items, tokenOf))
		p.After, p.Before = "", next.Before
		previous, err := list(t.Context(), p)
		require.NoError(t, err)
		require.Equal(t, want[:1], idsOf(previous.Items, tokenOf))
	}
}

package metadata_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

// TestPagesOfOldRows pages through times in any form, some of them one moment, some none at
// all: nothing is lost and nothing comes twice.
func TestPagesOfOldRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	db := rawDB(t, path)
	times := []string{
		"NULL", "NULL", "''", "'2026-11-23 21:00:47.956699538+00:00'", "'2026-11-23 21:00:47.95+00:00'", "'2026-11-23 21:00:47.950+00:00'",
		"'2026-11-23 21:00:47+00:00'", "'2026-11-23 23:00:47+02:00'", "'2026-11-23 15:30:47-05:30'", "'2026-11-23T21:00:47Z'",
		"'2026-11-23 21:00:47.950000000+00:00'", "'2026-11-23 22:00:47.95+01:00'", "'2026-11-23 21:00:47+00:00'", "'2026-11-23'",
		"'2026-11-23 21:00:47.5 +0000 UTC m=+12.345'",
	}
	execAll(t, db, `INSERT INTO users (id) VALUES ('local:owner')`)
	for i, at := range times {
		execAll(t, db,
			fmt.Sprintf(`INSERT INTO uploads (id, "user", created_at) VALUES ('u%d', 'local:owner', %s)`, i, at),
			fmt.Sprintf(`INSERT INTO users (id, provider, created_at) VALUES ('local:u%d', 'old', %s)`, i, at),
			fmt.Sprintf(`INSERT INTO tokens (token, user_id, created_at) VALUES ('t%d', 'local:owner', %s)`, i, at))
	}
	for limit := 1; limit <= len(times)+1; limit++ {
		for _, asc := range []bool{true, false} {
			p := core.Page{Limit: limit, Asc: asc}
			for _, f := range []core.UploadFilter{{Anyone: true}, {User: "local:owner"}} {
				checkPages(t, len(times), p, func(ctx context.Context, p core.Page) (core.List[*core.Upload], error) { return s.Uploads(ctx, f, p) },
					func(u *core.Upload) string { return string(u.ID) })
			}
			checkPages(t, len(times), p, func(ctx context.Context, p core.Page) (core.List[*core.User], error) {
				return s.Users(ctx, core.UserFilter{Provider: "old"}, p)
			}, func(u *core.User) string { return string(u.ID) })
			for _, user := range []core.UserID{"", "local:owner"} {
				checkPages(t, len(times), p, func(ctx context.Context, p core.Page) (core.List[*core.Token], error) { return s.Tokens(ctx, user, p) },
					func(t *core.Token) string { return t.Token })
			}
		}
	}
}

// checkPages goes through a list there and back.
func checkPages[T any](t *testing.T, total int, p core.Page, list func(context.Context, core.Page) (core.List[T], error), id func(T) string) {
	t.Helper()
	var there, back []string
	var page core.List[T]
	for {
		var err error
		page, err = list(t.Context(), p)
		require.NoError(t, err)
		for _, item := range page.Items {
			there = append(there, id(item))
		}
		if page.After == "" {
			break
		}
		p.After = page.After
	}
	for {
		for _, item := range slices.Backward(page.Items) {
			back = append(back, id(item))
		}
		if page.Before == "" {
			break
		}
		p.After, p.Before = "", page.Before
		var err error
		page, err = list(t.Context(), p)
		require.NoError(t, err)
	}
	slices.Reverse(back)
	require.Equal(t, there, back)
	slices.Sort(there)
	require.Len(t, slices.Compact(there), total)
}

// TestNobodysRows: an owner that is NULL is nobody, as the empty one is.
func TestNobodysRows(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	execAll(t, rawDB(t, path), `INSERT INTO uploads (id, "user") VALUES ('null', NULL), ('empty', '')`,
		`INSERT INTO files (id, upload_id, status, size) VALUES ('a', 'null', 'uploaded', 5), ('b', 'empty', 'uploaded', 6)`)
	all, err := s.Uploads(t.Context(), core.UploadFilter{Anyone: true}, core.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, all.Items, 2)
	_, err = s.Uploads(t.Context(), core.UploadFilter{}, core.Page{Limit: 10})
	require.Equal(t, core.KindInvalid, core.KindOf(err))
	n, _, err := s.RemoveUploads(t.Context(), "", "", time.Now())
	require.NoError(t, err)
	require.Zero(t, n)
	used, err := s.QuotaUsed(t.Context(), "")
	require.NoError(t, err)
	require.Zero(t, used)
	total, err := s.TotalSize(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(11), total)
}

// TestSizeOfOldEmptyFiles: they count as what they are, see TestEmptyFileOfOldServer.
func TestSizeOfOldEmptyFiles(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plik.db")
	s := open(t, metadata.Options{ConnectionString: path})
	execAll(t, rawDB(t, path), `INSERT INTO uploads (id, "user") VALUES ('u', 'local:a')`,
		`INSERT INTO files (id, upload_id, status, size, md5) VALUES
			('e', 'u', 'uploaded', 100, 'd41d8cd98f00b204e9800998ecf8427e'), ('f', 'u', 'uploaded', 7, NULL), ('g', 'u', 'uploaded', NULL, 'x')`)
	used, err := s.QuotaUsed(t.Context(), "local:a")
	require.NoError(t, err)
	require.Equal(t, int64(7), used)
	stats, err := s.UserStats(t.Context(), "local:a", "")
	require.NoError(t, err)
	require.Equal(t, core.UserStats{Uploads: 1, Files: 3, TotalSize: 7}, stats)
	server, err := s.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, int64(7), server.TotalSize)
}

// FuzzCursor reads what clients send as a cursor: it is refused, or it is one.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "W10", "WyJhIiwiYiJd", "WzMwMCwiYiJd", "bnVsbA", "WzEuNSwiYiJd", "WyJcdWQ4MDAiLCJiIl0", "!"} {
		f.Add(seed, true)
		f.Add(seed, false)
	}
	f.Fuzz(func(t *testing.T, s string, bySize bool) {
		cursor, err := metadata.ParseCursor(s, bySize)
		if err != nil {
			require.EqualError(t, err, "invalid paging cursor")
			require.Equal(t, core.KindInvalid, core.KindOf(err))
			return
		}
		require.LessOrEqual(t, len(s), 1024)
		again, err := metadata.ParseCursor(cursor, bySize)
		if len(cursor) > 1024 { // spelt out, it is longer
			return
		}
		require.NoError(t, err)
		require.Equal(t, cursor, again)
		_, err = metadata.ParseCursor(cursor, !bySize)
		require.Error(t, err, "it is for one sort only")
	})
}

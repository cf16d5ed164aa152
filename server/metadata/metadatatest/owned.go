package metadatatest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func ownedTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"remove":        ownedRemove,
		"remove race":   ownedRemoveRace,
		"nobody's":      ownedByNobody,
		"statistics":    ownedStats,
		"remove all":    ownedRemoveAll,
		"look at any":   ownedLookAtAny,
		"server counts": ownedServerStats,
	}
}

// ownedUpload makes an upload of a user, with one Uploaded file for each size.
func ownedUpload(t *testing.T, s Store, user core.UserID, token string, sizes ...int64) *core.Upload {
	t.Helper()
	u := upload(len(sizes))
	u.User, u.Token = user, token
	create(t, s, u)
	for i, size := range sizes {
		require.NoError(t, s.MoveFile(t.Context(), u.Files[i], core.Uploading, nil))
		require.NoError(t, s.MoveFile(t.Context(), u.Files[i], core.Uploaded, func(f *core.File) { f.Size = size }))
	}
	return u
}

func live(t *testing.T, s Store, u *core.Upload) bool {
	t.Helper()
	_, err := s.Upload(t.Context(), u.ID)
	if err != nil {
		kind(t, core.KindNotFound, err)
	}
	return err == nil
}

func ownedRemove(t *testing.T, s Store) {
	ctx := t.Context()
	mine := []*core.Upload{
		ownedUpload(t, s, "local:alice", "one", 1, 2), ownedUpload(t, s, "local:alice", "one"),
		ownedUpload(t, s, "local:alice", "two", 1), ownedUpload(t, s, "local:alice", "", 1),
	}
	others := []*core.Upload{
		ownedUpload(t, s, "local:alic", "one", 1), ownedUpload(t, s, "local:ALICE", "one", 1),
		ownedUpload(t, s, "local:bob", "one", 1), ownedUpload(t, s, "", "one", 1),
	}
	sending := file(mine[0].ID, "sending")
	require.NoError(t, s.AddFile(ctx, sending, 0))
	bring(t, s, sending, core.Uploading)

	n, uploading, err := s.RemoveUploads(ctx, "local:alice", "on", start)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Empty(t, uploading)

	n, uploading, err = s.RemoveUploads(ctx, "local:alice", "one", start)
	require.NoError(t, err)
	require.Equal(t, 2, n)
	require.Equal(t, []core.FileID{sending.ID}, uploading)
	require.Equal(t, []bool{false, false, true, true}, []bool{live(t, s, mine[0]), live(t, s, mine[1]), live(t, s, mine[2]), live(t, s, mine[3])})
	require.Equal(t, []core.Status{core.Removed, core.Removed}, statuses(t, s, mine[0].Files))
	require.Equal(t, core.Removed, state(t, s, sending.ID).Status)
	require.Equal(t, []core.Status{core.Uploaded}, statuses(t, s, mine[2].Files))

	n, uploading, err = s.RemoveUploads(ctx, "local:alice", "", start)
	require.NoError(t, err)
	require.Equal(t, 2, n, "those that are deleted already do not count")
	require.Empty(t, uploading)
	for _, u := range others {
		require.True(t, live(t, s, u))
		require.Equal(t, []core.Status{core.Uploaded}, statuses(t, s, u.Files))
	}
}

func ownedRemoveRace(t *testing.T, s Store) {
	for range 20 {
		ownedUpload(t, s, "local:alice", "one", 1)
	}
	counts := make([]int, racers)
	won := race(t, func(i int) (err error) {
		counts[i], _, err = s.RemoveUploads(t.Context(), "local:alice", []string{"", "one"}[i%2], start)
		return err
	})
	require.Equal(t, racers, won)
	total := 0
	for _, n := range counts {
		total += n
	}
	require.Equal(t, 20, total)
}

func ownedByNobody(t *testing.T, s Store) {
	u := ownedUpload(t, s, "", "one", 5)
	for _, token := range []string{"", "one"} {
		n, uploading, err := s.RemoveUploads(t.Context(), "", token, start)
		require.NoError(t, err)
		require.Zero(t, n)
		require.Empty(t, uploading)
		stats, err := s.UserStats(t.Context(), "", token)
		require.NoError(t, err)
		require.Zero(t, stats)
	}
	used, err := s.QuotaUsed(t.Context(), "")
	require.NoError(t, err)
	require.Zero(t, used)
	require.True(t, live(t, s, u))
}

func ownedStats(t *testing.T, s Store) {
	ownedUpload(t, s, "local:alice", "one", 1, 2)
	ownedUpload(t, s, "local:alice", "two", 4)
	ownedUpload(t, s, "local:alice", "")
	gone := ownedUpload(t, s, "local:alice", "one", 100)
	require.NoError(t, s.RemoveUpload(t.Context(), gone.ID, start))
	ownedUpload(t, s, "local:alicex", "one", 100)
	partly := ownedUpload(t, s, "local:alice", "one", 100, 8)
	require.NoError(t, s.MoveFile(t.Context(), partly.Files[0], core.Removed, nil))
	require.NoError(t, s.AddFile(t.Context(), file(partly.ID, "missing"), 0))
	for token, want := range map[string]core.UserStats{
		"":      {Uploads: 4, Files: 4, TotalSize: 15},
		"one":   {Uploads: 2, Files: 3, TotalSize: 11},
		"two":   {Uploads: 1, Files: 1, TotalSize: 4},
		"three": {}, "on": {}, "%": {},
	} {
		got, err := s.UserStats(t.Context(), "local:alice", token)
		require.NoError(t, err)
		require.Equal(t, want, got, token)
	}
	got, err := s.UserStats(t.Context(), "local:a", "")
	require.NoError(t, err)
	require.Zero(t, got)
}

func ownedRemoveAll(t *testing.T, s Store) {
	const many = 450 // more than one transaction takes
	for range many {
		create(t, s, upload(1))
	}
	gone := create(t, s, upload(1))
	require.NoError(t, s.RemoveUpload(t.Context(), gone.ID, start))
	sending := []core.FileID{stored(t, s, 1, core.Uploading).Files[0].ID, stored(t, s, 1, core.Uploading).Files[0].ID}
	n, uploading, err := s.RemoveAllUploads(t.Context(), start)
	require.NoError(t, err)
	require.Equal(t, many+2, n)
	require.ElementsMatch(t, sending, uploading)
	require.Equal(t, core.Removed, state(t, s, sending[0]).Status)
	n, uploading, err = s.RemoveAllUploads(t.Context(), start)
	require.NoError(t, err)
	require.Zero(t, n)
	require.Empty(t, uploading)
}

func ownedLookAtAny(t *testing.T, s Store) {
	ctx := t.Context()
	want := create(t, s, upload(3))
	check := func() {
		t.Helper()
		got, err := s.AnyUpload(ctx, want.ID)
		require.NoError(t, err)
		require.Empty(t, got.Files)
		got.Files = want.Files
		same(t, want, got)
		files, err := s.UploadFiles(ctx, want.ID)
		require.NoError(t, err)
		require.Equal(t, ids(want.Files), ids(files))
	}
	check()
	require.NoError(t, s.RemoveUpload(ctx, want.ID, start))
	want.DeletedAt = start
	check()
	_, err := s.AnyUpload(ctx, "unknown")
	kind(t, core.KindNotFound, err)
	files, err := s.UploadFiles(ctx, "unknown")
	require.NoError(t, err)
	require.Empty(t, files)
}

func ownedServerStats(t *testing.T, s Store) {
	createUser(t, s, "alice")
	createUser(t, s, "bob")
	ownedUpload(t, s, "local:alice", "", 1, 2)
	ownedUpload(t, s, "", "", 4)
	got, err := s.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, core.Stats{Users: 2, Uploads: 2, AnonymousUploads: 1, Files: 3, TotalSize: 7, AnonymousSize: 4}, got)
}

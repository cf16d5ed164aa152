package metadatatest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func cleanTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"expire":                cleanExpire,
		"expire in parts":       cleanExpireLimit,
		"expire race":           cleanExpireRace,
		"removed files":         cleanRemovedFiles,
		"purge":                 cleanPurge,
		"purge in parts":        cleanPurgePages,
		"purge nothing":         cleanPurgeNothing,
		"orphans":               cleanOrphans,
		"stale uploading":       cleanStale,
		"statistics":            cleanStats,
		"expire and purge many": cleanPurgeMany,
	}
}

func expiring(t *testing.T, s Store, at time.Time) *core.Upload {
	t.Helper()
	u := upload(1)
	u.ExpireAt = at
	return create(t, s, u)
}

func cleanExpire(t *testing.T, s Store) {
	now := start
	gone := []*core.Upload{
		expiring(t, s, now.Add(-time.Microsecond)),
		expiring(t, s, now.Add(-time.Hour)),
		expiring(t, s, now.Add(-time.Hour).In(time.FixedZone("", 14*3600))),
		expiring(t, s, now.Add(-time.Hour).In(time.FixedZone("", -12*3600))),
	}
	stay := []*core.Upload{
		expiring(t, s, time.Time{}),
		expiring(t, s, now),
		expiring(t, s, now.Add(time.Microsecond)),
		expiring(t, s, now.Add(time.Hour).In(time.FixedZone("", 14*3600))),
		expiring(t, s, now.Add(time.Hour).In(time.FixedZone("", -12*3600))),
	}
	bring(t, s, gone[0].Files[0], core.Uploaded)
	n, err := s.ExpireUploads(t.Context(), now, 100)
	require.NoError(t, err)
	require.Equal(t, len(gone), n)
	for _, u := range gone {
		_, err := s.Upload(t.Context(), u.ID)
		kind(t, core.KindNotFound, err)
	}
	for _, u := range stay {
		_, err := s.Upload(t.Context(), u.ID)
		require.NoError(t, err)
	}
	require.Equal(t, core.Removed, state(t, s, gone[0].Files[0].ID).Status)
	require.Equal(t, core.Deleted, state(t, s, gone[1].Files[0].ID).Status)
	require.Equal(t, core.Missing, state(t, s, stay[0].Files[0].ID).Status)
	n, err = s.ExpireUploads(t.Context(), now, 100)
	require.NoError(t, err)
	require.Zero(t, n)
}

func cleanExpireLimit(t *testing.T, s Store) {
	for i := range 7 {
		expiring(t, s, start.Add(-time.Duration(i)*time.Minute))
	}
	for _, want := range []int{3, 3, 1, 0} {
		n, err := s.ExpireUploads(t.Context(), start.Add(time.Second), 3)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
}

func cleanExpireRace(t *testing.T, s Store) {
	const uploads = 20
	for range uploads {
		expiring(t, s, start.Add(-time.Minute))
	}
	counts := make([]int, racers)
	won := race(t, func(i int) (err error) {
		counts[i], err = s.ExpireUploads(t.Context(), start, 100)
		return err
	})
	require.Equal(t, racers, won)
	total := 0
	for _, n := range counts {
		total += n
	}
	require.Equal(t, uploads, total)
}

func cleanRemovedFiles(t *testing.T, s Store) {
	want := ids(stored(t, s, 7, core.Removed).Files)
	slices.Sort(want)
	stored(t, s, 2, core.Uploaded)
	stored(t, s, 2, core.Uploading)
	stored(t, s, 2, core.Deleted)
	var got []core.FileID
	after := core.FileID("")
	for _, count := range []int{3, 3, 1, 0} {
		page, err := s.RemovedFiles(t.Context(), after, 3)
		require.NoError(t, err)
		require.Len(t, page, count)
		for _, f := range page {
			require.Equal(t, core.Removed, f.Status)
			require.Equal(t, `{"SSEKey":"x"}`, f.BackendDetails)
			got = append(got, f.ID)
			after = f.ID
		}
	}
	require.Equal(t, want, got)
}

func cleanPurge(t *testing.T, s Store) {
	ctx := t.Context()
	done, waiting, live := stored(t, s, 2, core.Missing), stored(t, s, 2, core.Uploaded), stored(t, s, 1, core.Deleted)
	require.NoError(t, s.RemoveUpload(ctx, done.ID, start))
	require.NoError(t, s.RemoveUpload(ctx, waiting.ID, start))

	last, uploads, files, err := s.PurgeUploads(ctx, "", 10)
	require.NoError(t, err)
	require.Equal(t, max(done.ID, waiting.ID), last)
	require.Equal(t, 1, uploads)
	require.Equal(t, 2, files)
	_, err = s.File(ctx, done.Files[0].ID)
	kind(t, core.KindNotFound, err)
	require.Equal(t, []core.Status{core.Removed, core.Removed}, statuses(t, s, waiting.Files))

	for _, f := range waiting.Files {
		require.NoError(t, s.MoveFile(ctx, state(t, s, f.ID), core.Deleted, nil))
	}
	last, uploads, files, err = s.PurgeUploads(ctx, "", 10)
	require.NoError(t, err)
	require.Equal(t, waiting.ID, last)
	require.Equal(t, 1, uploads)
	require.Equal(t, 2, files)
	require.Equal(t, []core.Status{core.Deleted}, statuses(t, s, live.Files))
	create(t, s, done) // nothing of it is left
}

func cleanPurgePages(t *testing.T, s Store) {
	var all []core.UploadID
	for range 5 {
		u := stored(t, s, 1, core.Uploaded) // cannot be dropped yet
		require.NoError(t, s.RemoveUpload(t.Context(), u.ID, start))
		all = append(all, u.ID)
	}
	slices.Sort(all)
	after := core.UploadID("")
	for _, want := range []core.UploadID{all[1], all[3], all[4], ""} {
		last, uploads, _, err := s.PurgeUploads(t.Context(), after, 2)
		require.NoError(t, err)
		require.Equal(t, want, last)
		require.Zero(t, uploads)
		after = last
	}
}

func cleanPurgeNothing(t *testing.T, s Store) {
	stored(t, s, 1, core.Deleted)
	last, uploads, files, err := s.PurgeUploads(t.Context(), "", 10)
	require.NoError(t, err)
	require.Empty(t, last)
	require.Zero(t, uploads+files)
}

func cleanPurgeMany(t *testing.T, s Store) {
	const many = 450 // more than one transaction takes
	for range many {
		expiring(t, s, start.Add(-time.Minute))
	}
	n, err := s.ExpireUploads(t.Context(), start, 1000)
	require.NoError(t, err)
	require.Equal(t, many, n)
	_, uploads, files, err := s.PurgeUploads(t.Context(), "", 1000)
	require.NoError(t, err)
	require.Equal(t, many, uploads)
	require.Equal(t, many, files)
}

func cleanOrphans(t *testing.T, s Store) {
	u := stored(t, s, 2, core.Uploaded)
	files, tokens, err := s.PurgeOrphans(t.Context())
	require.NoError(t, err)
	require.Zero(t, files+tokens)
	require.Equal(t, []core.Status{core.Uploaded, core.Uploaded}, statuses(t, s, u.Files))
}

func cleanStale(t *testing.T, s Store) {
	u := create(t, s, upload(5))
	for i, instance := range []string{"live", "dead", "", "live too"} {
		require.NoError(t, s.MoveFile(t.Context(), u.Files[i], core.Uploading, func(f *core.File) { f.Instance = instance }))
	}
	check := func(live []string, want ...*core.File) {
		t.Helper()
		got, err := s.StaleUploading(t.Context(), live)
		require.NoError(t, err)
		require.ElementsMatch(t, ids(want), ids(got))
	}
	check([]string{"live", "live too", "another"}, u.Files[1], u.Files[2])
	check(nil, u.Files[0], u.Files[1], u.Files[2], u.Files[3])
	check([]string{""}, u.Files[0], u.Files[1], u.Files[2], u.Files[3])

	stale, err := s.StaleUploading(t.Context(), []string{"live", "live too", ""})
	require.NoError(t, err)
	for _, f := range stale {
		require.NoError(t, s.MoveFile(t.Context(), f, core.Missing, nil))
	}
	check([]string{"live", "live too"})
}

func cleanStats(t *testing.T, s Store) {
	got, err := s.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, core.Stats{}, got)

	stored(t, s, 2, core.Uploaded) // of a user, each file 1 TiB
	stored(t, s, 1, core.Missing)
	removed := stored(t, s, 1, core.Uploaded)
	require.NoError(t, s.RemoveUpload(t.Context(), removed.ID, start))
	anonymous := upload(1)
	anonymous.User = ""
	create(t, s, anonymous)
	bring(t, s, anonymous.Files[0], core.Uploaded)

	got, err = s.Stats(t.Context())
	require.NoError(t, err)
	require.Equal(t, core.Stats{Uploads: 3, AnonymousUploads: 1, Files: 3, TotalSize: 3 << 40, AnonymousSize: 1 << 40}, got)
}

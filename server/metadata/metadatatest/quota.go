package metadatatest

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func quotaTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"reserve":          quotaReserve,
		"what counts":      quotaCounts,
		"not ours":         quotaNotOurs,
		"with the move":    quotaWithMove,
		"race":             quotaRace,
		"race to grow":     quotaGrowRace,
		"extreme numbers":  quotaExtremes,
		"of the whole":     quotaTotal,
		"created reserved": quotaCreated,
	}
}

func used(t *testing.T, s Store, want int64) {
	t.Helper()
	got, err := s.QuotaUsed(t.Context(), "local:alice")
	require.NoError(t, err)
	require.Equal(t, want, got)
}

// sending makes an upload of alice whose one file is being received by "mine".
func sending(t *testing.T, s Store) *core.File {
	t.Helper()
	u := upload(1)
	create(t, s, u)
	require.NoError(t, s.MoveFile(t.Context(), u.Files[0], core.Uploading, func(f *core.File) { f.Instance = "mine" }))
	return u.Files[0]
}

func quotaReserve(t *testing.T, s Store) {
	ctx := t.Context()
	ownedUpload(t, s, "local:alice", "", 60)
	f := sending(t, s)
	used(t, s, 60)
	for _, n := range []int64{10, 40, 0, 39} { // its own reservation does not stand in its way
		require.NoError(t, s.Reserve(ctx, f, "local:alice", n, 100))
		require.Equal(t, n, f.Reserved)
		same(t, f, state(t, s, f.ID))
		used(t, s, 60+n)
	}
	err := s.Reserve(ctx, f, "local:alice", 41, 100)
	kind(t, core.KindTooLarge, err)
	require.EqualError(t, err, "quota exceeded")
	require.Equal(t, int64(39), f.Reserved)
	used(t, s, 99)
	second := sending(t, s)
	kind(t, core.KindTooLarge, s.Reserve(ctx, second, "local:alice", 2, 100))
	require.NoError(t, s.Reserve(ctx, second, "local:alice", 1, 100))
	used(t, s, 100)
	require.NoError(t, s.MoveFile(ctx, f, core.Uploaded, func(f *core.File) { f.Size = 5 }))
	require.Zero(t, f.Reserved)
	used(t, s, 66)
}

func quotaCounts(t *testing.T, s Store) {
	ctx := t.Context()
	for _, status := range []core.Status{core.Missing, core.Removed, core.Deleted} {
		stored(t, s, 1, status)
	}
	f := sending(t, s)
	require.NoError(t, s.Reserve(ctx, f, "local:alice", 7, 1000))
	ownedUpload(t, s, "local:alice", "", 10, 20)
	for _, other := range []core.UserID{"local:bob", "", "local:alic", "local:Alice"} {
		ownedUpload(t, s, other, "", 1000)
	}
	used(t, s, 37)
	gone := ownedUpload(t, s, "local:alice", "", 100)
	used(t, s, 137)
	require.NoError(t, s.RemoveUpload(ctx, gone.ID, start))
	used(t, s, 37)
	for _, to := range []core.Status{core.Missing, core.Uploading, core.Removed} {
		require.NoError(t, s.MoveFile(ctx, f, to, func(f *core.File) { f.Instance = "mine" }))
		require.Zero(t, f.Reserved)
		used(t, s, 30)
	}
}

func quotaNotOurs(t *testing.T, s Store) {
	ctx := t.Context()
	f := sending(t, s)
	for _, instance := range []string{"", "other", "min"} {
		believed := *f
		believed.Instance = instance
		kind(t, core.KindConflict, s.Reserve(ctx, &believed, "local:alice", 1, 100))
		require.Zero(t, believed.Reserved)
	}
	same(t, f, state(t, s, f.ID))
	for _, status := range []core.Status{core.Missing, core.Uploaded, core.Removed, core.Deleted} {
		other := stored(t, s, 1, status).Files[0]
		kind(t, core.KindConflict, s.Reserve(ctx, other, "local:bob", 1, 100))
	}
	kind(t, core.KindNotFound, s.Reserve(ctx, &core.File{ID: "unknown"}, "local:alice", 1, 100))
	require.NoError(t, s.RemoveUpload(ctx, f.UploadID, start))
	kind(t, core.KindConflict, s.Reserve(ctx, f, "local:alice", 1, 100))
}

// quotaWithMove: an attempt does not count what the one before it reserved.
func quotaWithMove(t *testing.T, s Store) {
	ctx := t.Context()
	f := create(t, s, upload(1)).Files[0]
	require.NoError(t, s.MoveFile(ctx, f, core.Uploading, func(f *core.File) { f.Reserved = 9 }))
	require.Equal(t, int64(9), f.Reserved)
	same(t, f, state(t, s, f.ID))
	used(t, s, 9)
	stale := *f
	require.NoError(t, s.MoveFile(ctx, f, core.Missing, func(f *core.File) { f.Reserved = 100 }))
	require.Zero(t, f.Reserved)
	used(t, s, 0)
	kind(t, core.KindConflict, s.MoveFile(ctx, &stale, core.Uploaded, nil))
	require.Equal(t, int64(9), stale.Reserved)
	require.NoError(t, s.MoveFile(ctx, f, core.Uploading, nil))
	used(t, s, 0)
}

func quotaRace(t *testing.T, s Store) {
	const quota, each = 1000, 30
	ownedUpload(t, s, "local:alice", "", 90) // room for 30 of 100
	files := make([]*core.File, 2*racers)
	for i := range files {
		files[i] = sending(t, s)
	}
	won := race(t, func(i int) error {
		first := s.Reserve(t.Context(), files[i], "local:alice", each, quota)
		second := s.Reserve(t.Context(), files[racers+i], "local:alice", each, quota)
		for _, err := range []error{first, second} {
			if err != nil {
				require.Equal(t, core.KindTooLarge, core.KindOf(err), err)
			}
		}
		return first
	}, core.KindTooLarge)
	require.LessOrEqual(t, won, 30)
	reserved := 0
	for _, f := range files {
		require.Contains(t, []int64{0, each}, f.Reserved)
		if f.Reserved > 0 {
			reserved++
		}
	}
	require.Equal(t, 30, reserved)
	used(t, s, 990)
}

// quotaGrowRace has senders who do not know how long their files are.
func quotaGrowRace(t *testing.T, s Store) {
	const quota, step = 997, 10
	files := make([]*core.File, racers)
	for i := range files {
		files[i] = sending(t, s)
	}
	won := race(t, func(i int) error {
		for n := int64(step); ; n += step {
			if err := s.Reserve(t.Context(), files[i], "local:alice", n, quota); err != nil {
				return err
			}
		}
	}, core.KindTooLarge)
	require.Zero(t, won)
	used(t, s, quota/step*step)
}

func quotaExtremes(t *testing.T, s Store) {
	ctx := t.Context()
	f := sending(t, s)
	require.NoError(t, s.Reserve(ctx, f, "local:alice", 0, 0))
	kind(t, core.KindTooLarge, s.Reserve(ctx, f, "local:alice", 1, 0))
	for _, max := range []int64{-1, math.MinInt64} {
		kind(t, core.KindTooLarge, s.Reserve(ctx, f, "local:alice", 0, max))
		kind(t, core.KindTooLarge, s.Reserve(ctx, f, "local:alice", math.MaxInt64, max))
	}
	kind(t, core.KindInternal, s.Reserve(ctx, f, "local:alice", -1, 100))
	require.NoError(t, s.Reserve(ctx, f, "local:alice", math.MaxInt64, math.MaxInt64))
	kind(t, core.KindTooLarge, s.Reserve(ctx, sending(t, s), "local:alice", 1, math.MaxInt64))
	used(t, s, math.MaxInt64)
}

func quotaTotal(t *testing.T, s Store) {
	total := func(want int64) {
		t.Helper()
		got, err := s.TotalSize(t.Context())
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	total(0)
	ownedUpload(t, s, "", "", 1, 2)
	ownedUpload(t, s, "local:bob", "", 4)
	stored(t, s, 1, core.Missing)
	stored(t, s, 1, core.Removed)
	total(7)
	f := sending(t, s)
	total(7)
	require.NoError(t, s.Reserve(t.Context(), f, "", 8, 100)) // of nobody, who has no other files
	total(15)
}

func quotaCreated(t *testing.T, s Store) {
	u := upload(1)
	u.Files[0].Status, u.Files[0].Reserved = core.Uploading, 5
	create(t, s, u)
	same(t, u.Files[0], state(t, s, u.Files[0].ID))
	added := file(u.ID, "added")
	added.Status, added.Reserved = core.Uploading, 6
	require.NoError(t, s.AddFile(t.Context(), added, 9))
	same(t, added, state(t, s, added.ID))
	used(t, s, 11)
}

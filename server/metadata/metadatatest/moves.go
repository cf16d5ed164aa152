package metadatatest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func moveTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"every way":         moveEveryWay,
		"saves the edit":    moveSavesEdit,
		"keeps the rest":    moveKeepsRest,
		"zero values":       moveToZeroValues,
		"conflict":          moveConflict,
		"instance":          moveInstance,
		"forbidden edits":   moveForbiddenEdits,
		"race":              moveRace,
		"race of two ways":  moveRaceOfTwoWays,
		"empty is missing":  moveFromEmpty,
		"race of instances": moveInstanceRace,
	}
}

func moveEveryWay(t *testing.T, s Store) {
	all := []core.Status{core.Missing, core.Uploading, core.Uploaded, core.Removed, core.Deleted}
	for _, from := range all {
		for _, to := range all {
			f := stored(t, s, 1, from).Files[0]
			err := s.MoveFile(t.Context(), f, to, nil)
			if !core.CanMove(from, to) {
				kind(t, core.KindConflict, err)
				to = from
			} else {
				require.NoError(t, err)
			}
			require.Equal(t, to, f.Status)
			same(t, f, state(t, s, f.ID))
		}
	}
}

func moveSavesEdit(t *testing.T, s Store) {
	f := stored(t, s, 1, core.Uploading).Files[0]
	require.NoError(t, s.MoveFile(t.Context(), f, core.Uploaded, func(f *core.File) {
		f.Name, f.Size, f.MD5, f.Type = "new 🎉", 42, "new md5", "new/type"
		f.Reference, f.BackendDetails, f.CRC32 = "new reference", "new details", 7
	}))
	require.Equal(t, "new 🎉", f.Name)
	require.Equal(t, int64(42), f.Size)
	require.Equal(t, uint32(7), f.CRC32)
	require.Equal(t, "new details", f.BackendDetails)
	same(t, f, state(t, s, f.ID))
}

func moveKeepsRest(t *testing.T, s Store) {
	f := stored(t, s, 1, core.Uploaded).Files[0]
	stale := *f
	require.NoError(t, s.SetCRC32(t.Context(), f.ID, 99))
	require.NoError(t, s.MoveFile(t.Context(), &stale, core.Removed, func(f *core.File) { f.Size = 3 }))
	// What the caller did not know of is neither lost nor hidden from it.
	require.Equal(t, uint32(99), stale.CRC32)
	require.Equal(t, int64(3), stale.Size)
	same(t, &stale, state(t, s, f.ID))
}

func moveToZeroValues(t *testing.T, s Store) {
	f := stored(t, s, 1, core.Uploading).Files[0]
	require.NoError(t, s.MoveFile(t.Context(), f, core.Uploaded, func(f *core.File) {
		f.Size, f.MD5, f.Type, f.Reference, f.BackendDetails = 0, "", "", "", ""
		f.CRC32, f.HasCRC32 = 0, false
	}))
	got := state(t, s, f.ID)
	same(t, f, got)
	require.Zero(t, got.Size)
	require.Empty(t, got.Type)
	require.False(t, got.HasCRC32)
}

func moveConflict(t *testing.T, s Store) {
	for _, status := range []core.Status{core.Missing, core.Uploaded, core.Removed, core.Deleted} {
		f := stored(t, s, 1, status).Files[0]
		believed := *f
		believed.Status, believed.Name = core.Uploading, "believed"
		before := believed
		err := s.MoveFile(t.Context(), &believed, core.Removed, func(f *core.File) { f.Size = 1 })
		if status == core.Removed { // as good as done, yet not by us
			require.Error(t, err)
		}
		kind(t, core.KindConflict, err)
		require.EqualError(t, err, "invalid file status "+string(status)+", expected uploading")
		same(t, before, believed)
		same(t, f, state(t, s, f.ID))
	}
}

func moveInstance(t *testing.T, s Store) {
	f := create(t, s, upload(1)).Files[0]
	require.NoError(t, s.MoveFile(t.Context(), f, core.Uploading, func(f *core.File) { f.Instance = "mine" }))
	require.Equal(t, "mine", f.Instance)
	same(t, f, state(t, s, f.ID))

	for _, other := range []string{"", "other"} {
		believed := *f
		believed.Instance = other
		kind(t, core.KindConflict, s.MoveFile(t.Context(), &believed, core.Uploaded, nil))
		require.Equal(t, other, believed.Instance)
	}
	same(t, f, state(t, s, f.ID))
	for _, to := range []core.Status{core.Missing, core.Uploading, core.Uploaded, core.Removed, core.Deleted} {
		require.NoError(t, s.MoveFile(t.Context(), f, to, func(f *core.File) { f.Instance = "mine" }))
		want := ""
		if to == core.Uploading || to == core.Removed { // those that a daemon is at work on
			want = "mine"
		}
		require.Equal(t, want, f.Instance, to)
		same(t, f, state(t, s, f.ID))
	}
}

func moveForbiddenEdits(t *testing.T, s Store) {
	f := create(t, s, upload(1)).Files[0]
	before := *f
	for _, edit := range []func(f *core.File){
		func(f *core.File) { f.Status = core.Uploaded },
		func(f *core.File) { f.ID = "x" },
		func(f *core.File) { f.UploadID = "x" },
	} {
		require.Error(t, s.MoveFile(t.Context(), f, core.Uploading, edit))
		same(t, before, *f)
		same(t, f, state(t, s, f.ID))
	}
}

func moveRace(t *testing.T, s Store) {
	f := create(t, s, upload(1)).Files[0]
	for _, to := range []core.Status{core.Uploading, core.Uploaded, core.Removed, core.Deleted} {
		seen := state(t, s, f.ID)
		won := race(t, func(int) error {
			mine := *seen
			return s.MoveFile(t.Context(), &mine, to, nil)
		}, core.KindConflict)
		require.Equal(t, 1, won, to)
	}
}

func moveRaceOfTwoWays(t *testing.T, s Store) {
	f := stored(t, s, 1, core.Uploading).Files[0]
	ways := []core.Status{core.Uploaded, core.Removed, core.Missing, core.Deleted}
	var winner core.Status
	won := race(t, func(i int) error {
		mine := *f
		err := s.MoveFile(t.Context(), &mine, ways[i%len(ways)], nil)
		if err == nil {
			winner = mine.Status // only one gets here, as the count shows
		}
		return err
	}, core.KindConflict)
	require.Equal(t, 1, won)
	require.Equal(t, winner, state(t, s, f.ID).Status)
}

func moveFromEmpty(t *testing.T, s Store) {
	f := create(t, s, upload(1)).Files[0]
	f.Status = ""
	require.NoError(t, s.MoveFile(t.Context(), f, core.Uploading, nil))
	require.Equal(t, core.Uploading, f.Status)
}

func moveInstanceRace(t *testing.T, s Store) {
	f := create(t, s, upload(1)).Files[0]
	won := race(t, func(i int) error {
		mine := *f
		name := string(rune('A' + i))
		if err := s.MoveFile(t.Context(), &mine, core.Uploading, func(f *core.File) { f.Instance = name }); err != nil {
			return err
		}
		return s.MoveFile(t.Context(), &mine, core.Uploaded, nil)
	}, core.KindConflict)
	require.Equal(t, 1, won)
	require.Equal(t, core.Uploaded, state(t, s, f.ID).Status)
}

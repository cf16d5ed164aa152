package metadatatest

import (
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func fileTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"add":                   fileAdd,
		"add up to the maximum": fileAddMax,
		"add race":              fileAddRace,
		"unknown":               fileUnknown,
		"claim":                 fileClaim,
		"claim race":            fileClaimRace,
		"checksum":              fileChecksum,
		"list":                  fileList,
	}
}

func fileAdd(t *testing.T, s Store) {
	u := create(t, s, upload(0))
	want := file(u.ID, "x")
	require.NoError(t, s.AddFile(t.Context(), want, 1))
	same(t, want, state(t, s, want.ID))

	again := file(u.ID, "y")
	again.ID = want.ID
	kind(t, core.KindConflict, s.AddFile(t.Context(), again, 0))
	same(t, want, state(t, s, want.ID))

	plain := &core.File{ID: core.NewFileID(), UploadID: u.ID, Name: "z"}
	require.NoError(t, s.AddFile(t.Context(), plain, 0))
	got := state(t, s, plain.ID)
	require.Equal(t, core.Missing, got.Status)
	require.False(t, got.CreatedAt.IsZero())
	require.False(t, got.HasCRC32)
	kind(t, core.KindInternal, s.AddFile(t.Context(), &core.File{UploadID: u.ID}, 0))
}

func fileAddMax(t *testing.T, s Store) {
	u := create(t, s, upload(2))
	require.NoError(t, s.AddFile(t.Context(), file(u.ID, "third"), 3))
	err := s.AddFile(t.Context(), file(u.ID, "fourth"), 3)
	kind(t, core.KindTooLarge, err)
	require.EqualError(t, err, "maximum number file per upload reached, limit is 3")
	require.NoError(t, s.AddFile(t.Context(), file(u.ID, "fourth"), 0))
	require.NoError(t, s.AddFile(t.Context(), file(u.ID, "fifth"), -1))
	// What is Deleted makes room.
	bring(t, s, u.Files[0], core.Deleted)
	kind(t, core.KindTooLarge, s.AddFile(t.Context(), file(u.ID, "sixth"), 4))
	bring(t, s, u.Files[1], core.Deleted)
	require.NoError(t, s.AddFile(t.Context(), file(u.ID, "sixth"), 4))
	kind(t, core.KindTooLarge, s.AddFile(t.Context(), file(u.ID, "seventh"), 4))
}

func fileAddRace(t *testing.T, s Store) {
	const room = 20
	u := create(t, s, upload(1))
	won := race(t, func(int) error { return s.AddFile(t.Context(), file(u.ID, "x"), room+1) }, core.KindTooLarge)
	require.Equal(t, room, won)
	got, err := s.UploadWithFiles(t.Context(), u.ID)
	require.NoError(t, err)
	require.Len(t, got.Files, room+1)
}

func fileUnknown(t *testing.T, s Store) {
	_, err := s.File(t.Context(), "unknown")
	kind(t, core.KindNotFound, err)
	require.EqualError(t, err, "file unknown not found")
	kind(t, core.KindNotFound, s.SetCRC32(t.Context(), "unknown", 1))
	f := file("unknown", "x")
	f.ID = "unknown"
	err = s.MoveFile(t.Context(), f, core.Uploading, nil)
	kind(t, core.KindNotFound, err)
	require.EqualError(t, err, "file unknown not found")
}

func fileClaim(t *testing.T, s Store) {
	u, other := create(t, s, upload(5)), stored(t, s, 1, core.Uploaded)
	for i, status := range []core.Status{core.Uploaded, core.Missing, core.Uploaded, core.Uploading, core.Deleted} {
		bring(t, s, u.Files[i], status)
	}
	all := append(ids(u.Files), other.Files[0].ID, "unknown", u.Files[0].ID)
	claimed, err := s.ClaimFiles(t.Context(), u.ID, all, "holder")
	require.NoError(t, err)
	require.ElementsMatch(t, []core.FileID{u.Files[0].ID, u.Files[2].ID}, claimed)
	require.Equal(t, []core.Status{core.Removed, core.Missing, core.Removed, core.Uploading, core.Deleted}, statuses(t, s, u.Files))
	require.Equal(t, core.Uploaded, state(t, s, other.Files[0].ID).Status)

	for _, files := range [][]core.FileID{all, nil, {u.Files[0].ID}} {
		claimed, err = s.ClaimFiles(t.Context(), u.ID, files, "holder")
		require.NoError(t, err)
		require.Empty(t, claimed)
	}
}

func fileClaimRace(t *testing.T, s Store) {
	u := stored(t, s, 10, core.Uploaded)
	var mu sync.Mutex
	var claimed []core.FileID
	won := race(t, func(i int) error {
		want := ids(u.Files)
		if i%2 == 0 { // one by one as well as all together
			want = want[i%10 : i%10+1]
		}
		got, err := s.ClaimFiles(t.Context(), u.ID, want, "holder")
		mu.Lock()
		defer mu.Unlock()
		claimed = append(claimed, got...)
		return err
	})
	require.Equal(t, racers, won)
	require.ElementsMatch(t, ids(u.Files), claimed)
}

func fileChecksum(t *testing.T, s Store) {
	u := create(t, s, &core.Upload{ID: core.NewUploadID(), Files: []*core.File{{ID: core.NewFileID(), Name: "x"}}})
	for _, crc := range []uint32{0, 1, 0xffffffff} {
		require.NoError(t, s.SetCRC32(t.Context(), u.Files[0].ID, crc))
		got := state(t, s, u.Files[0].ID)
		require.True(t, got.HasCRC32)
		require.Equal(t, crc, got.CRC32)
	}
}

func fileList(t *testing.T, s Store) {
	var want []core.FileID
	for range 3 {
		want = append(want, ids(create(t, s, upload(4)).Files)...)
	}
	slices.Sort(want)
	var got []core.FileID
	after := core.FileID("")
	for {
		page, err := s.Files(t.Context(), after, 5)
		require.NoError(t, err)
		if len(page) == 0 {
			break
		}
		require.LessOrEqual(t, len(page), 5)
		got = append(got, ids(page)...)
		after = page[len(page)-1].ID
	}
	require.Equal(t, want, got)
}

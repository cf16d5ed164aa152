package metadatatest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func resumableTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"round trip":         resumableRoundTrip,
		"save":               resumableSave,
		"never back":         resumableNeverBack,
		"absent":             resumableAbsent,
		"pages":              resumablePages,
		"bytes of parts":     resumablePartialBytes,
		"digest":             resumableDigest,
		"no instance's":      resumableNotStale,
		"of a deleted file":  resumableOutlivesFile,
		"race to drop":       resumableDropRace,
		"cancelled contexts": resumableCancelled,
	}
}

// resumable returns a transfer in which no field is zero.
func resumable() *core.Resumable {
	return &core.Resumable{
		ID: core.NewResumableID(), UploadID: core.NewUploadID(), FileID: core.NewFileID(), Owner: "local:alice",
		Bound: true, Partial: true, Parts: []string{core.NewResumableID(), core.NewResumableID()},
		Length: 1 << 50, Offset: 1 << 49, Done: true, MD5: []byte("md5\x01\x00\xff"), CRC32: 0xfedcba98,
		Head: []byte("\x00\xff\n🎉"), Digest: true, Metadata: "filename 8J+OiQ==,empty", CreatedAt: start, UpdatedAt: start.Add(time.Hour),
	}
}

func begun(t *testing.T, s Store, r *core.Resumable) *core.Resumable {
	t.Helper()
	require.NoError(t, s.CreateResumable(t.Context(), r))
	return r
}

// known checks what the store holds of r.
func known(t *testing.T, s Store, want *core.Resumable) {
	t.Helper()
	got, err := s.Resumable(t.Context(), want.ID)
	require.NoError(t, err)
	same(t, want, got)
}

func resumableRoundTrip(t *testing.T, s Store) {
	full := begun(t, s, resumable())
	known(t, s, full)
	require.Error(t, s.CreateResumable(t.Context(), full), "an id is given once")
	known(t, s, begun(t, s, &core.Resumable{ID: core.NewResumableID(), Length: -1, CreatedAt: start, UpdatedAt: start}))
	known(t, s, begun(t, s, &core.Resumable{ID: core.NewResumableID(), CreatedAt: start, UpdatedAt: start}))
	known(t, s, full)
}

func resumableSave(t *testing.T, s Store) {
	other := begun(t, s, resumable())
	r := begun(t, s, &core.Resumable{
		ID: core.NewResumableID(), UploadID: "u", FileID: "f", Owner: "local:bob", Metadata: "m", Length: -1, CreatedAt: start, UpdatedAt: start,
	})
	r.Parts, r.Length, r.Offset, r.Done = []string{"a", "b"}, 100, 50, true
	r.MD5, r.CRC32, r.Head, r.Digest, r.UpdatedAt = []byte{0, 1}, 1<<32-1, []byte{255}, true, start.Add(time.Second)
	require.NoError(t, s.SaveResumable(t.Context(), r))
	known(t, s, r)
	// How far it is is saved, not what it is.
	changed := *r
	changed.UploadID, changed.FileID, changed.Owner, changed.Metadata, changed.Bound = "x", "x", "x", "x", true
	changed.CreatedAt = start.Add(time.Minute)
	require.NoError(t, s.SaveResumable(t.Context(), &changed))
	known(t, s, r)
	r.Parts, r.Done, r.MD5, r.CRC32, r.Head, r.Digest = nil, false, nil, 0, nil, false
	require.NoError(t, s.SaveResumable(t.Context(), r))
	known(t, s, r)
	known(t, s, other)
}

// What was said to be safe stays so, whoever saves late.
func resumableNeverBack(t *testing.T, s Store) {
	r := resumable()
	r.Length, r.Offset = racers, 0
	begun(t, s, r)
	race(t, func(i int) error {
		mine := *r
		mine.Offset = int64(i + 1)
		return s.SaveResumable(t.Context(), &mine)
	}, core.KindConflict)
	r.Offset = racers
	known(t, s, r)
	late := *r
	late.Offset, late.Done, late.UpdatedAt = racers-1, false, start.Add(2*time.Hour)
	kind(t, core.KindConflict, s.SaveResumable(t.Context(), &late))
	known(t, s, r)
	require.NoError(t, s.SaveResumable(t.Context(), r), "what is the same goes")
}

func resumableAbsent(t *testing.T, s Store) {
	r := resumable()
	_, err := s.Resumable(t.Context(), r.ID)
	kind(t, core.KindNotFound, err)
	kind(t, core.KindNotFound, s.SaveResumable(t.Context(), r))
	require.NoError(t, s.DropResumable(t.Context(), r.ID))
	begun(t, s, r)
	for range 2 {
		require.NoError(t, s.DropResumable(t.Context(), r.ID))
		_, err = s.Resumable(t.Context(), r.ID)
		kind(t, core.KindNotFound, err)
		kind(t, core.KindNotFound, s.SaveResumable(t.Context(), r))
	}
	for _, id := range []string{"", "%", "' OR 1=1 --"} {
		_, err = s.Resumable(t.Context(), id)
		kind(t, core.KindNotFound, err)
	}
}

func resumablePages(t *testing.T, s Store) {
	list, err := s.Resumables(t.Context(), "", 10)
	require.NoError(t, err)
	require.Empty(t, list)
	var want []string
	for i := range 7 {
		r := resumable()
		r.ID = fmt.Sprintf("r%d", (i*3)%7)
		want = append(want, begun(t, s, r).ID)
	}
	slices.Sort(want)
	for _, limit := range []int{1, 3, 7, 100} {
		var got []string
		for after := ""; ; after = got[len(got)-1] {
			list, err := s.Resumables(t.Context(), after, limit)
			require.NoError(t, err)
			require.LessOrEqual(t, len(list), limit)
			if len(list) == 0 {
				break
			}
			for _, r := range list {
				known(t, s, r)
				got = append(got, r.ID)
			}
		}
		require.Equal(t, want, got)
	}
}

func resumablePartialBytes(t *testing.T, s Store) {
	bytes := func(owner core.UserID) int64 {
		t.Helper()
		n, err := s.PartialBytes(t.Context(), owner)
		require.NoError(t, err)
		return n
	}
	require.Zero(t, bytes("local:alice"))
	add := func(owner core.UserID, partial bool, length, offset int64) *core.Resumable {
		r := resumable()
		r.Owner, r.Partial, r.Length, r.Offset = owner, partial, length, offset
		return begun(t, s, r)
	}
	known := add("local:alice", true, 100, 10)
	open := add("local:alice", true, -1, 7)
	add("local:alice", true, 0, 0)
	add("local:alice", false, 1000, 1000)
	for _, other := range []core.UserID{"", "local:bob", "local:alic", "local:Alice"} {
		add(other, true, 5000, 5000)
	}
	require.EqualValues(t, 107, bytes("local:alice"))
	open.Offset = 20
	require.NoError(t, s.SaveResumable(t.Context(), open))
	require.EqualValues(t, 120, bytes("local:alice"))
	require.NoError(t, s.DropResumable(t.Context(), known.ID))
	require.EqualValues(t, 20, bytes("local:alice"))
	require.Zero(t, bytes(""), "nobody's are not counted together")
}

func resumableDigest(t *testing.T, s Store) {
	for _, status := range []core.Status{core.Missing, core.Uploading, core.Uploaded, core.Removed, core.Deleted} {
		f := stored(t, s, 1, status).Files[0]
		require.NoError(t, s.SetMD5(t.Context(), f.ID, "new"))
		if status == core.Uploaded {
			f.MD5 = "new"
		}
		same(t, f, state(t, s, f.ID))
	}
	require.NoError(t, s.SetMD5(t.Context(), core.NewFileID(), "new"))
}

// Files that arrive piece by piece are nobody's to recover, and not anybody's who says another name.
func resumableNotStale(t *testing.T, s Store) {
	f := create(t, s, upload(2))
	pieces, dead := f.Files[0], f.Files[1]
	require.NoError(t, s.MoveFile(t.Context(), pieces, core.Uploading, func(f *core.File) { f.Instance = core.ResumableInstance }))
	require.NoError(t, s.MoveFile(t.Context(), dead, core.Uploading, func(f *core.File) { f.Instance = "dead" }))
	for _, live := range [][]string{nil, {"live"}, {core.ResumableInstance}} {
		stale, err := s.StaleUploading(t.Context(), live)
		require.NoError(t, err)
		require.Equal(t, []core.FileID{dead.ID}, ids(stale))
	}
	taken := *pieces
	taken.Instance = "live"
	kind(t, core.KindConflict, s.MoveFile(t.Context(), &taken, core.Uploaded, nil))
	require.NoError(t, s.MoveFile(t.Context(), pieces, core.Missing, nil))
	require.Empty(t, state(t, s, pieces.ID).Instance)
}

// What is known of a transfer is not lost with its file: who asks is told that it is gone.
func resumableOutlivesFile(t *testing.T, s Store) {
	u := stored(t, s, 1, core.Uploading)
	r := resumable()
	r.UploadID, r.FileID = u.ID, u.Files[0].ID
	begun(t, s, r)
	require.NoError(t, s.RemoveUpload(t.Context(), u.ID, start))
	known(t, s, r)
	require.NoError(t, s.SaveResumable(t.Context(), r))
}

func resumableDropRace(t *testing.T, s Store) {
	r := begun(t, s, resumable())
	won := race(t, func(i int) error {
		if i%2 == 0 {
			return s.DropResumable(t.Context(), r.ID)
		}
		return s.SaveResumable(t.Context(), r)
	}, core.KindNotFound)
	require.GreaterOrEqual(t, won, racers/2)
	_, err := s.Resumable(t.Context(), r.ID)
	kind(t, core.KindNotFound, err)
}

func resumableCancelled(t *testing.T, s Store) {
	r := begun(t, s, resumable())
	ctx := cancelled(t)
	changed := *r
	changed.Offset++
	require.Error(t, s.SaveResumable(ctx, &changed))
	require.Error(t, s.DropResumable(ctx, r.ID))
	require.Error(t, s.CreateResumable(ctx, resumable()))
	_, err := s.Resumable(ctx, r.ID)
	require.Error(t, err)
	known(t, s, r)
}

package uploads_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

func TestJoinResumables(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	content := noise(500_000)
	for seed := range uint64(3) {
		var parts []*core.Resumable
		at := 0
		for _, n := range pieces(len(content), seed) {
			parts = append(parts, f.part(t, core.Identity{}, content[at:at+n]))
			at += n
		}
		u := f.declare(t, uploads.Request{}, "x")
		r, err := f.JoinResumables(t.Context(), u, u.Files[0], parts, uploads.Resume{})
		require.NoError(t, err)
		require.True(t, r.Done)
		require.Len(t, r.Parts, len(parts))
		f.is(t, u, content, false)
		f.digests(t, f.Service, func() bool { return !f.reload(t, r).Digest })
		f.is(t, u, content, true)
	}
	require.Equal(t, 3, f.transfers(t), "the parts are gone")
	require.Zero(t, f.unfinished(t))

	without := generous()
	without.NoDigest = true
	empty := func() *core.Resumable { // for which no byte ever came
		r, err := f.StartPartial(t.Context(), core.Identity{}, nil, uploads.Resume{})
		require.NoError(t, err)
		return r
	}
	u := f.declare(t, uploads.Request{}, "x")
	_, err := f.JoinResumables(t.Context(), u, u.Files[0], []*core.Resumable{empty(), f.part(t, core.Identity{}, content), empty()}, uploads.Resume{})
	require.NoError(t, err)
	f.is(t, u, content, false)
	u = f.declare(t, uploads.Request{}, "x")
	_, err = f.JoinResumables(t.Context(), u, u.Files[0], []*core.Resumable{empty()}, uploads.Resume{})
	require.NoError(t, err)
	f.is(t, u, nil, false)

	u = f.declare(t, uploads.Request{}, "x")
	r, err := f.life(t, without, nil, nil).JoinResumables(t.Context(), u, u.Files[0], []*core.Resumable{f.part(t, core.Identity{}, nil)}, uploads.Resume{})
	require.NoError(t, err)
	require.False(t, r.Digest)
	f.is(t, u, nil, false)
}

// What cannot be joined leaves everything as it was: the parts, the file, the quota.
func TestJoinResumablesFails(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	who := f.enroll(t, core.Limits{MaxUserSize: 1500})
	u := f.owned(t, who, uploads.NewFile{Name: "x"})
	content := noise(1000)
	parts := []*core.Resumable{f.part(t, who, content[:600]), f.part(t, who, content[600:])}
	open, err := f.StartPartial(t.Context(), who, nil, uploads.Resume{Length: -1})
	require.NoError(t, err)
	same := func() {
		t.Helper()
		u, err = f.store.UploadWithFiles(t.Context(), u.ID)
		require.NoError(t, err)
		require.Equal(t, core.Missing, f.status(t, u.Files[0]))
		require.Zero(t, f.used(t))
		require.Equal(t, 3, f.transfers(t))
		require.Equal(t, 2, f.unfinished(t))
		require.Zero(t, f.objects(t))
	}
	_, err = f.JoinResumables(t.Context(), u, u.Files[0], append(parts[:1:1], open), uploads.Resume{})
	requireKind(t, core.KindInvalid, err)
	same()
	_, err = f.JoinResumables(t.Context(), u, u.Files[0], append(parts[:2:2], parts[0]), uploads.Resume{})
	requireKind(t, core.KindInvalid, err)
	same()
	absent := *parts[1]
	absent.FileID = core.NewFileID()
	_, err = f.JoinResumables(t.Context(), u, u.Files[0], []*core.Resumable{parts[0], &absent}, uploads.Resume{})
	requireKind(t, core.KindNotFound, err)
	same()
	for _, op := range []string{"create", "save", "reserve", "join", "finish"} {
		fail := failing(op, 1, errors.New("broken"))
		s := f.life(t, generous(), &watched{Store: f.store, fail: fail}, rocky{f.backend, fail})
		_, err = s.JoinResumables(t.Context(), u, u.Files[0], parts, uploads.Resume{})
		require.ErrorContains(t, err, "broken", op)
		same()
	}
	r, err := f.JoinResumables(t.Context(), u, u.Files[0], parts, uploads.Resume{})
	require.NoError(t, err)
	require.True(t, r.Done)
	f.is(t, u, content, false)
	require.EqualValues(t, 1000, f.used(t))
}

// A part of unknown length takes its owner's quota as it comes.
func TestPartialQuota(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	who := f.enroll(t, core.Limits{MaxUserSize: 1000})
	for _, n := range []int64{1001, 1 << 62} {
		_, err := f.StartPartial(t.Context(), who, nil, uploads.Resume{Length: n})
		requireKind(t, core.KindInvalid, err)
	}
	f.part(t, who, noise(400))
	_, err := f.StartPartial(t.Context(), who, nil, uploads.Resume{Length: 601})
	requireKind(t, core.KindInvalid, err)
	open, err := f.StartPartial(t.Context(), who, nil, uploads.Resume{Length: -1})
	require.NoError(t, err)
	for _, b := range []uploads.Body{sized(601), unsized(5000)} {
		_, err = f.Append(t.Context(), open, b, nil)
		requireKind(t, core.KindInvalid, err)
	}
	taken, err := f.store.PartialBytes(t.Context(), "local:alice")
	require.NoError(t, err)
	require.LessOrEqual(t, taken, int64(1000))
	require.NoError(t, f.GiveUp(t.Context(), open))
	_, err = f.StartPartial(t.Context(), who, nil, uploads.Resume{Length: 600})
	require.NoError(t, err)
}

// A part without bytes is never told of: what tells of them goes first. A daemon that dies in between
// leaves bytes that are nobody's.
func TestPartialGivenUpInOrder(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	part := f.part(t, core.Identity{}, noise(100))
	torn := errors.New("torn")
	s := f.life(t, generous(), nil, rocky{f.backend, func(op string) error {
		if op != "drop" {
			return nil
		}
		_, err := f.store.Resumable(t.Context(), part.ID)
		requireKind(t, core.KindNotFound, err)
		return torn
	}})
	require.ErrorIs(t, s.GiveUp(t.Context(), part), torn)
	require.Zero(t, f.transfers(t))
}

// Parts are of nobody's concern once nothing came for them.
func TestPartialExpires(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	part := f.part(t, core.Identity{}, noise(100))
	f.now.add(23 * time.Hour)
	n, err := f.ExpireResumables(t.Context(), 24*time.Hour)
	require.NoError(t, err)
	require.Zero(t, n)
	f.now.add(2 * time.Hour)
	n, err = f.ExpireResumables(t.Context(), 24*time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	_, err = f.Resumable(t.Context(), part.ID)
	requireKind(t, core.KindNotFound, err)
	require.Zero(t, f.unfinished(t))
}

package metadatatest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func figureTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"none":  figuresOfNothing,
		"days":  figuresByDay,
		"users": figuresByUser,
		"types": figuresByType,
	}
}

func figuresOfNothing(t *testing.T, s Store) {
	days, err := s.Days(t.Context(), start)
	require.NoError(t, err)
	require.Empty(t, days)
	users, err := s.TopUsers(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, users)
	types, err := s.TopTypes(t.Context(), 10)
	require.NoError(t, err)
	require.Empty(t, types)
}

// dated makes an upload of a day with one Uploaded file for each size, and one that is Missing.
func dated(t *testing.T, s Store, at time.Time, sizes ...int64) *core.Upload {
	t.Helper()
	u := upload(1 + len(sizes))
	u.CreatedAt = at
	create(t, s, u)
	for i, size := range sizes {
		require.NoError(t, s.MoveFile(t.Context(), u.Files[i], core.Uploading, nil))
		require.NoError(t, s.MoveFile(t.Context(), u.Files[i], core.Uploaded, func(f *core.File) { f.Size = size }))
	}
	return u
}

func figuresByDay(t *testing.T, s Store) {
	midnight := time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
	zone := time.FixedZone("", 5*3600)
	dated(t, s, midnight.Add(-time.Microsecond).In(zone), 1, 2)
	dated(t, s, midnight.In(zone), 4)
	dated(t, s, midnight.Add(24*time.Hour-time.Microsecond))
	dated(t, s, midnight.Add(-24*time.Hour-time.Microsecond), 8)
	gone := dated(t, s, midnight, 16)
	require.NoError(t, s.RemoveUpload(t.Context(), gone.ID, start))
	days, err := s.Days(t.Context(), midnight.Add(-time.Hour))
	require.NoError(t, err)
	require.Equal(t, []core.Figures{
		{Name: "2026-11-23", Uploads: 1, Files: 2, Bytes: 3}, {Name: "2026-11-24", Uploads: 2, Files: 1, Bytes: 4},
	}, days)
}

func figuresByUser(t *testing.T, s Store) {
	for user, sizes := range map[core.UserID][]int64{
		"local:alice": {5, 5}, "local:Alice": {20}, "local:bob": {10}, "local:none": nil, "": {100},
	} {
		ownedUpload(t, s, user, "", sizes...)
	}
	ownedUpload(t, s, "local:alice", "", 1)
	users, err := s.TopUsers(t.Context(), 3)
	require.NoError(t, err)
	require.Equal(t, []core.Figures{
		{Name: "local:Alice", Uploads: 1, Files: 1, Bytes: 20}, {Name: "local:alice", Uploads: 2, Files: 3, Bytes: 11},
		{Name: "local:bob", Uploads: 1, Files: 1, Bytes: 10},
	}, users)
	users, err = s.TopUsers(t.Context(), 10)
	require.NoError(t, err)
	require.Len(t, users, 4)
}

func figuresByType(t *testing.T, s Store) {
	for kind, size := range map[string]int64{"text/plain": 1, "image/png": 7, "": 3} {
		u := upload(1)
		u.Files[0].Type = kind
		u.Files[0].Status, u.Files[0].Size = core.Uploaded, size
		create(t, s, u)
	}
	create(t, s, upload(1)) // Missing
	types, err := s.TopTypes(t.Context(), 2)
	require.NoError(t, err)
	require.Equal(t, []core.Figures{{Name: "image/png", Files: 1, Bytes: 7}, {Name: "", Files: 1, Bytes: 3}}, types)
}

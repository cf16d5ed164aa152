package metadatatest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
)

func uploadTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"round trip":        uploadRoundTrip,
		"zero values":       uploadZeroValues,
		"unknown":           uploadUnknown,
		"same id again":     uploadSameID,
		"all or nothing":    uploadAllOrNothing,
		"long texts":        uploadLongTexts,
		"ids are binary":    uploadBinaryIDs,
		"upload and file":   uploadAndFile,
		"files in order":    uploadFileOrder,
		"expiry":            uploadExpiry,
		"remove":            uploadRemove,
		"remove race":       uploadRemoveRace,
		"ended contexts":    uploadEndedContexts,
		"many at once":      uploadManyAtOnce,
		"far future expiry": uploadFarFuture,
	}
}

func uploadRoundTrip(t *testing.T, s Store) {
	want := create(t, s, upload(3))
	got, err := s.UploadWithFiles(t.Context(), want.ID)
	require.NoError(t, err)
	same(t, want, got)
	require.Equal(t, time.UTC, got.CreatedAt.Location())

	got, err = s.Upload(t.Context(), want.ID)
	require.NoError(t, err)
	require.Empty(t, got.Files)
	got.Files = want.Files
	same(t, want, got)
}

func uploadZeroValues(t *testing.T, s Store) {
	u := create(t, s, &core.Upload{ID: core.NewUploadID(), Files: []*core.File{{ID: core.NewFileID(), Name: "x"}}})
	got, err := s.UploadWithFiles(t.Context(), u.ID)
	require.NoError(t, err)
	require.False(t, got.CreatedAt.IsZero())
	require.True(t, got.ExpireAt.IsZero())
	require.True(t, got.DeletedAt.IsZero())
	want := &core.Upload{ID: u.ID, CreatedAt: got.CreatedAt}
	want.Files = []*core.File{{
		ID: u.Files[0].ID, UploadID: u.ID, Name: "x", Status: core.Missing, CreatedAt: got.Files[0].CreatedAt,
	}}
	same(t, want, got)
}

func uploadUnknown(t *testing.T, s Store) {
	ctx, id := t.Context(), core.UploadID("unknown")
	_, err := s.Upload(ctx, id)
	kind(t, core.KindNotFound, err)
	require.EqualError(t, err, "upload unknown not found")
	_, err = s.UploadWithFiles(ctx, id)
	kind(t, core.KindNotFound, err)
	_, _, err = s.UploadAndFile(ctx, id, "unknown")
	kind(t, core.KindNotFound, err)
	kind(t, core.KindNotFound, s.SetExpiry(ctx, id, start))
	kind(t, core.KindNotFound, s.RemoveUpload(ctx, id, start))
	kind(t, core.KindNotFound, s.AddFile(ctx, file(id, "x"), 0))
	claimed, err := s.ClaimFiles(ctx, id, []core.FileID{"unknown"}, "holder")
	require.NoError(t, err)
	require.Empty(t, claimed)
}

func uploadSameID(t *testing.T, s Store) {
	u := create(t, s, upload(0))
	again := upload(0)
	again.ID = u.ID
	kind(t, core.KindConflict, s.CreateUpload(t.Context(), again))
}

func uploadAllOrNothing(t *testing.T, s Store) {
	first := create(t, s, upload(1))
	u := upload(3)
	u.Files[2].ID = first.Files[0].ID
	kind(t, core.KindConflict, s.CreateUpload(t.Context(), u))
	_, err := s.Upload(t.Context(), u.ID)
	kind(t, core.KindNotFound, err)
	_, err = s.File(t.Context(), u.Files[0].ID)
	kind(t, core.KindNotFound, err)

	kind(t, core.KindInternal, s.CreateUpload(t.Context(), &core.Upload{}))
	elsewhere := upload(1)
	elsewhere.Files[0].UploadID = first.ID
	kind(t, core.KindInternal, s.CreateUpload(t.Context(), elsewhere))
	create(t, s, upload(2)) // the failures left no transaction behind
}

func uploadLongTexts(t *testing.T, s Store) {
	u := upload(1)
	u.Comments = strings.Repeat("🎉é\n", 100_000)
	u.Files[0].Name = strings.Repeat("🎉", core.MaxNameLength/4)
	u.Files[0].Reference = strings.Repeat("r", 1024)
	u.Files[0].BackendDetails = strings.Repeat("d", 4096)
	u.Login = strings.Repeat("l", 1024)
	create(t, s, u)
	got, err := s.UploadWithFiles(t.Context(), u.ID)
	require.NoError(t, err)
	same(t, u, got)
}

func uploadBinaryIDs(t *testing.T, s Store) {
	lower := upload(1)
	lower.ID, lower.Files[0].ID = "abcdefghijklmnop", "abcdefghijklmnop"
	lower.Files[0].UploadID = lower.ID
	create(t, s, lower)
	for _, id := range []string{"ABCDEFGHIJKLMNOP", "abcdefghijklmnop ", "ábcdefghijklmnop"} {
		_, err := s.Upload(t.Context(), core.UploadID(id))
		kind(t, core.KindNotFound, err)
		_, err = s.File(t.Context(), core.FileID(id))
		kind(t, core.KindNotFound, err)
	}
	upper := upload(1)
	upper.ID, upper.Files[0].ID = "ABCDEFGHIJKLMNOP", "ABCDEFGHIJKLMNOP"
	upper.Files[0].UploadID = upper.ID
	create(t, s, upper)
}

func uploadAndFile(t *testing.T, s Store) {
	want, other := create(t, s, upload(2)), create(t, s, upload(1))
	u, f, err := s.UploadAndFile(t.Context(), want.ID, want.Files[1].ID)
	require.NoError(t, err)
	same(t, want.Files[1], f)
	require.Empty(t, u.Files)
	u.Files = want.Files
	same(t, want, u)

	for _, id := range []core.FileID{"unknown", "", other.Files[0].ID} {
		u, f, err = s.UploadAndFile(t.Context(), want.ID, id)
		require.NoError(t, err)
		require.Nil(t, f)
		require.Equal(t, want.ID, u.ID)
	}
}

func uploadFileOrder(t *testing.T, s Store) {
	u := create(t, s, upload(30)) // all of one moment
	for i := range 30 {
		f := file(u.ID, fmt.Sprint("added ", i))
		f.CreatedAt = start.Add(-time.Duration(i) * time.Second) // a clock that goes back
		require.NoError(t, s.AddFile(t.Context(), f, 0))
		u.Files = append(u.Files, f)
	}
	got, err := s.UploadWithFiles(t.Context(), u.ID)
	require.NoError(t, err)
	require.Equal(t, ids(u.Files), ids(got.Files))
}

func uploadExpiry(t *testing.T, s Store) {
	u := create(t, s, upload(0))
	for _, at := range []time.Time{start.Add(time.Hour), {}, start} {
		require.NoError(t, s.SetExpiry(t.Context(), u.ID, at))
		got, err := s.Upload(t.Context(), u.ID)
		require.NoError(t, err)
		require.True(t, at.Equal(got.ExpireAt), got.ExpireAt)
		require.Equal(t, at.IsZero(), got.ExpireAt.IsZero())
	}
	require.NoError(t, s.RemoveUpload(t.Context(), u.ID, start))
	kind(t, core.KindNotFound, s.SetExpiry(t.Context(), u.ID, start))
}

func uploadFarFuture(t *testing.T, s Store) {
	u := upload(0)
	u.ExpireAt = time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC)
	create(t, s, u)
	got, err := s.Upload(t.Context(), u.ID)
	require.NoError(t, err)
	require.Equal(t, 9999, got.ExpireAt.Year())
	n, err := s.ExpireUploads(t.Context(), start, 10)
	require.NoError(t, err)
	require.Zero(t, n)
}

func uploadRemove(t *testing.T, s Store) {
	all := []core.Status{core.Missing, core.Uploading, core.Uploaded, core.Removed, core.Deleted}
	u, other := create(t, s, upload(len(all))), stored(t, s, 1, core.Uploaded)
	for i, status := range all {
		bring(t, s, u.Files[i], status)
	}
	require.NoError(t, s.RemoveUpload(t.Context(), u.ID, start))
	require.Equal(t, []core.Status{core.Deleted, core.Removed, core.Removed, core.Removed, core.Deleted}, statuses(t, s, u.Files))
	require.Equal(t, []core.Status{core.Uploaded}, statuses(t, s, other.Files))

	_, err := s.Upload(t.Context(), u.ID)
	kind(t, core.KindNotFound, err)
	_, err = s.UploadWithFiles(t.Context(), u.ID)
	kind(t, core.KindNotFound, err)
	_, _, err = s.UploadAndFile(t.Context(), u.ID, u.Files[0].ID)
	kind(t, core.KindNotFound, err)
	kind(t, core.KindNotFound, s.AddFile(t.Context(), file(u.ID, "x"), 0))
	kind(t, core.KindNotFound, s.RemoveUpload(t.Context(), u.ID, start))
	// The one who is still sending learns of it.
	kind(t, core.KindConflict, s.MoveFile(t.Context(), u.Files[1], core.Uploaded, nil))
}

func uploadRemoveRace(t *testing.T, s Store) {
	u := stored(t, s, 1, core.Uploaded)
	won := race(t, func(int) error { return s.RemoveUpload(t.Context(), u.ID, start) }, core.KindNotFound)
	require.Equal(t, 1, won)
}

func uploadEndedContexts(t *testing.T, s Store) {
	u := stored(t, s, 1, core.Uploading)
	ctx := cancelled(t)
	calls := map[string]func() error{
		"CreateUpload":    func() error { return s.CreateUpload(ctx, upload(1)) },
		"Upload":          func() error { _, err := s.Upload(ctx, u.ID); return err },
		"UploadWithFiles": func() error { _, err := s.UploadWithFiles(ctx, u.ID); return err },
		"UploadAndFile":   func() error { _, _, err := s.UploadAndFile(ctx, u.ID, u.Files[0].ID); return err },
		"AddFile":         func() error { return s.AddFile(ctx, file(u.ID, "x"), 0) },
		"MoveFile":        func() error { return s.MoveFile(ctx, u.Files[0], core.Uploaded, nil) },
		"ClaimFiles":      func() error { _, err := s.ClaimFiles(ctx, u.ID, ids(u.Files), "holder"); return err },
		"RemoveUpload":    func() error { return s.RemoveUpload(ctx, u.ID, start) },
		"ExpireUploads":   func() error { _, err := s.ExpireUploads(ctx, start.Add(48*time.Hour), 9); return err },
		"PurgeUploads":    func() error { _, _, _, err := s.PurgeUploads(ctx, "", 9); return err },
		"PurgeOrphans":    func() error { _, _, err := s.PurgeOrphans(ctx); return err },
		"Heartbeat":       func() error { return s.Heartbeat(ctx, core.Instance{ID: "i"}) },
		"Stats":           func() error { _, err := s.Stats(ctx); return err },
		"Setting":         func() error { _, err := s.Setting(ctx, "x"); return err },
		"Ping":            func() error { return s.Ping(ctx) },
		"CreateUser":      func() error { return s.CreateUser(ctx, user("bob")) },
		"DeleteUser":      func() error { _, err := s.DeleteUser(ctx, "local:bob", start); return err },
		"UpdateUser": func() error {
			_, err := s.UpdateUser(ctx, "local:bob", func(*core.User) error { return nil })
			return err
		},
		"SessionUser":      func() error { _, _, err := s.SessionUser(ctx, "local:bob", "s"); return err },
		"EndSession":       func() error { return s.EndSession(ctx, "s", start) },
		"CreateToken":      func() error { return s.CreateToken(ctx, &core.Token{Token: "x"}) },
		"TokenUser":        func() error { _, _, err := s.TokenUser(ctx, "x"); return err },
		"Users":            func() error { _, err := s.Users(ctx, core.UserFilter{}, core.Page{Limit: 1}); return err },
		"RemoveUploads":    func() error { _, _, err := s.RemoveUploads(ctx, u.User, "", start); return err },
		"RemoveAllUploads": func() error { _, _, err := s.RemoveAllUploads(ctx, start); return err },
		"QuotaUsed":        func() error { _, err := s.QuotaUsed(ctx, u.User); return err },
		"Reserve":          func() error { return s.Reserve(ctx, u.Files[0], u.User, 1, 2) },
		"TotalSize":        func() error { _, err := s.TotalSize(ctx); return err },
		"Import":           func() error { return s.Import(ctx, func(*metadata.Importer) error { return nil }) },
	}
	for name, call := range calls {
		require.ErrorIs(t, call(), context.Canceled, name)
	}
	require.Equal(t, core.Uploading, state(t, s, u.Files[0].ID).Status)
}

func uploadManyAtOnce(t *testing.T, s Store) {
	made := make([]*core.Upload, racers)
	won := race(t, func(i int) error {
		made[i] = upload(2)
		return s.CreateUpload(t.Context(), made[i])
	})
	require.Equal(t, racers, won)
	for _, u := range made {
		got, err := s.UploadWithFiles(t.Context(), u.ID)
		require.NoError(t, err)
		same(t, u, got)
	}
}

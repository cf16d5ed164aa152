package metadatatest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

// Run tests a store. open returns a new, empty one, and closes it when t ends.
func Run(t *testing.T, open func(t *testing.T) Store) {
	for group, tests := range groups() {
		for name, test := range tests {
			t.Run(group+"/"+name, func(t *testing.T) {
				t.Parallel()
				test(t, open(t))
			})
		}
	}
}

func groups() map[string]map[string]func(t *testing.T, s Store) {
	return map[string]map[string]func(t *testing.T, s Store){
		"uploads": uploadTests(), "files": fileTests(), "moves": moveTests(),
		"cleaning": cleanTests(), "instances": instanceTests(), "settings": settingTests(),
		"users": userTests(), "tokens": tokenTests(), "sessions": sessionTests(), "lists": listTests(),
		"uploads of users": ownedTests(), "quota": quotaTests(), "export": exportTests(),
		"resumables": resumableTests(), "devices": deviceTests(), "figures": figureTests(), "meetings": mixedTests(),
	}
}

// start is a moment with a zone and all the digits that every database keeps.
var start = time.Date(2026, 11, 23, 22, 0, 47, 956699000, time.FixedZone("", 3600))

const racers = 50

// race runs fn racers times at once and returns how often it succeeded. Every error must
// be of one of the kinds.
func race(t *testing.T, fn func(i int) error, kinds ...core.Kind) int {
	t.Helper()
	errs := make([]error, racers)
	begin := make(chan struct{})
	var wg sync.WaitGroup
	for i := range racers {
		wg.Go(func() {
			<-begin
			errs[i] = fn(i)
		})
	}
	close(begin)
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		require.Contains(t, kinds, core.KindOf(err), err)
	}
	return won
}

// upload returns an upload with so many files, in which no field is zero.
func upload(files int) *core.Upload {
	u := &core.Upload{
		ID: core.NewUploadID(), UploadToken: core.NewUploadToken(),
		TTL: 3600, ExtendTTL: true, Stream: true, OneShot: true, Removable: true,
		ProtectedByPassword: true, Login: "bob", Password: "hash",
		Comments: "# comment 🎉", RemoteIP: "2001:db8::1", User: "local:alice", Token: "a-token",
		CreatedAt: start, ExpireAt: start.Add(time.Hour),
	}
	for i := range files {
		u.Files = append(u.Files, file(u.ID, fmt.Sprintf("file %d 🎉", i)))
	}
	return u
}

func file(u core.UploadID, name string) *core.File {
	return &core.File{
		ID: core.NewFileID(), UploadID: u, Name: name, Status: core.Missing, Size: 1 << 40,
		MD5: "5d41402abc4b2a76b9719d911017c592", CRC32: 0xfedcba98, HasCRC32: true, Type: "text/plain; charset=utf-8",
		Reference: "0", BackendDetails: `{"SSEKey":"x"}`, CreatedAt: start,
	}
}

func create(t *testing.T, s Store, u *core.Upload) *core.Upload {
	t.Helper()
	require.NoError(t, s.CreateUpload(t.Context(), u))
	return u
}

// stored creates an upload with so many files and brings them to status.
func stored(t *testing.T, s Store, files int, status core.Status) *core.Upload {
	t.Helper()
	u := create(t, s, upload(files))
	for _, f := range u.Files {
		bring(t, s, f, status)
	}
	return u
}

// bring moves a Missing file to status the usual way.
func bring(t *testing.T, s Store, f *core.File, status core.Status) {
	t.Helper()
	paths := map[core.Status][]core.Status{
		core.Missing:   {},
		core.Uploading: {core.Uploading},
		core.Uploaded:  {core.Uploading, core.Uploaded},
		core.Removed:   {core.Uploading, core.Uploaded, core.Removed},
		core.Deleted:   {core.Deleted},
	}
	for _, to := range paths[status] {
		require.NoError(t, s.MoveFile(t.Context(), f, to, nil))
	}
}

// same compares uploads and files by value; times by the moment they are.
func same(t *testing.T, want, got any) {
	t.Helper()
	require.Empty(t, cmp.Diff(want, got, cmpopts.EquateEmpty()))
}

func kind(t *testing.T, want core.Kind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, core.KindOf(err), err)
}

// state returns what the store holds of a file now.
func state(t *testing.T, s Store, id core.FileID) *core.File {
	t.Helper()
	f, err := s.File(t.Context(), id)
	require.NoError(t, err)
	return f
}

func statuses(t *testing.T, s Store, files []*core.File) []core.Status {
	t.Helper()
	var out []core.Status
	for _, f := range files {
		out = append(out, state(t, s, f.ID).Status)
	}
	return out
}

func ids(files []*core.File) []core.FileID {
	var out []core.FileID
	for _, f := range files {
		out = append(out, f.ID)
	}
	return out
}

func cancelled(t *testing.T) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx
}

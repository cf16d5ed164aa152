package uploads_test

import (
	"context"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/password"
	"github.com/root-gg/plik/server/uploads"
)

func user(id core.UserID) core.Identity { return core.Identity{User: &core.User{ID: id}} }

func holder(id core.UserID, token string, scope core.TokenScope) core.Identity {
	who := user(id)
	who.Token = &core.Token{Token: token, UserID: id, Scope: scope}
	return who
}

var admin = core.Identity{User: &core.User{ID: "local:root", Admin: true}, Admin: true}

// enroll makes a user with these limits.
func (f *fixture) enroll(t *testing.T, l core.Limits) core.Identity {
	t.Helper()
	u := &core.User{ID: "local:alice", Provider: "local", Login: "alice", Limits: l, CreatedAt: time.Now()}
	require.NoError(t, f.store.CreateUser(t.Context(), u))
	return core.Identity{User: u}
}

// owned makes an upload of who's.
func (f *fixture) owned(t *testing.T, who core.Identity, files ...uploads.NewFile) *core.Upload {
	t.Helper()
	u, err := f.Create(t.Context(), uploads.Caller{Who: who}, uploads.Request{Files: files})
	require.NoError(t, err)
	return u
}

func (f *fixture) used(t *testing.T) int64 {
	t.Helper()
	n, err := f.store.QuotaUsed(t.Context(), "local:alice")
	require.NoError(t, err)
	return n
}

func sized(n int) uploads.Body {
	return uploads.Body{Reader: strings.NewReader(strings.Repeat("x", n)), Size: int64(n)}
}

func unsized(n int) uploads.Body {
	b := sized(n)
	b.Size = -1
	return b
}

func TestLimitsOfUsers(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits  core.Limits
		size    int
		refused string // empty: not
	}{
		"server's":              {core.Limits{}, 10 << 20, ""},
		"server's, one more":    {core.Limits{}, 10<<20 + 1, "file_too_large"},
		"own, smaller":          {core.Limits{MaxFileSize: 100}, 101, "file_too_large"},
		"own, larger":           {core.Limits{MaxFileSize: 11 << 20}, 11 << 20, ""},
		"none":                  {core.Limits{MaxFileSize: -1}, 11 << 20, ""},
		"quota, equal":          {core.Limits{MaxUserSize: 3 << 20}, 3 << 20, ""},
		"quota, one more":       {core.Limits{MaxUserSize: 3 << 20}, 3<<20 + 1, "quota_exceeded"},
		"small quota":           {core.Limits{MaxUserSize: 10}, 10, ""},
		"small quota, one more": {core.Limits{MaxUserSize: 10}, 11, "quota_exceeded"},
		"no quota":              {core.Limits{MaxUserSize: -1}, 3 << 20, ""},
	} {
		for _, body := range []func(int) uploads.Body{sized, unsized} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f := setup(t, generous())
				who := f.enroll(t, c.limits)
				u := f.owned(t, who, uploads.NewFile{Name: "declared"})
				declared := *u.Files[0]
				for way, send := range map[string]func() error{
					"declared": func() error { return f.Receive(t.Context(), u, &declared, body(c.size)) },
					"new": func() error {
						if c.refused == "" {
							require.NoError(t, f.RemoveFile(t.Context(), &declared)) // its bytes are given back
						}
						_, err := f.ReceiveNew(t.Context(), u, "new", body(c.size))
						return err
					},
					"quick": func() error {
						if c.refused == "" {
							require.NoError(t, f.RemoveUpload(t.Context(), u))
						}
						_, err := f.Quick(t.Context(), uploads.Caller{Who: who}, uploads.Request{}, "quick", body(c.size), nil)
						return err
					},
				} {
					if way != "declared" && c.refused == "" {
						continue
					}
					err := send()
					if c.refused == "" {
						require.NoError(t, err, way)
						require.EqualValues(t, c.size, f.used(t))
						continue
					}
					requireKind(t, core.KindInvalid, err)
					require.Contains(t, err.Error(), map[string]string{"quota_exceeded": "maximum user upload size reached. (", "file_too_large": "file too big"}[c.refused])
					require.Zero(t, f.used(t), way)
					require.Zero(t, f.objects(t), way)
				}
			})
		}
	}
}

// A quota is one of the owner, whoever sends.
func TestQuotaIsTheOwners(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.owned(t, f.enroll(t, core.Limits{MaxUserSize: 10}))
	_, err := f.ReceiveNew(t.Context(), u, "x", sized(10))
	require.NoError(t, err)
	_, err = f.ReceiveNew(t.Context(), u, "y", sized(1))
	requireKind(t, core.KindInvalid, err)
	require.Equal(t, "maximum user upload size reached. (10 B)", err.Error())

	_, err = f.Create(t.Context(), uploads.Caller{Who: core.Identity{User: &core.User{ID: "local:alice", Limits: core.Limits{MaxUserSize: 10}}}},
		uploads.Request{Files: []uploads.NewFile{{Name: "z", Size: 1}}})
	require.EqualError(t, err, "unable to create upload : maximum user upload size reached. (10 B)")

	anonymous := f.declare(t, uploads.Request{})
	_, err = f.ReceiveNew(t.Context(), anonymous, "x", sized(1000))
	require.NoError(t, err, "nobody's files have no quota")
}

// TestQuotaUnderLoad: 100 uploads at 99 % of the quota never pass it, and what failed is given back.
func TestQuotaUnderLoad(t *testing.T) {
	t.Parallel()
	p := generous()
	p.MaxFiles, p.MaxFileSize = 0, 0
	f := setup(t, p)
	const quota, size = 20 << 20, 200 << 10
	u := f.owned(t, f.enroll(t, core.Limits{MaxUserSize: quota}))
	_, err := f.ReceiveNew(t.Context(), u, "most", sized(quota/100*99/size*size-size/2))
	require.NoError(t, err)
	room := (quota - f.used(t)) / size

	var wg sync.WaitGroup
	results := make(chan error, 100)
	peak := make(chan struct{})
	go func() {
		defer close(peak)
		for len(results) < 100 {
			if n, err := f.store.QuotaUsed(context.Background(), "local:alice"); err != nil || n > quota {
				t.Errorf("%d bytes of %d are used: %v", n, quota, err)
				return
			}
		}
	}()
	for i := range 100 {
		wg.Go(func() {
			body := sized(size)
			if i%2 == 0 {
				body = unsized(size)
			}
			_, err := f.ReceiveNew(t.Context(), u, "x", body)
			results <- err
		})
	}
	wg.Wait()
	<-peak
	close(results)
	passed := int64(0)
	for err := range results {
		if err == nil {
			passed++
			continue
		}
		requireKind(t, core.KindInvalid, err)
	}
	require.LessOrEqual(t, passed, room)
	require.LessOrEqual(t, f.used(t), int64(quota))
	// Nothing is left reserved: what still fits goes in.
	for range room - passed {
		_, err := f.ReceiveNew(t.Context(), u, "late", sized(size))
		require.NoError(t, err)
	}
	_, err = f.ReceiveNew(t.Context(), u, "too much", sized(size))
	requireKind(t, core.KindInvalid, err)
}

func TestTTLOfUsers(t *testing.T) {
	t.Parallel()
	f := setup(t, generous()) // default 3600, at most 7200
	for name, c := range map[string]struct{ max, asked, got int }{
		"server's":                  {0, 0, 3600},
		"own, larger":               {9000, 9000, 9000},
		"none":                      {-1, -1, -1},
		"default above the ceiling": {60, 0, 60},
	} {
		u, err := f.Create(t.Context(), uploads.Caller{Who: core.Identity{User: &core.User{ID: "local:x", Limits: core.Limits{MaxTTL: c.max}}}}, uploads.Request{TTL: c.asked})
		require.NoError(t, err, name)
		require.Equal(t, c.got, u.TTL, name)
	}
	_, err := f.Create(t.Context(), uploads.Caller{Who: core.Identity{User: &core.User{ID: "local:x", Limits: core.Limits{MaxTTL: 60}}}}, uploads.Request{TTL: 61})
	require.EqualError(t, err, "unable to create upload : invalid TTL. (maximum allowed is : 60)")
}

// disk is a backend that says how much is free.
type disk struct {
	data.Backend
	free func() int64
}

func (d *disk) Free(context.Context) (int64, error) { return d.free(), nil }
func (d *disk) Unwrap() data.Backend                { return d.Backend }

func TestServerLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		policy func(*uploads.Policy)
		text   string
	}{
		"total": {func(p *uploads.Policy) { p.MaxTotalSize = 1 << 20 }, "total size"},
		"disk":  {func(p *uploads.Policy) { p.MinFreeSpace = 1 << 20 }, "too little free space"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := generous()
			p.MaxFiles = 0
			c.policy(&p)
			f := setup(t, generous())
			keeper, err := password.New(password.Options{})
			require.NoError(t, err)
			free := func() int64 { // of a disk of 2 MiB
				n, err := f.store.TotalSize(context.Background())
				require.NoError(t, err)
				return 2<<20 - n
			}
			svc, err := uploads.New(uploads.Options{
				Store: f.store, Backend: &disk{f.backend, free}, Passwords: keeper, Policy: p, Instance: "me", Now: f.now.Now,
			})
			require.NoError(t, err)
			u := f.declare(t, uploads.Request{})
			for range 3 {
				_, err := svc.ReceiveNew(t.Context(), u, "x", unsized(300<<10))
				require.NoError(t, err)
			}
			for _, body := range []uploads.Body{unsized(300 << 10), sized(300 << 10), sized(125 << 10), unsized(125 << 10)} {
				_, err = svc.ReceiveNew(t.Context(), u, "y", body)
				requireKind(t, core.KindNoSpace, err)
				require.Contains(t, err.Error(), c.text)
			}
			require.Equal(t, 3, f.objects(t))
			small, err := svc.ReceiveNew(t.Context(), u, "small", sized(100<<10))
			require.NoError(t, err, "what fits is taken")

			require.NoError(t, svc.RemoveFile(t.Context(), small))
			f.now.add(time.Minute) // deleted files count no longer once they were counted again
			_, err = svc.ReceiveNew(t.Context(), u, "again", sized(100<<10))
			require.NoError(t, err)
		})
	}
}

func TestTotalUnderLoad(t *testing.T) {
	t.Parallel()
	p := generous()
	p.MaxTotalSize, p.MaxFiles = 5<<20, 0
	f := setup(t, p)
	u := f.declare(t, uploads.Request{})
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			body := sized(200 << 10)
			if i%2 == 0 {
				body = unsized(100 << 10)
			}
			f.ReceiveNew(t.Context(), u, "x", body)
		})
	}
	wg.Wait()
	n, err := f.store.TotalSize(t.Context())
	require.NoError(t, err)
	require.LessOrEqual(t, n, int64(5<<20))
	require.Greater(t, n, int64(4<<20))
}

// A limit that is reached in the middle cuts the upload off there.
func TestQuotaCutsOff(t *testing.T) {
	t.Parallel()
	f := setup(t, generous())
	u := f.owned(t, f.enroll(t, core.Limits{MaxUserSize: 1 << 20}), uploads.NewFile{Name: "x"})
	endless := &counter{}
	mine := *u.Files[0]
	err := f.Receive(t.Context(), u, &mine, uploads.Body{Reader: io.LimitReader(endless, 1<<40), Size: -1})
	requireKind(t, core.KindInvalid, err)
	require.Less(t, endless.n, int64(2<<20), "not much more is read than fits")
	require.Equal(t, core.Missing, f.status(t, u.Files[0]))
}

type counter struct{ n int64 }

func (c *counter) Read(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

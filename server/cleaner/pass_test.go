package cleaner_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

func TestNewRefusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	good := cleaner.Options{Store: newMemory(), Backend: newBackend()}
	for name, edit := range map[string]func(*cleaner.Options){
		"no store":           func(o *cleaner.Options) { o.Store = nil },
		"no backend":         func(o *cleaner.Options) { o.Backend = nil },
		"negative interval":  func(o *cleaner.Options) { o.Interval = -1 },
		"negative lease":     func(o *cleaner.Options) { o.LeaseTTL = -1 },
		"negative heartbeat": func(o *cleaner.Options) { o.Heartbeat = -1 },
	} {
		o := good
		edit(&o)
		_, err := cleaner.New(o)
		require.Error(t, err, name)
	}
	c, err := cleaner.New(good)
	require.NoError(t, err)
	require.NotEmpty(t, c.Instance().ID)
}

// counts compares results without their times.
func counts(t *testing.T, want, got cleaner.Result) {
	t.Helper()
	require.Empty(t, cmp.Diff(want, got, cmpopts.IgnoreFields(cleaner.Result{}, "Start", "Duration")))
}

func TestPassTakesAwayWhatIsOverAndNothingElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := time.Now()
	w.add("expired", now.Add(-time.Second), core.Missing, core.Uploading, core.Uploaded, core.Removed, core.Deleted)
	w.add("deleted", time.Time{}, core.Removed, core.Deleted).DeletedAt = now
	w.add("future", now.Add(time.Second), core.Uploaded, core.Missing, core.Removed)
	w.add("forever", time.Time{}, core.Uploaded, core.Uploading)
	for _, id := range []core.FileID{"expired-uploading", "forever-uploading"} {
		w.store.files[id].Instance = "other"
	}
	w.store.instances["other"] = core.Instance{ID: "other", Host: "elsewhere", PID: 1}
	w.store.files["orphan"] = &core.File{ID: "orphan", UploadID: "gone", Status: core.Deleted}
	w.store.users["alice"] = true
	w.store.tokens["a"], w.store.tokens["b"] = "alice", "nobody"

	var seen []cleaner.Result
	c := w.daemon("me", func(o *cleaner.Options) { o.Observe = func(r cleaner.Result) { seen = append(seen, r) } })
	res, err := c.Pass(t.Context())
	require.NoError(t, err)
	counts(t, cleaner.Result{RemovedUploads: 1, DeletedFiles: 5, DeletedUploads: 2, OrphanFiles: 1, OrphanTokens: 1}, res)
	require.Equal(t, []cleaner.Result{res}, seen)
	require.WithinDuration(t, now, res.Start, time.Minute)

	require.Equal(t, core.Status(""), w.state("expired-uploaded"))
	require.Equal(t, core.Status(""), w.state("deleted-removed"))
	require.Equal(t, core.Uploaded, w.state("future-uploaded"))
	require.Equal(t, core.Missing, w.state("future-missing"))
	require.Equal(t, core.Deleted, w.state("future-removed"))
	require.Equal(t, core.Uploading, w.state("forever-uploading"))
	for id, want := range map[core.FileID]bool{
		"expired-uploading": false, "expired-uploaded": false, "expired-removed": false, "deleted-removed": false,
		"future-uploaded": true, "future-removed": false, "forever-uploaded": true, "forever-uploading": true,
	} {
		require.Equal(t, want, w.stored(id), id)
	}
	require.Equal(t, map[string]core.UserID{"a": "alice"}, w.store.tokens)
	require.Empty(t, w.store.leases, "the lease is given back")
	require.False(t, w.knows("me"), "a single pass leaves no instance behind")

	res, err = c.Pass(t.Context())
	require.NoError(t, err)
	require.True(t, res.Empty(), res.String())
}

func TestPassWorksInBatches(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	past := time.Now().Add(-time.Hour)
	for i := range 1203 {
		w.add(core.UploadID(fmt.Sprintf("u%04d", i)), past, core.Uploaded)
	}
	res, err := w.daemon("me").Pass(t.Context())
	require.NoError(t, err)
	counts(t, cleaner.Result{RemovedUploads: 1203, DeletedFiles: 1203, DeletedUploads: 1203}, res)
	require.Equal(t, 500, w.store.largest)
	require.Empty(t, w.store.files)
}

func TestFailingDeletesDoNotStopThePassAndAreTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.removed(40)
	broken := map[core.FileID]bool{}
	for _, id := range ids[:15] {
		broken[id] = true
	}
	down := true
	w.backend.onDelete = func(_ context.Context, k data.Key) error {
		if down && broken[k.File] {
			return errors.New("the disk is sulking")
		}
		return nil
	}
	w.add("over", time.Now().Add(-time.Hour), core.Missing)
	c := w.daemon("me")

	res, err := c.Pass(t.Context())
	require.ErrorContains(t, err, "delete removed files: 15 failed, the last one: ")
	require.ErrorContains(t, err, "the disk is sulking")
	require.Less(t, len(err.Error()), 1000)
	counts(t, cleaner.Result{RemovedUploads: 1, DeletedFiles: 25, DeletedUploads: 1}, res)
	for _, id := range ids {
		require.Equal(t, broken[id], w.stored(id))
		require.Equal(t, broken[id], w.state(id) == core.Removed)
	}

	down = false
	res, err = c.Pass(t.Context())
	require.NoError(t, err)
	counts(t, cleaner.Result{DeletedFiles: 15}, res)
}

func TestEachStepRunsAlthoughAnotherFailed(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Instances", "StaleUploading", "ExpireUploads", "RemovedFiles", "MoveFile deleted", "PurgeUploads", "PurgeOrphans"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.add("over", time.Now().Add(-time.Hour), core.Removed)
			w.receiving("stale", "")
			w.store.tokens["b"] = "nobody"
			w.backend.partials["left"] = time.Now().Add(-2 * time.Hour)
			boom := errors.New("boom in " + method)
			calls := map[string]int{}
			w.store.before = func(m string) error {
				calls[m]++
				if m == method {
					return boom
				}
				return nil
			}
			res, err := w.daemon("me").Pass(t.Context())
			require.ErrorIs(t, err, boom)
			for _, m := range []string{"Instances", "ExpireUploads", "RemovedFiles", "PurgeUploads", "PurgeOrphans", "ReleaseLease"} {
				require.Positive(t, calls[m], m)
			}
			require.Equal(t, 1, res.Partials)
			require.Equal(t, method != "PurgeOrphans", res.OrphanTokens == 1)
			require.Equal(t, method != "ExpireUploads", res.RemovedUploads == 1)
			require.Empty(t, w.store.leases)
		})
	}
}

func TestPassFailsWithoutTheStore(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Heartbeat", "AcquireLease"} {
		w := newWorld(t)
		ids := w.removed(1)
		boom := errors.New("boom")
		w.store.before = func(m string) error {
			if m == method {
				return boom
			}
			return nil
		}
		res, err := w.daemon("me").Pass(t.Context())
		require.ErrorIs(t, err, boom, method)
		require.True(t, res.Empty())
		require.True(t, w.stored(ids[0]))
	}
}

func TestTwoCleanersNeverDeleteTheSameTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.removed(300)
	past := time.Now().Add(-time.Hour)
	for i := range 300 {
		w.add(core.UploadID(fmt.Sprintf("u%04d", i)), past, core.Uploaded)
	}
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		total cleaner.Result
	)
	for _, name := range []string{"a", "b", "c"} {
		c := w.daemon(name)
		for range 2 { // also twice in one daemon
			wg.Go(func() {
				for range 20 {
					res, err := c.Pass(t.Context())
					mu.Lock()
					if err != nil {
						t.Errorf("%s: %v", name, err)
					}
					total.RemovedUploads += res.RemovedUploads
					total.DeletedFiles += res.DeletedFiles
					total.DeletedUploads += res.DeletedUploads
					mu.Unlock()
				}
			})
		}
	}
	wg.Wait()
	counts(t, cleaner.Result{RemovedUploads: 300, DeletedFiles: 600, DeletedUploads: 300}, total)
	require.Len(t, w.backend.deletes, 600)
	for id, n := range w.backend.deletes {
		require.Equal(t, 1, n, id)
	}
	require.False(t, w.stored(ids[0]))
}

func TestPassSkipsWhileAnotherDaemonCleans(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.removed(1)
	observed := 0
	c := w.daemon("me", func(o *cleaner.Options) { o.Observe = func(cleaner.Result) { observed++ } })
	w.store.leases["cleaner"] = lease{"other", time.Now().Add(time.Hour)}
	res, err := c.Pass(t.Context())
	require.NoError(t, err)
	counts(t, cleaner.Result{Skipped: true}, res)
	require.Contains(t, res.String(), "skipped")
	require.Equal(t, "other", w.store.leases["cleaner"].holder)
	require.True(t, w.stored(ids[0]))
	require.Zero(t, observed)

	w.store.leases["cleaner"] = lease{"other", time.Now().Add(-time.Second)}
	res, err = c.Pass(t.Context())
	require.NoError(t, err)
	counts(t, cleaner.Result{DeletedFiles: 1}, res)
	require.Equal(t, 1, observed)
}

func TestPassStopsWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ids := w.removed(10)
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	w.backend.onDelete = func(context.Context, data.Key) error {
		if n++; n == 3 {
			cancel()
		}
		return nil
	}
	res, err := w.daemon("me").Pass(ctx)
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, 2, res.DeletedFiles)
	require.Empty(t, w.store.leases, "given back although ctx has ended")
	require.False(t, w.knows("me"))
	left := 0
	for _, id := range ids {
		if w.state(id) == core.Removed {
			left++
		}
	}
	require.Equal(t, 8, left)
}

func TestResultSaysWhatWasDone(t *testing.T) {
	t.Parallel()
	r := cleaner.Result{Recovered: 1, RemovedUploads: 2, DeletedFiles: 3, DeletedUploads: 4, OrphanFiles: 5, OrphanTokens: 6, Partials: 7}
	require.False(t, r.Empty())
	for _, part := range []string{"2 uploads expired", "3 files and 4 uploads deleted", "1 interrupted", "5 orphan files", "6 orphan tokens", "7 partial"} {
		require.True(t, strings.Contains(r.String(), part), r.String())
	}
	require.True(t, cleaner.Result{}.Empty())
}

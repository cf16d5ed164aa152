package cleaner_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// deadProcess returns the id of a process that has ended.
func deadProcess(t *testing.T) int {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	require.NoError(t, cmd.Run())
	return cmd.Process.Pid
}

func TestRecoverKnowsTheDeadFromTheLiving(t *testing.T) {
	t.Parallel()
	now := time.Now()
	dead := deadProcess(t)
	here, pid := "this boot", os.Getpid()
	for name, tc := range map[string]struct {
		other core.Instance // without an ID: not registered
		want  core.Status
	}{
		"process ended on this host":           {core.Instance{ID: "o", Host: here, PID: dead, SeenAt: now}, core.Missing},
		"former life with our process id":      {core.Instance{ID: "o", Host: here, PID: pid, SeenAt: now}, core.Missing},
		"ended here, clock was ahead":          {core.Instance{ID: "o", Host: here, PID: dead, SeenAt: now.Add(time.Hour)}, core.Missing},
		"process runs on this host":            {core.Instance{ID: "o", Host: here, PID: os.Getppid(), SeenAt: now}, core.Uploading},
		"no process id":                        {core.Instance{ID: "o", Host: here, SeenAt: now}, core.Uploading},
		"elsewhere, seen now":                  {core.Instance{ID: "o", Host: "elsewhere", PID: dead, SeenAt: now}, core.Uploading},
		"elsewhere, its clock behind by 5 min": {core.Instance{ID: "o", Host: "elsewhere", PID: dead, SeenAt: now.Add(-5 * time.Minute)}, core.Uploading},
		"elsewhere, its clock ahead":           {core.Instance{ID: "o", Host: "elsewhere", PID: dead, SeenAt: now.Add(time.Hour)}, core.Uploading},
		"elsewhere, gone for long":             {core.Instance{ID: "o", Host: "elsewhere", PID: dead, SeenAt: now.Add(-11 * time.Minute)}, core.Missing},
		"unknown host, seen now":               {core.Instance{ID: "o", PID: dead, SeenAt: now}, core.Uploading},
		"unknown host with our process id":     {core.Instance{ID: "o", PID: pid, SeenAt: now}, core.Uploading},
		"unknown host, gone for long":          {core.Instance{ID: "o", PID: dead, SeenAt: now.Add(-11 * time.Minute)}, core.Missing},
		"not registered":                       {core.Instance{}, core.Missing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			if tc.other.ID != "" {
				w.store.instances["o"] = tc.other
			}
			w.receiving("f", "o")
			w.receiving("old", "") // left by Plik 1.3
			w.receiving("mine", "me")
			w.store.leases["cleaner"] = lease{"o", now.Add(time.Hour)}

			self := core.Instance{ID: "me", Host: here, PID: pid}
			if tc.other.Host == "" && tc.other.ID != "" {
				self.Host = ""
			}
			c := w.daemon("", func(o *cleaner.Options) { o.Instance = self })
			require.NoError(t, c.Recover(t.Context()))

			require.Equal(t, tc.want, w.state("f"))
			require.Equal(t, tc.want == core.Uploading, w.stored("f"), "its bytes")
			require.Equal(t, tc.want == core.Uploading, w.knows("o"))
			require.Equal(t, tc.want == core.Uploading || tc.other.ID == "", len(w.store.leases) == 1, "the lease of the dead")
			require.Equal(t, core.Missing, w.state("old"))
			require.Equal(t, core.Uploading, w.state("mine"))
			require.True(t, w.knows("me"), "registered, and stays so")
		})
	}
}

func TestRecoverLeavesAloneWhoRegisteredMeanwhile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.receiving("stale", "gone")
	var once sync.Once
	w.store.before = func(method string) error {
		if method == "StaleUploading" {
			once.Do(func() {
				w.store.mu.Lock()
				w.store.instances["new"] = core.Instance{ID: "new", Host: "elsewhere", SeenAt: time.Now()}
				w.store.mu.Unlock()
				w.receiving("f", "new")
			})
		}
		return nil
	}
	require.NoError(t, w.daemon("me").Recover(t.Context()))
	require.Equal(t, core.Uploading, w.state("f"))
	require.True(t, w.stored("f"))
	require.Equal(t, core.Missing, w.state("stale"))
}

func TestRecoveredFileIsOursWhileItsBytesGo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.receiving("f", "gone")
	other := w.daemon("other")
	w.backend.onDelete = func(ctx context.Context, k data.Key) error {
		row := w.store.files["f"]
		if row.Status != core.Uploading || row.Instance != "me" {
			return fmt.Errorf("deleted while %s of %q", row.Status, row.Instance)
		}
		// Neither another daemon nor a client gets hold of it now.
		if err := other.Recover(ctx); err != nil {
			return err
		}
		seen := core.File{ID: "f", UploadID: "u", Status: core.Missing}
		if err := w.store.MoveFile(ctx, &seen, core.Uploading, nil); core.KindOf(err) != core.KindConflict {
			return fmt.Errorf("a client got it: %w", err)
		}
		return nil
	}
	require.NoError(t, w.daemon("me").Recover(t.Context()))
	require.Equal(t, core.Missing, w.state("f"))
	require.Equal(t, 1, w.backend.deletes["f"])
}

// Daemons that all start at once, and clients that send again at once: what was
// acknowledged to a client is there afterwards.
func TestConcurrentRecoveryNeverTakesNewBytes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const files = 50
	for i := range files {
		w.receiving(core.FileID(fmt.Sprintf("f%d", i)), "gone")
	}
	w.store.instances["client"] = core.Instance{ID: "client", Host: "elsewhere", SeenAt: time.Now()}
	var wg sync.WaitGroup
	for i := range 4 {
		c := w.daemon(fmt.Sprintf("d%d", i))
		wg.Go(func() {
			if err := c.Recover(t.Context()); err != nil {
				t.Errorf("recover: %v", err)
			}
		})
	}
	for i := range files {
		wg.Go(func() {
			f := &core.File{ID: core.FileID(fmt.Sprintf("f%d", i)), UploadID: "u", Status: core.Missing}
			claim := func(f *core.File) { f.Instance = "client" }
			for w.store.MoveFile(t.Context(), f, core.Uploading, claim) != nil {
				if t.Context().Err() != nil {
					return
				}
			}
			if _, err := w.backend.Put(t.Context(), data.KeyOf(f), strings.NewReader("again"), -1); err != nil {
				t.Errorf("put: %v", err)
			}
			if err := w.store.MoveFile(t.Context(), f, core.Uploaded, nil); err != nil {
				t.Errorf("acknowledge: %v", err)
			}
		})
	}
	wg.Wait()
	for i := range files {
		id := core.FileID(fmt.Sprintf("f%d", i))
		require.Equal(t, core.Uploaded, w.state(id))
		require.True(t, w.stored(id), id)
	}
}

func TestFailedRecoveryIsTriedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.receiving("f", "gone")
	w.receiving("g", "gone")
	boom := errors.New("boom")
	w.backend.onDelete = func(_ context.Context, k data.Key) error {
		if k.File == "f" {
			return boom
		}
		return nil
	}
	c := w.daemon("me")
	require.ErrorIs(t, c.Recover(t.Context()), boom)
	require.Equal(t, core.Uploading, w.state("f"))
	require.Empty(t, w.store.files["f"].Instance, "it is nobody's")
	require.Equal(t, core.Missing, w.state("g"))

	w.backend.onDelete = nil
	res, err := c.Pass(t.Context())
	require.NoError(t, err)
	counts(t, cleaner.Result{Recovered: 1}, res)
	require.Equal(t, core.Missing, w.state("f"))
	require.True(t, w.knows("me"), "a daemon that serves stays registered after a pass")
}

func TestRecoveryCutShortKeepsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.receiving("f", "gone")
	ctx, cancel := context.WithCancel(t.Context())
	w.backend.onDelete = func(ctx context.Context, _ data.Key) error {
		cancel()
		return ctx.Err()
	}
	require.ErrorIs(t, w.daemon("me").Recover(ctx), context.Canceled)
	require.Equal(t, core.Uploading, w.state("f"))
	require.Empty(t, w.store.files["f"].Instance)
}

func TestRemovalDuringRecoveryWins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.receiving("f", "gone")
	w.backend.onDelete = func(context.Context, data.Key) error {
		w.store.mu.Lock()
		defer w.store.mu.Unlock()
		w.store.remove(w.store.uploads["u"], time.Now())
		return nil
	}
	require.NoError(t, w.daemon("me").Recover(t.Context()))
	require.Equal(t, core.Removed, w.state("f"))
}

func TestRecoverReportsTheStore(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Heartbeat", "Instances", "StaleUploading", "MoveFile missing", "MoveFile uploading", "ForgetInstance", "ReleaseLease"} {
		w := newWorld(t)
		w.receiving("f", "gone")
		w.store.instances["old"] = core.Instance{ID: "old"}
		boom := errors.New("boom")
		w.store.before = func(m string) error {
			if m == method {
				return boom
			}
			return nil
		}
		require.ErrorIs(t, w.daemon("me").Recover(t.Context()), boom, method)
	}
}

func TestSelf(t *testing.T) {
	t.Parallel()
	now := time.Now()
	a, b := cleaner.Self(now), cleaner.Self(now)
	require.NotEqual(t, a.ID, b.ID)
	require.Len(t, a.ID, 16)
	require.Equal(t, a.Host, b.Host)
	require.Equal(t, os.Getpid(), a.PID)
	require.True(t, now.Equal(a.SeenAt))
	if _, err := os.Stat("/proc/self/ns/pid"); err == nil {
		require.Regexp(t, `^[0-9a-f-]{36}/pid:\[\d+\]$`, a.Host)
	}
}

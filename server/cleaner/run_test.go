package cleaner_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// start runs a daemon's loops until the returned stop, which waits for them.
func start(t *testing.T, c *cleaner.Cleaner) (stop func()) {
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Run(ctx)
	}()
	synctest.Wait()
	return func() {
		cancel()
		<-done
	}
}

// pass lets d go by, and what is due by then happen.
func pass(d time.Duration) {
	time.Sleep(d) // in a bubble: no waiting
	synctest.Wait()
}

func TestRunBeatsCleansAndSignsOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var at []time.Duration
		begin := time.Now()
		c := w.daemon("me", func(o *cleaner.Options) {
			o.Observe = func(cleaner.Result) { at = append(at, time.Since(begin)) }
		})
		stop := start(t, c)
		require.True(t, w.knows("me"))
		pass(299 * time.Second)
		require.Equal(t, 30, w.store.beats)
		w.add("over", time.Now(), core.Uploaded)
		pass(2 * time.Second)
		require.Equal(t, core.Status(""), w.state("over-uploaded"))
		pass(600 * time.Second)
		require.Equal(t, []time.Duration{300 * time.Second, 600 * time.Second, 900 * time.Second}, at)
		stop()
		require.False(t, w.knows("me"))
		require.Empty(t, w.store.leases)
	})
}

func TestRunSpreadsThePasses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var at []time.Time
		c := w.daemon("me", func(o *cleaner.Options) {
			o.Jitter = 0 // the default
			o.Observe = func(r cleaner.Result) { at = append(at, r.Start) }
		})
		last := time.Now()
		stop := start(t, c)
		pass(24 * time.Hour)
		stop()
		require.Greater(t, len(at), 100)
		kinds := map[time.Duration]bool{}
		for _, next := range at {
			gap := next.Sub(last)
			require.GreaterOrEqual(t, gap, 300*time.Second)
			require.Less(t, gap, 600*time.Second)
			kinds[gap.Truncate(time.Second)] = true
			last = next
		}
		require.Greater(t, len(kinds), 30)
	})
}

func TestASilentDaemonIsRecoveredAfterAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.receiving("f", "dead")
		w.receiving("g", "alive")
		w.store.instances["dead"] = core.Instance{ID: "dead", Host: "elsewhere", SeenAt: time.Now()}
		me, alive := w.daemon("me"), w.daemon("alive")
		stopAlive := start(t, alive)
		require.NoError(t, me.Recover(t.Context()))
		stop := start(t, me)
		pass(59 * time.Second)
		require.Equal(t, core.Uploading, w.state("f"))
		pass(2 * time.Second)
		require.Equal(t, core.Missing, w.state("f"))
		require.False(t, w.stored("f"))
		require.False(t, w.knows("dead"))

		pass(time.Hour)
		require.Equal(t, core.Uploading, w.state("g"), "it beats")
		stopAlive()
		pass(10 * time.Minute)
		require.Equal(t, core.Missing, w.state("g"), "it has signed off: the next pass finds what it left")
		stop()
	})
}

func TestDaemonThatDiedOnThisHostIsRecoveredWithinAHeartbeat(t *testing.T) {
	t.Parallel()
	dead := deadProcess(t)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		stop := start(t, w.daemon("me"))
		w.receiving("f", "dead")
		w.store.mu.Lock()
		w.store.instances["dead"] = core.Instance{ID: "dead", Host: "host of me", PID: dead, SeenAt: time.Now()}
		w.store.mu.Unlock()
		pass(10 * time.Second)
		require.Equal(t, core.Missing, w.state("f"))
		stop()
	})
}

func TestAJumpingClockKillsNobody(t *testing.T) {
	t.Parallel()
	for name, jump := range map[string]time.Duration{"forward": 3 * time.Hour, "back": -3 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.receiving("f", "other")
				start0 := time.Now()
				w.add("soon", start0.Add(6*time.Hour), core.Uploaded)
				var skew atomic.Int64
				var passes atomic.Int32
				clock := func(o *cleaner.Options) {
					o.Now = func() time.Time { return time.Now().Add(time.Duration(skew.Load())) }
				}
				me := w.daemon("me", clock, func(o *cleaner.Options) { o.Observe = func(cleaner.Result) { passes.Add(1) } })
				other := w.daemon("other", clock, func(o *cleaner.Options) { o.Interval = 1000 * time.Hour })
				stop, stopOther := start(t, me), start(t, other)
				pass(95 * time.Second)

				skew.Store(int64(jump))
				res, err := me.Pass(t.Context()) // right after the jump, before the other one has beaten again
				require.NoError(t, err)
				require.True(t, res.Empty())
				passes.Store(0)
				pass(30 * time.Minute)
				require.EqualValues(t, 6, passes.Load(), "the passes go on as before")
				require.Equal(t, core.Uploading, w.state("f"))
				require.True(t, w.knows("other"))
				require.Equal(t, core.Uploaded, w.state("soon-uploaded"))

				skew.Store(0)
				pass(6 * time.Hour)
				require.Equal(t, core.Uploading, w.state("f"))
				require.Equal(t, core.Status(""), w.state("soon-uploaded"))
				stop()
				stopOther()
			})
		})
	}
}

func TestAnOutageOfTheDatabaseKillsNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.receiving("f", "other")
		var down atomic.Bool
		w.store.before = func(string) error {
			if down.Load() {
				return errors.New("no database")
			}
			return nil
		}
		me, other := w.daemon("me"), w.daemon("other")
		stop := start(t, me)
		pass(3 * time.Second) // so that the two do not beat at the same moment
		stopOther := start(t, other)
		pass(time.Minute)
		down.Store(true)
		pass(20 * time.Minute)
		down.Store(false)
		pass(time.Hour)
		require.Equal(t, core.Uploading, w.state("f"))
		require.True(t, w.knows("other"))
		stop()
		stopOther()
	})
}

func TestRecoverDoesNotHoldUpTheStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.receiving("f", "gone")
		w.receiving("g", "gone")
		var slow atomic.Bool
		slow.Store(true)
		w.backend.onDelete = func(ctx context.Context, _ data.Key) error {
			if !slow.Load() {
				return nil
			}
			<-ctx.Done()
			return ctx.Err()
		}
		c := w.daemon("me")
		begin := time.Now()
		require.ErrorIs(t, c.Recover(t.Context()), context.DeadlineExceeded)
		require.Less(t, time.Since(begin), 6*time.Second)
		slow.Store(false)
		stop := start(t, c)
		require.Equal(t, core.Missing, w.state("f"), "Run goes on at once")
		require.Equal(t, core.Missing, w.state("g"))
		stop()
	})
}

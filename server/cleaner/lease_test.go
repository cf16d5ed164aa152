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

// slowly makes each delete take d.
func slowly(d time.Duration) func(context.Context, data.Key) error {
	return func(ctx context.Context, _ data.Key) error {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(d):
			return nil
		}
	}
}

func TestALongPassKeepsItsLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.removed(10)
		w.backend.onDelete = slowly(5 * time.Minute)
		me, other := w.daemon("me"), w.daemon("other")
		done := make(chan cleaner.Result, 1)
		go func() {
			res, err := me.Pass(t.Context())
			if err != nil {
				t.Error(err)
			}
			done <- res
		}()
		for range 49 {
			pass(time.Minute)
			res, err := other.Pass(t.Context())
			require.NoError(t, err)
			require.True(t, res.Skipped)
		}
		res := <-done
		counts(t, cleaner.Result{DeletedFiles: 10}, res)
		require.Equal(t, 50*time.Minute, res.Duration)
		for id, n := range w.backend.deletes {
			require.Equal(t, 1, n, id)
		}
	})
}

func TestALostLeaseStopsThePass(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		ids := w.removed(10)
		w.backend.onDelete = slowly(25 * time.Second)
		done := make(chan error, 1)
		var res cleaner.Result
		c := w.daemon("me", func(o *cleaner.Options) { o.Observe = func(r cleaner.Result) { res = r } })
		go func() {
			_, err := c.Pass(t.Context())
			done <- err
		}()
		pass(30 * time.Second)
		w.store.mu.Lock()
		w.store.leases["cleaner"] = lease{"other", time.Now().Add(time.Hour)}
		w.store.mu.Unlock()
		begin := time.Now()
		require.ErrorIs(t, <-done, cleaner.ErrLeaseLost)
		require.LessOrEqual(t, time.Since(begin), 20*time.Second, "noticed at the next renewal")
		counts(t, cleaner.Result{DeletedFiles: 1}, res)
		require.Equal(t, "other", w.store.leases["cleaner"].holder, "not released for the other")
		left := 0
		for _, id := range ids {
			if w.state(id) == core.Removed && w.stored(id) {
				left++
			}
		}
		require.Equal(t, 9, left)
	})
}

func TestAPassEndsBeforeALeaseThatCannotBeRenewed(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(){
		"failing": func() {},
		"hanging": func() { time.Sleep(15 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.removed(1)
				w.backend.onDelete = slowly(time.Hour)
				var down atomic.Bool
				w.store.before = func(method string) error {
					if method == "AcquireLease" && down.Load() {
						answer()
						return errors.New("no database")
					}
					return nil
				}
				done := make(chan error, 1)
				c := w.daemon("me")
				go func() {
					_, err := c.Pass(t.Context())
					done <- err
				}()
				pass(10 * time.Minute)
				down.Store(true)
				w.store.mu.Lock()
				ends := w.store.leases["cleaner"].until
				w.store.mu.Unlock()
				require.ErrorIs(t, <-done, cleaner.ErrLeaseLost)
				require.True(t, time.Now().Before(ends), "ended %s after the lease", time.Since(ends))
			})
		})
	}
}

func TestAShortOutageDoesNotLoseTheLease(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.removed(1)
		w.backend.onDelete = slowly(5 * time.Minute)
		renewals := 0
		w.store.before = func(method string) error {
			if method == "AcquireLease" {
				if renewals++; renewals == 3 {
					return errors.New("no database")
				}
			}
			return nil
		}
		res, err := w.daemon("me").Pass(t.Context())
		require.NoError(t, err)
		require.Equal(t, 1, res.DeletedFiles)
	})
}

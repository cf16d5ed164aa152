package metadatatest

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func instanceTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"heartbeat":  instanceHeartbeat,
		"lease":      instanceLease,
		"lease race": instanceLeaseRace,
	}
}

func instanceHeartbeat(t *testing.T, s Store) {
	ctx := t.Context()
	got, err := s.Instances(ctx)
	require.NoError(t, err)
	require.Empty(t, got)

	a, b := core.Instance{ID: "a", Host: "boot/1", PID: 42, SeenAt: start}, core.Instance{ID: "b"}
	require.NoError(t, s.Heartbeat(ctx, a))
	require.NoError(t, s.Heartbeat(ctx, b))
	a.SeenAt = a.SeenAt.Add(time.Minute)
	require.NoError(t, s.Heartbeat(ctx, a))
	got, err = s.Instances(ctx)
	require.NoError(t, err)
	same(t, []core.Instance{a, b}, got)

	require.NoError(t, s.ForgetInstance(ctx, "a"))
	require.NoError(t, s.ForgetInstance(ctx, "unknown"))
	got, err = s.Instances(ctx)
	require.NoError(t, err)
	same(t, []core.Instance{b}, got)
}

func instanceLease(t *testing.T, s Store) {
	ctx, at := t.Context(), func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	acquire := func(want bool, name, holder string, now, until int) {
		t.Helper()
		got, err := s.AcquireLease(ctx, name, holder, at(now), at(until))
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	acquire(true, "clean", "a", 0, 10)
	acquire(false, "clean", "b", 9, 20)
	acquire(true, "other", "b", 9, 20)
	acquire(true, "clean", "a", 9, 15) // renewed
	acquire(false, "clean", "b", 14, 20)
	acquire(true, "clean", "b", 16, 25) // over
	acquire(false, "clean", "a", 17, 30)

	require.NoError(t, s.ReleaseLease(ctx, "clean", "a")) // not a's
	acquire(false, "clean", "a", 18, 30)
	require.NoError(t, s.ReleaseLease(ctx, "clean", "b"))
	acquire(true, "clean", "a", 18, 30)
	require.NoError(t, s.ReleaseLease(ctx, "unknown", "b"))
}

func instanceLeaseRace(t *testing.T, s Store) {
	for round := range 3 { // taken anew, then after its end
		now := start.Add(time.Duration(round) * 2 * time.Minute)
		var holders atomic.Int32
		won := race(t, func(i int) error {
			got, err := s.AcquireLease(t.Context(), "clean", fmt.Sprint(round, "/", i), now, now.Add(time.Minute))
			if got {
				holders.Add(1)
			}
			return err
		})
		require.Equal(t, racers, won)
		require.Equal(t, int32(1), holders.Load())
	}
}

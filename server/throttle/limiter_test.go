package throttle_test

import (
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/throttle"
)

// clock is set by hand. It may be read while it is set.
type clock struct{ ns atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Unix(0, c.ns.Load()) }
func (c *clock) Advance(d time.Duration) { c.ns.Add(int64(d)) }

func newLimiter(t *testing.T, o throttle.Options) (*throttle.Limiter, *clock) {
	t.Helper()
	c := &clock{}
	c.Advance(time.Hour)
	o.Now = c.Now
	l, err := throttle.New(o)
	require.NoError(t, err)
	return l, c
}

// reserve reserves n guesses and returns how many there were.
func reserve(l *throttle.Limiter, key string, n int) int {
	got := 0
	for range n {
		if l.Reserve(key) == 0 {
			got++
		}
	}
	return got
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []throttle.Options{
		{Rate: -1}, {Burst: -1}, {Size: -1}, {Rate: math.MaxInt64, Burst: 2}, {Rate: time.Hour, Burst: math.MaxInt},
	} {
		_, err := throttle.New(o)
		require.Error(t, err, o)
	}
	_, err := throttle.New(throttle.Options{})
	require.NoError(t, err)
}

func TestBurstThenRate(t *testing.T) {
	t.Parallel()
	l, c := newLimiter(t, throttle.Options{Rate: 7 * time.Second, Burst: 3})
	require.Zero(t, l.Wait("k"))
	require.Zero(t, l.Len(), "asking takes nothing")
	require.Equal(t, 3, reserve(l, "k", 10))
	require.Equal(t, 7*time.Second, l.Wait("k"))
	require.Equal(t, 7*time.Second, l.Reserve("k"))
	require.Zero(t, l.Wait("other"))

	c.Advance(7*time.Second - 1)
	require.Equal(t, time.Duration(1), l.Reserve("k"))
	c.Advance(1) // waiting as long as told is enough, to the nanosecond
	require.Zero(t, l.Wait("k"))
	require.Equal(t, 1, reserve(l, "k", 10))

	c.Advance(14 * time.Second)
	require.Equal(t, 2, reserve(l, "k", 10))
	c.Advance(24 * time.Hour)
	require.Equal(t, 3, reserve(l, "k", 10), "never more than the burst")
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	l, c := newLimiter(t, throttle.Options{})
	require.Equal(t, throttle.DefaultBurst, reserve(l, "k", 100))
	require.Equal(t, throttle.DefaultRate, l.Wait("k"))
	c.Advance(throttle.DefaultRate)
	require.Equal(t, 1, reserve(l, "k", 100))
}

func TestFailedReturnForget(t *testing.T) {
	t.Parallel()
	l, c := newLimiter(t, throttle.Options{Rate: time.Second, Burst: 2})
	for range 5 {
		l.Failed("k")
	}
	require.Equal(t, time.Second, l.Wait("k"), "nothing is owed")
	l.Return("k")
	require.Equal(t, 1, reserve(l, "k", 5))
	l.Return("k")
	l.Return("k")
	l.Return("k")
	l.Return("never seen")
	require.Zero(t, l.Len(), "full buckets are forgotten")
	require.Equal(t, 2, reserve(l, "k", 5), "never more than the burst")
	l.Forget("k")
	l.Forget("never seen")
	require.Zero(t, l.Len())
	require.Equal(t, 2, reserve(l, "k", 5))

	// What was taken long ago can be given back still.
	l.Forget("k")
	require.Zero(t, l.Reserve("k"))
	c.Advance(time.Second / 2)
	require.Zero(t, l.Reserve("k"))
	require.NotZero(t, l.Wait("k"))
	l.Return("k")
	require.Zero(t, l.Wait("k"))
}

func TestClockSetBack(t *testing.T) {
	t.Parallel()
	l, c := newLimiter(t, throttle.Options{Rate: time.Second, Burst: 2})
	require.Equal(t, 2, reserve(l, "k", 5))
	c.Advance(-30 * time.Minute)
	require.Equal(t, time.Second, l.Reserve("k"))
	c.Advance(time.Second)
	require.Equal(t, 1, reserve(l, "k", 5), "the wait is over when it was said to be")
}

// Guesses that are made at once do not get past the burst.
func TestReserveAtOnce(t *testing.T) {
	t.Parallel()
	l, _ := newLimiter(t, throttle.Options{Burst: 10, Size: 4})
	var passed, kept atomic.Int32
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			for j := range 20 {
				if l.Reserve("k") != 0 {
					continue
				}
				passed.Add(1)
				if i%2 == 0 && j%2 == 0 {
					l.Return("k")
					continue
				}
				kept.Add(1)
			}
			l.Wait("k")
			l.Reserve(fmt.Sprint(i)) // and others push and shove
		})
	}
	wg.Wait()
	require.EqualValues(t, 10, kept.Load())
	require.GreaterOrEqual(t, passed.Load(), int32(10))
	require.LessOrEqual(t, l.Len(), 4)
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	l, c := newLimiter(t, throttle.Options{Rate: time.Second, Burst: 10, Size: 100})
	for i := range 100_000 {
		require.Zero(t, l.Reserve(fmt.Sprint(i)))
		require.LessOrEqual(t, l.Len(), 100)
	}
	require.Equal(t, 100, l.Len())
	c.Advance(time.Second)
	require.Zero(t, l.Reserve("last"))
	require.Equal(t, 1, l.Len(), "all others are full again")
}

// A flood of fresh keys pushes out its own buckets, not those of keys that are attacked.
func TestFloodKeepsTheEmptyBuckets(t *testing.T) {
	t.Parallel()
	l, c := newLimiter(t, throttle.Options{Rate: time.Hour, Burst: 10, Size: 100})
	require.Equal(t, 10, reserve(l, "attacked", 10))
	require.Equal(t, 5, reserve(l, "half", 5))
	for i := range 100_000 {
		c.Advance(time.Millisecond)
		require.Zero(t, l.Reserve(fmt.Sprint(i)))
	}
	require.NotZero(t, l.Wait("attacked"))
	require.Equal(t, 5, reserve(l, "half", 10))
}

func TestFullestGoesFirst(t *testing.T) {
	t.Parallel()
	l, _ := newLimiter(t, throttle.Options{Size: 3})
	reserve(l, "three taken", 3)
	reserve(l, "old", 2)
	reserve(l, "used again", 1)
	reserve(l, "used again", 1)
	l.Reserve("first fresh")
	require.False(t, l.Has("old"), "of equal ones that was used least recently")
	l.Reserve("second fresh")
	require.False(t, l.Has("first fresh"), "the fullest")
	require.True(t, l.Has("three taken"))
	require.True(t, l.Has("used again"))
	require.True(t, l.Has("second fresh"))
}

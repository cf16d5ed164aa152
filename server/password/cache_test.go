package password_test

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/password"
)

func TestCache(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	k := newKeeper(t, password.Options{Now: func() time.Time { return time.Unix(now.Load(), 0) }})
	n := count(k)
	stored, err := k.Hash(t.Context(), "foo", "bar")
	require.NoError(t, err)
	other, err := k.Hash(t.Context(), "foo", "bar")
	require.NoError(t, err)
	n.Store(0)

	for _, c := range []struct {
		what             string
		at               time.Duration
		scope, stored    string
		password         string
		want             bool
		wantHashes, size int
	}{
		{"first", 0, "u1", stored, "bar", true, 1, 1},
		{"again", 0, "u1", stored, "bar", true, 0, 1},
		{"nearly too late", 299 * time.Second, "u1", stored, "bar", true, 0, 1},
		{"too late, use does not prolong", 300 * time.Second, "u1", stored, "bar", true, 1, 1},
		{"another scope", 300 * time.Second, "u2", stored, "bar", true, 1, 2},
		{"another hash of the same", 300 * time.Second, "u1", other, "bar", true, 1, 3},
		{"wrong", 300 * time.Second, "u1", stored, "baz", false, 1, 3},
		{"wrong again", 300 * time.Second, "u1", stored, "baz", false, 1, 3},
		{"clock set back", 0, "u1", stored, "bar", true, 1, 3},
		{"borders count", 0, "u1" + stored, "", "bar", false, 0, 3},
	} {
		now.Store(int64(c.at / time.Second))
		n.Store(0)
		ok, err := k.Verify(t.Context(), c.scope, c.stored, "foo", c.password)
		require.Equal(t, c.stored == "", err != nil, c.what)
		require.Equal(t, c.want, ok, c.what)
		require.EqualValues(t, c.wantHashes, n.Load(), c.what)
		require.Equal(t, c.size, k.CacheLen(), c.what)
	}
}

func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	n := count(k)
	stored, err := k.Hash(t.Context(), "foo", "bar")
	require.NoError(t, err)
	verify := func(scope int) int32 {
		before := n.Load()
		ok, err := k.Verify(t.Context(), fmt.Sprint(scope), stored, "foo", "bar")
		require.NoError(t, err)
		require.True(t, ok)
		return n.Load() - before
	}
	for i := range 1024 {
		require.EqualValues(t, 1, verify(i))
	}
	require.EqualValues(t, 0, verify(0), "used: not the oldest any more")
	require.EqualValues(t, 1, verify(1024))
	require.Equal(t, 1024, k.CacheLen())
	require.EqualValues(t, 0, verify(0))
	require.EqualValues(t, 1, verify(1), "dropped")
}

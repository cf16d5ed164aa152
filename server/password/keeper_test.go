package password_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/password"
)

const fooBarMD5 = "c44b06a6808bc297af0d0346c3c578d4" // printf Zm9vOmJhcg== | md5sum

func newKeeper(t *testing.T, o password.Options) *password.Keeper {
	t.Helper()
	k, err := password.New(o)
	require.NoError(t, err)
	return k
}

// count makes k count the hashes it computes, and compute cheap ones.
func count(k *password.Keeper) *atomic.Int32 {
	var n atomic.Int32
	k.SetDerive(func(password, salt []byte, _, _ uint32, _ uint8, keyLen uint32) []byte {
		n.Add(1)
		return argon2.IDKey(password, salt, 1, 8, 1, keyLen)
	})
	return &n
}

func TestHashAndVerify(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	stored, err := k.Hash(t.Context(), "foo", "bar")
	require.NoError(t, err)
	require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, stored)
	other, err := k.Hash(t.Context(), "foo", "bar")
	require.NoError(t, err)
	require.NotEqual(t, stored, other, "salted")

	for _, c := range []struct {
		login, password string
		want            bool
	}{
		{"foo", "bar", true},
		{"foo", "bar", true}, // from the cache
		{"foo", "baz", false},
		{"foo", "baz", false},
		{"fo", "bar", false},
		{"foo", "", false},
		{"foo:bar", "", false},
		{"", "foo:bar", false},
	} {
		got, err := k.Verify(t.Context(), "upload", stored, c.login, c.password)
		require.NoError(t, err)
		require.Equal(t, c.want, got, "%s:%s", c.login, c.password)
	}
}

// The same text is the same credentials, wherever its first colon is: a login with a
// colon cannot be told from one without in HTTP Basic.
func TestLoginWithColon(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	count(k)
	stored, err := k.Hash(t.Context(), "a:b", "c")
	require.NoError(t, err)
	ok, err := k.Verify(t.Context(), "upload", stored, "a", "b:c")
	require.NoError(t, err)
	require.True(t, ok)
}

func TestVerifyMD5(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	n := count(k)
	for _, c := range []struct {
		stored, login, password string
		want                    bool
	}{
		{fooBarMD5, "foo", "bar", true},
		{fooBarMD5, "foo", "Bar", false},
		{fooBarMD5, "", "", false},
		{"00000000000000000000000000000000", "foo", "bar", false},
		{"d707ff6c7865307c8ea874f54203b468", "plik", "é", true},
	} {
		got, err := k.Verify(t.Context(), "upload", c.stored, c.login, c.password)
		require.NoError(t, err)
		require.Equal(t, c.want, got, c)
	}
	require.Zero(t, n.Load())
}

func TestVerifyOtherParameters(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	// As another program, or an older version, may have made it.
	sum := argon2.IDKey([]byte("foo:bar"), []byte("somesalt"), 3, 64, 2, 24)
	ok, err := k.Verify(t.Context(), "upload", fmt.Sprintf("$argon2id$v=19$m=64,t=3,p=2$c29tZXNhbHQ$%s", raw(sum)), "foo", "bar")
	require.NoError(t, err)
	require.True(t, ok)
}

func TestVerifyRefusesHostileRows(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	n := count(k)
	const salt, sum = "c29tZXNhbHQ", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	for _, stored := range []string{
		"",
		"bar",
		"C44B06A6808BC297AF0D0346C3C578D4",
		fooBarMD5 + "0",
		"$argon2i$v=19$m=64,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=16$m=64,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$m=64,t=2,p=1$" + salt + "$" + sum,
		"x$argon2id$v=19$m=64,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=2,p=1$" + salt + "$" + sum + "$",
		"$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=65537,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=7,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=31,t=2,p=4$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=0,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=11,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=2,p=0$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=2,p=5$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=2,p=257$" + salt + "$" + sum,
		"$argon2id$v=19$m=-64,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=064,t=2,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$t=2,m=64,p=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=2,p=1,x=1$" + salt + "$" + sum,
		"$argon2id$v=19$m=64,t=2,p=1$$" + sum,
		"$argon2id$v=19$m=64,t=2,p=1$" + salt + "$",
		"$argon2id$v=19$m=64,t=2,p=1$" + salt + "$AAAA",
		"$argon2id$v=19$m=64,t=2,p=1$" + salt + "$" + sum + sum + sum,
		"$argon2id$v=19$m=64,t=2,p=1$" + salt + "=$" + sum,
	} {
		ok, err := k.Verify(t.Context(), "upload", stored, "foo", "bar")
		require.False(t, ok, stored)
		require.Error(t, err, stored)
		require.Equal(t, core.KindInternal, core.KindOf(err), stored)
		require.NotContains(t, err.Error(), sum)
	}
	require.Zero(t, n.Load(), "no work was done for any")
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeeper(t, password.Options{})
		var running, hashes atomic.Int32
		gate := make(chan struct{})
		k.SetDerive(func([]byte, []byte, uint32, uint32, uint8, uint32) []byte {
			running.Add(1)
			defer running.Add(-1)
			hashes.Add(1)
			<-gate
			return make([]byte, 32)
		})
		const stored = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				ok, err := k.Verify(t.Context(), fmt.Sprint(i), stored, "foo", "bar")
				if err != nil || !ok {
					t.Errorf("Verify: %t, %v", ok, err)
				}
			})
		}
		synctest.Wait()
		require.EqualValues(t, 2, running.Load())

		ctx, cancel := context.WithCancel(t.Context())
		wg.Go(func() {
			_, err := k.Verify(ctx, "other", stored, "foo", "bar")
			if err == nil {
				t.Error("a waiting Verify went on without its context")
			}
		})
		wg.Go(func() {
			if _, err := k.Hash(ctx, "foo", "bar"); err == nil {
				t.Error("a waiting Hash went on without its context")
			}
		})
		synctest.Wait()
		cancel()
		synctest.Wait()
		for range 10 {
			gate <- struct{}{}
			synctest.Wait()
			require.LessOrEqual(t, running.Load(), int32(2))
		}
		wg.Wait()
		require.EqualValues(t, 10, hashes.Load())
	})
}

// Many requests with the same credentials at once make one hash, or one for each
// worker at most.
func TestConcurrentRequestsShareTheWork(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{Workers: 1})
	stored, err := k.Hash(t.Context(), "foo", "bar")
	require.NoError(t, err)
	var hashes atomic.Int32
	k.SetDerive(func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte {
		hashes.Add(1)
		return argon2.IDKey(password, salt, time, memory, threads, keyLen)
	})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if ok, err := k.Verify(t.Context(), "upload", stored, "foo", "bar"); err != nil || !ok {
				t.Errorf("Verify: %t, %v", ok, err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, hashes.Load())
}

func TestEndedContext(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := k.Hash(ctx, "foo", "bar")
	require.ErrorIs(t, err, context.Canceled)
}

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	_, err := password.New(password.Options{Workers: -1})
	require.Error(t, err)
}

func BenchmarkVerify(b *testing.B) {
	k, err := password.New(password.Options{})
	if err != nil {
		b.Fatal(err)
	}
	stored, err := k.Hash(b.Context(), "foo", "bar")
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{"cold", "cached"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			scope := 0
			for b.Loop() {
				if name == "cold" {
					scope++
				}
				if ok, err := k.Verify(b.Context(), fmt.Sprint(scope), stored, "foo", "bar"); err != nil || !ok {
					b.Fatal(ok, err)
				}
			}
		})
	}
}

package password_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"

	"github.com/root-gg/plik/server/password"
)

// gate is what slows guessing: it counts, and refuses when told.
type gate struct {
	asked, succeeded atomic.Int32
	refuse           atomic.Bool
}

var errRefused = errors.New("refused")

func (g *gate) admit() (func(), error) {
	g.asked.Add(1)
	if g.refuse.Load() {
		return nil, errRefused
	}
	return func() { g.succeeded.Add(1) }, nil
}

func TestVerifyGuarded(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	n := count(k)
	stored, err := k.Hash(t.Context(), "foo", "bar")
	require.NoError(t, err)
	n.Store(0)
	for _, s := range []string{stored, fooBarMD5} {
		var g gate
		ok, err := k.VerifyGuarded(t.Context(), "u", s, "foo", "baz", g.admit)
		require.NoError(t, err)
		require.False(t, ok)
		require.EqualValues(t, 1, g.asked.Load())
		require.Zero(t, g.succeeded.Load())

		g.refuse.Store(true)
		before := n.Load()
		_, err = k.VerifyGuarded(t.Context(), "u", s, "foo", "bar", g.admit)
		require.ErrorIs(t, err, errRefused)
		require.Equal(t, before, n.Load(), "no work for who is refused")

		g.refuse.Store(false)
		ok, err = k.VerifyGuarded(t.Context(), "u", s, "foo", "bar", g.admit)
		require.NoError(t, err)
		require.True(t, ok)
		require.EqualValues(t, 1, g.succeeded.Load())

		g.refuse.Store(true)
		ok, err = k.VerifyGuarded(t.Context(), "u", s, "foo", "bar", g.admit)
		require.NoError(t, err, "what is remembered asks nobody")
		require.True(t, ok)
	}
	var g gate
	_, err = k.VerifyGuarded(t.Context(), "u", "malformed", "foo", "bar", g.admit)
	require.Error(t, err)
	require.Zero(t, g.succeeded.Load())
}

// All the requests of a page are one guess, whether it is right or wrong.
func TestSameGuessAtOnce(t *testing.T) {
	t.Parallel()
	for _, pass := range []string{"bar", "baz"} {
		synctest.Test(t, func(t *testing.T) {
			k := newKeeper(t, password.Options{})
			stored, err := k.Hash(t.Context(), "foo", "bar")
			require.NoError(t, err)
			hold := make(chan struct{})
			k.SetDerive(func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte {
				<-hold
				return argon2.IDKey(password, salt, time, memory, threads, keyLen)
			})
			var g gate
			var wg sync.WaitGroup
			for range 100 {
				wg.Go(func() {
					ok, err := k.VerifyGuarded(t.Context(), "u", stored, "foo", pass, g.admit)
					if err != nil || ok != (pass == "bar") {
						t.Errorf("%t, %v", ok, err)
					}
				})
			}
			synctest.Wait()
			close(hold)
			wg.Wait()
			require.EqualValues(t, 1, g.asked.Load())
		})
	}
}

// The one who asks for all may go away or be refused, which does not concern the others.
func TestOthersGoOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeeper(t, password.Options{})
		count(k)
		stored, err := k.Hash(t.Context(), "foo", "bar")
		require.NoError(t, err)
		hold := make(chan struct{})
		var wg sync.WaitGroup
		wg.Go(func() {
			_, err := k.VerifyGuarded(t.Context(), "u", stored, "foo", "bar", func() (func(), error) { <-hold; return nil, errRefused })
			if !errors.Is(err, errRefused) {
				t.Error(err)
			}
		})
		synctest.Wait()
		gone, leave := context.WithCancel(t.Context())
		wg.Go(func() {
			if _, err := k.VerifyGuarded(gone, "u", stored, "foo", "bar", nil); !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
		})
		var g gate
		for range 10 {
			wg.Go(func() {
				if ok, err := k.VerifyGuarded(t.Context(), "u", stored, "foo", "bar", g.admit); err != nil || !ok {
					t.Errorf("%t, %v", ok, err)
				}
			})
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(hold)
		wg.Wait()
		require.EqualValues(t, 1, g.asked.Load())
		require.EqualValues(t, 1, g.succeeded.Load())
	})
}

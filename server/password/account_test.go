package password_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/password"
)

// oldHash is the bcrypt of "password1", as Plik 1.3 made it but for the cost.
func oldHash(t *testing.T, text string) string {
	t.Helper()
	h, err := bcrypt.GenerateFromPassword([]byte(text), bcrypt.MinCost)
	require.NoError(t, err)
	return string(h)
}

// labour is how much work was done.
type labour struct {
	passes, rounds, memory int
	calls                  []string
}

// watch makes k count its work instead of doing it. Nothing matches.
func watch(k *password.Keeper) *labour {
	w := &labour{}
	k.SetDerive(func(_, _ []byte, time, memory uint32, threads uint8, keyLen uint32) []byte {
		w.passes += int(time * memory)
		w.memory = max(w.memory, int(memory))
		w.calls = append(w.calls, fmt.Sprintf("argon2id m=%d t=%d p=%d", memory, time, threads))
		return make([]byte, keyLen)
	})
	k.SetCompare(func(hash, _ []byte) error {
		cost, err := bcrypt.Cost(hash)
		if err != nil {
			return err
		}
		w.rounds += 1 << cost
		w.calls = append(w.calls, "bcrypt "+strconv.Itoa(cost))
		return bcrypt.ErrMismatchedHashAndPassword
	})
	return w
}

func TestCheckAccountPassword(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 "password is too short (min 8 chars)",
		"1234567":                          "password is too short (min 8 chars)",
		"12345678":                         "",
		"éééé":                             "",
		"\x00\x00\x00\x00\x00\x00\x00\x00": "",
		strings.Repeat("x", 1024):          "",
		strings.Repeat("x", 1025):          "password is too long (max 1024 bytes)",
	} {
		err := password.CheckAccountPassword(text)
		if want == "" {
			require.NoError(t, err, text)
			continue
		}
		require.EqualError(t, err, want)
		require.Equal(t, core.KindInvalid, core.KindOf(err))
	}
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	require.Regexp(t, `^[A-Za-z0-9]{32}$`, password.Generate())
	require.NotEqual(t, password.Generate(), password.Generate())
}

func TestAccountHash(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	long := strings.Repeat("x", 1024)
	for _, text := range []string{"password1", "pass\x00word", long} {
		stored, err := k.HashAccount(t.Context(), text)
		require.NoError(t, err)
		require.Regexp(t, `^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`, stored)
		ok, outdated, err := k.VerifyAccount(t.Context(), stored, text, false)
		require.NoError(t, err)
		require.True(t, ok)
		require.False(t, outdated)
		ok, _, err = k.VerifyAccount(t.Context(), stored, text+"x", false)
		require.NoError(t, err)
		require.False(t, ok)
	}
	require.Zero(t, k.CacheLen(), "logins are not remembered")
}

// The hash of an upload's password is another one than that of an account.
func TestAccountsAreNotUploads(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	count(k)
	stored, err := k.Hash(t.Context(), "login", "password1")
	require.NoError(t, err)
	ok, _, err := k.VerifyAccount(t.Context(), stored, "password1", false)
	require.NoError(t, err)
	require.False(t, ok)
}

func TestOutdated(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	phc := func(m, time uint32, threads uint8, salt string, length uint32) string {
		sum := argon2.IDKey([]byte("password1"), []byte(salt), time, m, threads, length)
		return fmt.Sprintf("$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s", m, time, threads, raw([]byte(salt)), raw(sum))
	}
	const salt = "sixteen bytes ok"
	for stored, want := range map[string]bool{
		phc(19456, 2, 1, salt, 32):                                  false,
		phc(19456, 3, 1, salt, 32):                                  false,
		phc(20000, 2, 4, salt+"x", 33):                              false,
		phc(19455, 2, 1, salt, 32):                                  true,
		phc(64, 3, 1, salt, 32):                                     true,
		phc(19456, 1, 1, salt, 32):                                  true,
		phc(19456, 2, 1, "somesalt", 32):                            true,
		phc(19456, 2, 1, salt, 31):                                  true,
		oldHash(t, "password1"):                                     true,
		strings.Replace(oldHash(t, "password1"), "$2a$", "$2b$", 1): true,
		strings.Replace(oldHash(t, "password1"), "$2a$", "$2y$", 1): true,
	} {
		ok, outdated, err := k.VerifyAccount(t.Context(), stored, "password1", true)
		require.NoError(t, err, stored)
		require.True(t, ok, stored)
		require.Equal(t, want, outdated, stored)
	}
}

func TestBcrypt(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	count(k)
	full := strings.Repeat("x", 72)
	for _, c := range []struct {
		made, given string
		want        bool
	}{
		{"password1", "password1", true},
		{"password1", "Password1", false},
		{"password1", "", false},
		{full, full, true},
		{full, full[1:], false},
		{full, full + "y", false}, // bcrypt itself looks at 72 bytes only
		{full, full + full, false},
	} {
		ok, _, err := k.VerifyAccount(t.Context(), oldHash(t, c.made), c.given, false)
		require.NoError(t, err)
		require.Equal(t, c.want, ok, c)
	}
}

// Whatever is stored, a failure takes the same work.
func TestFailuresTakeTheSameWork(t *testing.T) {
	t.Parallel()
	const salt, sum = "c29tZXNhbHRzb21lc2FsdA", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE"
	hash := strings.Repeat("a", 53)
	for _, bcryptInUse := range []bool{false, true} {
		for stored, wantErr := range map[string]bool{
			"": false,
			"$argon2id$v=19$m=19456,t=2,p=1$" + salt + "$" + sum: false,
			"$argon2id$v=19$m=9728,t=2,p=1$" + salt + "$" + sum:  false,
			"$argon2id$v=19$m=64,t=3,p=2$" + salt + "$" + sum:    false,
			"$2a$14$" + hash: false,
			"$2b$04$" + hash: false,
			"$2y$10$" + hash: false,
			// Rows that nobody could log in with anyway.
			"$2a$17$" + hash: true,
			"$2a$31$" + hash: true,
			"$argon2id$v=19$m=4294967295,t=2,p=1$" + salt + "$" + sum: true,
			"plain text": true,
		} {
			if !bcryptInUse && strings.HasPrefix(stored, "$2") {
				continue
			}
			for _, text := range []string{"password1", strings.Repeat("x", 1000)} {
				k := newKeeper(t, password.Options{})
				w := watch(k)
				ok, outdated, err := k.VerifyAccount(t.Context(), stored, text, bcryptInUse)
				require.False(t, ok)
				require.False(t, outdated)
				require.Equal(t, wantErr, err != nil, stored)
				require.InDelta(t, 2*19456, w.passes, 2, "%s: %v", stored, w.calls)
				require.LessOrEqual(t, w.memory, 19456, stored)
				rounds := 0
				if bcryptInUse {
					rounds = 1 << 14
				}
				require.Equal(t, rounds, w.rounds, "%s: %v", stored, w.calls)
			}
		}
	}
}

// More work than today's is not made up for, and not doubled either.
func TestStrongerHashes(t *testing.T) {
	t.Parallel()
	for stored, want := range map[string][]string{
		"$argon2id$v=19$m=19456,t=3,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE": {"argon2id m=19456 t=3 p=1", "bcrypt 14"},
		"$argon2id$v=19$m=19455,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE": {"argon2id m=19455 t=2 p=1", "bcrypt 14"},
		"$2a$16$" + strings.Repeat("a", 53): {"bcrypt 16", "argon2id m=19456 t=2 p=1"},
	} {
		k := newKeeper(t, password.Options{})
		w := watch(k)
		ok, _, err := k.VerifyAccount(t.Context(), stored, "password1", true)
		require.NoError(t, err)
		require.False(t, ok)
		require.Equal(t, want, w.calls)
	}
}

func TestSuccessTakesOneHash(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	w := watch(k)
	k.SetCompare(func(hash, _ []byte) error { w.calls = append(w.calls, string(hash[:7])); return nil })
	ok, outdated, err := k.VerifyAccount(t.Context(), "$2a$14$"+strings.Repeat("a", 53), "password1", true)
	require.NoError(t, err)
	require.True(t, ok)
	require.True(t, outdated)
	require.Equal(t, []string{"$2a$14$"}, w.calls)
}

func TestVerifyAccountRefusesHostileRows(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	watch(k)
	hash := strings.Repeat("a", 53)
	for _, stored := range []string{
		"password1", fooBarMD5, "$2$14$" + hash, "$2x$14$" + hash, "$2a$14$" + hash + "a", "$2a$14$" + hash[1:], "$2a$14$" + hash[1:] + "=",
		"$2a$03$" + hash, "$2a$32$" + hash, "$2a$17$" + hash, "$2a$-4$" + hash, "$2a$1x$" + hash, "$2a$:4$" + hash, "$2a_14$" + hash, "$2a$14_" + hash,
		"$2\xc3$14$" + hash, "$argon2id$", "$argon2i$v=19$m=64,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	} {
		ok, outdated, err := k.VerifyAccount(t.Context(), stored, "password1", true)
		require.False(t, ok || outdated, stored)
		require.Equal(t, core.KindInternal, core.KindOf(err), stored)
		require.ErrorContains(t, err, "malformed", stored)
		require.NotContains(t, err.Error(), hash[1:])
		require.NotContains(t, err.Error(), "password1")
	}
}

func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := newKeeper(t, password.Options{})
		gate := make(chan struct{})
		k.SetDerive(func(_, _ []byte, _, _ uint32, _ uint8, keyLen uint32) []byte {
			<-gate
			return make([]byte, keyLen)
		})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var wg sync.WaitGroup
		work := func(ctx context.Context, wantErr error) {
			wg.Go(func() {
				if _, err := k.HashAccount(ctx, "password1"); !errors.Is(err, wantErr) {
					t.Errorf("%v, want %v", err, wantErr)
				}
			})
		}
		for range 2 + 63 {
			work(t.Context(), nil)
		}
		synctest.Wait()
		work(ctx, context.Canceled) // the last place in the queue
		synctest.Wait()

		for range 3 {
			_, err := k.HashAccount(t.Context(), "password1")
			require.Equal(t, core.KindUnavailable, core.KindOf(err))
			_, _, err = k.VerifyAccount(t.Context(), "", "password1", true)
			require.Equal(t, core.KindUnavailable, core.KindOf(err))
		}
		// Those of uploads share the workers, they are not turned away.
		wg.Go(func() {
			if _, err := k.Hash(t.Context(), "foo", "bar"); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()

		cancel()
		synctest.Wait()
		work(t.Context(), nil) // in the place of the one that went away
		synctest.Wait()
		close(gate)
		wg.Wait()
		_, err := k.HashAccount(t.Context(), "password1")
		require.NoError(t, err)
	})
}

func TestAccountEndedContext(t *testing.T) {
	t.Parallel()
	k := newKeeper(t, password.Options{})
	w := watch(k)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := k.HashAccount(ctx, "password1")
	require.ErrorIs(t, err, context.Canceled)
	_, _, err = k.VerifyAccount(ctx, "", "password1", true)
	require.ErrorIs(t, err, context.Canceled)
	require.Empty(t, w.calls)
}

func FuzzVerifyAccount(f *testing.F) {
	f.Add("", "")
	f.Add("$2a$14$"+strings.Repeat("a", 53), "password1")
	f.Add("$argon2id$v=19$m=64,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\x00")
	f.Fuzz(func(t *testing.T, stored, text string) {
		k, err := password.New(password.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w := watch(k)
		ok, outdated, err := k.VerifyAccount(t.Context(), stored, text, true)
		if outdated && !ok || ok && err != nil {
			t.Fatal(ok, outdated, err)
		}
		// An absurd row costs no more than an honest one.
		if !ok && (w.rounds < 1<<14 || w.rounds > 1<<16 || w.passes > 10<<16 || w.passes < 2*19456-64) {
			t.Fatalf("%q: %v", stored, w.calls)
		}
	})
}

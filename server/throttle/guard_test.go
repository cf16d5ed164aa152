package throttle_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/throttle"
)

var home = netip.MustParseAddr("192.0.2.1")

func newGuard(t *testing.T, o throttle.GuardOptions) (*throttle.Guard, *clock) {
	t.Helper()
	c := &clock{}
	c.Advance(time.Hour)
	o.Now = c.Now
	g, err := throttle.NewGuard(o)
	require.NoError(t, err)
	return g, c
}

// nth is an IPv4 address for each number.
func nth(i int) netip.Addr {
	return netip.AddrFrom4([4]byte(binary.BigEndian.AppendUint32(nil, 0x0a000000+uint32(i))))
}

func TestAddressKey(t *testing.T) {
	t.Parallel()
	for addr, want := range map[string]string{
		"192.0.2.1":                    "192.0.2.1",
		"::ffff:192.0.2.1":             "192.0.2.1",
		"2001:db8:1:2:3:4:5:6":         "2001:db8:1:2::/64",
		"2001:db8:1:2::":               "2001:db8:1:2::/64",
		"2001:db8:1:2:ffff:ffff::ffff": "2001:db8:1:2::/64",
		"2001:db8:1:3::1":              "2001:db8:1:3::/64",
		"fe80::1%eth0":                 "fe80::/64",
		"::1":                          "::/64",
		"64:ff9b::192.0.2.1":           "64:ff9b::/64",
	} {
		require.Equal(t, want, throttle.AddressKey(netip.MustParseAddr(addr)), addr)
	}
	require.Equal(t, "unknown", throttle.AddressKey(netip.Addr{}))
}

func TestNewGuardRefuses(t *testing.T) {
	t.Parallel()
	for _, o := range []throttle.GuardOptions{
		{PerAddress: throttle.Options{Rate: -1}}, {PerName: throttle.Options{Burst: -1}}, {PerDevice: throttle.Options{Size: -1}},
	} {
		_, err := throttle.NewGuard(o)
		require.Error(t, err)
	}
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	g, c := newGuard(t, throttle.GuardOptions{})
	for range 10 {
		_, err := g.Try(home, "bob", "")
		require.NoError(t, err)
	}
	c.Advance(500 * time.Millisecond)
	succeeded, err := g.Try(home, "bob", "")
	require.Nil(t, succeeded)
	e, ok := errors.AsType[*core.Error](err)
	require.True(t, ok)
	require.Equal(t, core.KindRateLimited, e.Kind)
	require.Equal(t, "too_many_attempts", e.Code)
	require.Equal(t, "too many wrong attempts, try again in 10 seconds", e.Text, "the name has to wait longer, rounded up")
	wait, ok := throttle.RetryAfter(fmt.Errorf("login: %w", err))
	require.True(t, ok)
	require.Equal(t, 9500*time.Millisecond, wait)

	_, err = g.Try(home, "alice", "")
	wait, ok = throttle.RetryAfter(err)
	require.True(t, ok)
	require.Equal(t, 5500*time.Millisecond, wait, "the address has to wait, whatever the name")

	for _, other := range []error{nil, errors.New("x"), core.E(core.KindRateLimited, "x", "x")} {
		_, ok := throttle.RetryAfter(other)
		require.False(t, ok)
	}
}

// What may be tried within an hour from one address, at any number of names.
func TestMillionGuessesFromOneAddress(t *testing.T) {
	t.Parallel()
	g, c := newGuard(t, throttle.GuardOptions{})
	passed := 0
	for i := range 1_000_000 {
		c.Advance(time.Hour / 1_000_000)
		if _, err := g.Try(home, fmt.Sprint("user", i%1000), ""); err == nil {
			passed++
		}
	}
	require.LessOrEqual(t, passed, 10+600)
	require.GreaterOrEqual(t, passed, 600, "and no less")
	addresses, names, devices := g.Lens()
	require.Equal(t, 1, addresses)
	require.LessOrEqual(t, names, 610)
	require.Zero(t, devices)
}

// What may be tried within an hour at one name, from any number of addresses; meanwhile the
// owner comes in.
func TestManyAddressesAtOneName(t *testing.T) {
	t.Parallel()
	g, c := newGuard(t, throttle.GuardOptions{})
	passed := 0
	for i := range 100_000 {
		c.Advance(time.Hour / 100_000)
		if _, err := g.Try(nth(i%10_000), []string{"bob", "BOB", "Bob"}[i%3], ""); err == nil {
			passed++
		}
		if i%100 == 0 {
			succeeded, err := g.Try(home, "bob", "device of bob")
			require.NoError(t, err, "the owner is refused because of others")
			succeeded()
		}
	}
	require.LessOrEqual(t, passed, 10+360)
	require.GreaterOrEqual(t, passed, 360)
	_, err := g.Try(home, "alice", "")
	require.NoError(t, err, "others are not concerned")
	_, err = g.Try(home, "bob", "")
	require.Error(t, err, "the owner on a new device is")
}

// An IPv6 client that changes its address within its network is one client.
func TestOneNetwork(t *testing.T) {
	t.Parallel()
	g, _ := newGuard(t, throttle.GuardOptions{})
	passed := 0
	for i := range 1000 {
		if _, err := g.Try(netip.MustParseAddr(fmt.Sprintf("2001:db8::%x", i+1)), fmt.Sprint(i), ""); err == nil {
			passed++
		}
	}
	require.Equal(t, 10, passed)
}

func TestDevicesGuessToo(t *testing.T) {
	t.Parallel()
	g, c := newGuard(t, throttle.GuardOptions{})
	try := func(name, known string) int {
		passed := 0
		for i := range 100 {
			if _, err := g.Try(nth(i), name, known); err == nil {
				passed++
			}
		}
		return passed
	}
	require.Equal(t, 10, try("bob", "stolen"))
	require.Equal(t, 10, try("bob", "other"))
	require.Equal(t, 10, try("alice", "stolen"))
	c.Advance(10 * time.Second)
	require.Equal(t, 1, try("Bob", "stolen"))
	require.Equal(t, 10, try("bob", ""), "devices took nothing of the name")
}

func TestOwnSuccessGivesNoGuesses(t *testing.T) {
	t.Parallel()
	g, _ := newGuard(t, throttle.GuardOptions{})
	passed := 0
	for range 100 {
		if _, err := g.Try(home, "victim", ""); err == nil {
			passed++
		}
		if succeeded, err := g.Try(home, "attacker", ""); err == nil {
			succeeded()
			succeeded() // once counts
		}
	}
	require.Equal(t, 10, passed)
}

// An address that is refused leaves the name alone, and the other way round.
func TestRefusedTakesNothing(t *testing.T) {
	t.Parallel()
	g, _ := newGuard(t, throttle.GuardOptions{PerAddress: throttle.Options{Burst: 5}})
	for range 1000 {
		g.Try(home, "bob", "")
	}
	for i := range 5 {
		_, err := g.Try(nth(i), "bob", "")
		require.NoError(t, err, "one address used up the name")
	}
	for range 1000 {
		_, err := g.Try(nth(1), "bob", "")
		require.Error(t, err)
	}
	for range 4 { // one was a guess
		_, err := g.Try(nth(1), "alice", "")
		require.NoError(t, err, "being refused used up the address")
	}
}

func TestOddNames(t *testing.T) {
	t.Parallel()
	g, _ := newGuard(t, throttle.GuardOptions{PerName: throttle.Options{Burst: 1}, PerAddress: throttle.Options{Burst: 1}})
	long := strings.Repeat("x", 64)
	for i, name := range []string{"a", "é", long, long + "y", long + "z", strings.Repeat("y", 1<<20), "\xff", "a\x00b"} {
		_, err := g.Try(nth(2*i), name, "")
		require.NoError(t, err, "%.70q is another name", name)
		_, err = g.Try(nth(2*i+1), strings.ToUpper(name), "")
		require.Error(t, err, "%.70q is the same name", name)
	}
	// No name: the address alone.
	succeeded, err := g.Try(nth(100), "", "")
	require.NoError(t, err)
	_, err = g.Try(nth(100), "", "")
	require.Error(t, err)
	_, err = g.Try(nth(101), "", "")
	require.NoError(t, err)
	succeeded()
	_, err = g.Try(nth(100), "", "")
	require.NoError(t, err)
}

func TestGuardMemoryIsBounded(t *testing.T) {
	t.Parallel()
	g, _ := newGuard(t, throttle.GuardOptions{
		PerAddress: throttle.Options{Size: 100}, PerName: throttle.Options{Size: 200}, PerDevice: throttle.Options{Size: 300},
	})
	for i := range 10_000 {
		g.Try(nth(i), fmt.Sprint(i), "")
		g.Try(nth(i), fmt.Sprint(i), fmt.Sprint(i))
	}
	addresses, names, devices := g.Lens()
	require.Equal(t, []int{100, 200, 300}, []int{addresses, names, devices})
}

// N right and wrong guesses at once: the wrong ones that pass are no more than the burst.
func TestGuessesAtOnce(t *testing.T) {
	t.Parallel()
	g, _ := newGuard(t, throttle.GuardOptions{})
	var wrong atomic.Int32
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			succeeded, err := g.Try(nth(i), "bob", "")
			switch {
			case err != nil:
			case i%10 == 0:
				succeeded()
			default:
				wrong.Add(1)
			}
			if _, err := g.Try(nth(i), "bob", fmt.Sprint(i)); err != nil {
				t.Error("a known device was refused")
			}
		})
	}
	wg.Wait()
	require.LessOrEqual(t, wrong.Load(), int32(10))
	require.Positive(t, wrong.Load())
}

func FuzzGuard(f *testing.F) {
	f.Add("192.0.2.1", "bob", "")
	f.Add("fe80::1%eth0", "\xff", "d")
	f.Add("", "", "")
	f.Fuzz(func(t *testing.T, address, name, known string) {
		g, err := throttle.NewGuard(throttle.GuardOptions{Now: func() time.Time { return time.Unix(0, 0) }})
		if err != nil {
			t.Fatal(err)
		}
		addr, _ := netip.ParseAddr(address)
		for range 10 {
			if _, err := g.Try(addr, name, known); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := g.Try(addr, strings.ToLower(name), known); err == nil {
			t.Fatal("the eleventh guess passed")
		}
	})
}

package throttle

import (
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
)

// GuardOptions of a Guard. The zero value is good; what the limiters leave out is as said below.
type GuardOptions struct {
	PerAddress Options    // 10 guesses, one more every 6 s
	PerName    Options    // 10 guesses, one more every 10 s
	PerDevice  Options    // for those who are known: 10 guesses, one more every 10 s
	Now        core.Clock // of the limiters that have none; nil: time.Now
}

// Guard slows guessing per address and per name, without locking the owner out. It is safe for
// concurrent use.
type Guard struct {
	addresses, names, devices *Limiter
}

// NewGuard checks the options and returns a Guard.
func NewGuard(o GuardOptions) (*Guard, error) {
	if o.PerAddress.Rate == 0 {
		o.PerAddress.Rate = 6 * time.Second
	}
	g := &Guard{}
	for _, l := range []struct {
		what string
		into **Limiter
		o    Options
	}{
		{"per address", &g.addresses, o.PerAddress},
		{"per name", &g.names, o.PerName},
		{"per device", &g.devices, o.PerDevice},
	} {
		if l.o.Now == nil {
			l.o.Now = o.Now
		}
		made, err := New(l.o)
		if err != nil {
			return nil, fmt.Errorf("guard %s: %w", l.what, err)
		}
		*l.into = made
	}
	return g, nil
}

// Try takes one of the guesses that an address and a name have left: N guesses that are made at
// once cannot all pass. When none is left it takes nothing and the error is KindRateLimited, from
// which RetryAfter tells the wait. A refused attempt is no guess: one address alone cannot use up
// the guesses of a name.
//
// known, when not empty, is a device that has proved before to belong to the name; it has guesses
// of its own, instead of those of the address and the name, so others who guess at the name never
// stop it. Whoever calls vouches for the proof, and for known being the same next time.
//
// An empty name counts for the address only. Names count in any case.
//
// Call succeeded after the right guess, and when it could not be checked. It gives back
// what this attempt took and no more, so that nobody gets new guesses for a name or an address by
// proving something else in between. It may be called more than once.
func (g *Guard) Try(addr netip.Addr, name, known string) (succeeded func(), err error) {
	if known != "" {
		key := deviceKey(name, known)
		if wait := g.devices.Reserve(key); wait > 0 {
			return nil, refusal(wait)
		}
		return sync.OnceFunc(func() { g.devices.Return(key) }), nil
	}
	from, of := AddressKey(addr), nameKey(name)
	if wait := g.addresses.Reserve(from); wait > 0 {
		if name != "" {
			wait = max(wait, g.names.Wait(of))
		}
		return nil, refusal(wait)
	}
	if name == "" {
		return sync.OnceFunc(func() { g.addresses.Return(from) }), nil
	}
	if wait := g.names.Reserve(of); wait > 0 {
		g.addresses.Return(from)
		return nil, refusal(wait)
	}
	return sync.OnceFunc(func() {
		g.addresses.Return(from)
		g.names.Return(of)
	}), nil
}

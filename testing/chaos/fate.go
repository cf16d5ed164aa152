package chaos

import (
	"math/rand/v2"
	"time"
)

// Kind is what happens to a connection.
type Kind int

// The kinds of fate.
const (
	Spared    Kind = iota // nothing
	Cut                   // both sides are reset
	Stalled               // nothing moves for a while, then it is cut
	Hiccup                // nothing moves for a while, then it goes on
	Truncated             // what follows is swallowed, then both sides are closed in order
	Slowed                // from here on little moves at a time
	kinds
)

func (k Kind) String() string {
	return [...]string{"spared", "cut", "stalled", "hiccup", "truncated", "slowed"}[k]
}

// Fate is what happens to one direction of a connection once so many bytes have passed.
type Fate struct {
	Kind  Kind
	After int64         // bytes
	Pause time.Duration // how long it stalls, or between two pieces when slowed
	Piece int           // bytes at a time when slowed
	Drop  int64         // bytes that are swallowed at most when truncated
}

// Line is a connection's: of what the client sends, and of what it gets.
type Line struct{ Up, Down Fate }

// Random returns the fate of connection n, the same for each seed: the larger ferocity is, in bytes,
// the longer it takes to come.
func Random(seed uint64, n int, ferocity int64) Line {
	rnd := rand.New(rand.NewPCG(seed, uint64(n)))
	// Answers are small: one that is lost is lost in its first bytes.
	return Line{Up: random(rnd, ferocity), Down: random(rnd, ferocity/400)}
}

func random(rnd *rand.Rand, ferocity int64) Fate {
	return Fate{
		Kind:  Kind(rnd.IntN(int(kinds))),
		After: int64(rnd.ExpFloat64() * float64(ferocity)),
		Pause: time.Duration(rnd.IntN(20)) * time.Millisecond,
		Piece: 1 + rnd.IntN(64<<10),
		Drop:  int64(rnd.IntN(256 << 10)),
	}
}

package auth

import (
	"crypto/sha256"
	"sync"
	"time"
)

// spent remembers which states came back, for as long as they could do so again. It holds
// two periods, so that forgetting costs nothing. It is safe for concurrent use.
type spent struct {
	life time.Duration // of a state
	size int           // states of one period at most: more turn it early

	mu          sync.Mutex
	now, before map[[sha256.Size]byte]struct{}
	turned      time.Time
}

func newSpent(life time.Duration, size int) *spent {
	return &spent{life: life, size: size, now: map[[sha256.Size]byte]struct{}{}}
}

// first tells whether a state comes back for the first time, and remembers it.
func (s *spent) first(state string, at time.Time) bool {
	key := sha256.Sum256([]byte(state))
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.Sub(s.turned) >= s.life || len(s.now) >= s.size {
		s.before, s.now = s.now, map[[sha256.Size]byte]struct{}{}
		s.turned = at
	}
	if _, ok := s.now[key]; ok {
		return false
	}
	if _, ok := s.before[key]; ok {
		return false
	}
	s.now[key] = struct{}{}
	return true
}

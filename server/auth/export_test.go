package auth

import "time"

// NewSpent returns what remembers states, as a function.
func NewSpent(life time.Duration, size int) func(state string, at time.Time) bool {
	return newSpent(life, size).first
}

// Settle is what becomes of a profile.
func Settle(p *Profile, of Provider) (*Profile, error) { return settle(p, of) }

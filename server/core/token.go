package core

import (
	"crypto/rand"
	"fmt"
	"time"
)

// TokenScope says what an API token may be used for.
type TokenScope string

// The scopes. A token from Plik 1.3 has none, which is ScopeUpload.
const (
	// ScopeUpload makes uploads and administrates those made with the same token.
	ScopeUpload TokenScope = "upload"
	// ScopeRead sees what its user has, and changes nothing.
	ScopeRead TokenScope = "read"
	// ScopeFull does what its user may, but for administration and the keys to the account.
	ScopeFull TokenScope = "full"
)

// Token lets a program act for a user.
type Token struct {
	Token      string // secret
	Comment    string
	UserID     UserID
	Scope      TokenScope // never empty
	CreatedAt  time.Time
	ExpireAt   time.Time // zero: never
	LastUsedAt time.Time // to the hour or so; zero: not known
}

// Expired tells whether the token's time is over.
func (t *Token) Expired(now time.Time) bool {
	return !t.ExpireAt.IsZero() && !now.Before(t.ExpireAt)
}

// NewToken returns a fresh random token (122 bits), a UUID of version 4 (RFC 9562).
func NewToken() string {
	var b [16]byte
	rand.Read(b[:]) // never fails, see crypto/rand
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

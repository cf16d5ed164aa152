package auth

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
)

// minKey is how short a signature key may be; those of Plik 1.3 have 64 bytes.
const minKey = 32

// derive makes a key of 32 bytes for one purpose (RFC 5869), so that what is made for one
// purpose proves nothing in another one.
func derive(key []byte, purpose string) ([]byte, error) {
	if len(key) < minKey {
		return nil, fmt.Errorf("the signature key has %d bytes, it must have %d at least", len(key), minKey)
	}
	out, err := hkdf.Key(sha256.New, key, nil, purpose, 32)
	if err != nil {
		return nil, fmt.Errorf("deriving a key: %w", err)
	}
	return out, nil
}

package auth

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// maxSealed is how long the value of an attempt's cookie may be. Browsers keep 4096 bytes
// of name, value and attributes.
const maxSealed = 3800

// seal encrypts and authenticates attempts. A nonce is 96 random bits: by far more attempts than
// there can be are safe under one key (NIST SP 800-38D, 8.3: 2^32).
type seal struct {
	aead cipher.AEAD
	what []byte // a seal for one provider cannot be opened as one of another
}

func newSeal(key []byte, provider string) (*seal, error) {
	key, err := derive(key, "plik login attempt")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("making a cipher: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("making a cipher: %w", err)
	}
	return &seal{aead: aead, what: []byte(provider)}, nil
}

func (s *seal) close(a *Attempt) (string, error) {
	plain, err := json.Marshal(a)
	if err != nil {
		return "", fmt.Errorf("encoding an attempt: %w", err)
	}
	out := base64.RawURLEncoding.EncodeToString(s.aead.Seal(nil, nil, plain, s.what))
	if len(out) > maxSealed {
		return "", errors.New("an attempt is too long for a cookie")
	}
	return out, nil
}

// open returns the attempt that was sealed, if it was with this key and for this provider.
func (s *seal) open(value string) (*Attempt, bool) {
	if len(value) > maxSealed {
		return nil, false
	}
	sealed, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return nil, false
	}
	plain, err := s.aead.Open(nil, nil, sealed, s.what)
	if err != nil {
		return nil, false
	}
	a := &Attempt{}
	return a, json.Unmarshal(plain, a) == nil
}

package seal

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// keySize is how long keys are, in bytes.
const keySize = 32

const (
	idPurpose   = "plik sealed file, id of the key"
	filePurpose = "plik sealed file, key of the file"
)

// Key is a master key. However it is printed, the key itself is not shown. The zero Key is none.
type Key struct{ *master }

type master struct {
	id     [idSize]byte
	secret [keySize]byte
}

// ParseKey reads 64 hexadecimal digits, or base64 (RFC 4648, padded) of 32 bytes. One newline at
// the end is no part of it. The error does not show the text.
func ParseKey(text string) (Key, error) {
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	if text == "" {
		return Key{}, errors.New("the key is empty: " + keyHint)
	}
	secret, err := hex.DecodeString(text)
	if err != nil || len(secret) != keySize {
		if secret, err = base64.StdEncoding.Strict().DecodeString(text); err != nil {
			return Key{}, errors.New("the key is neither hexadecimal nor base64: " + keyHint)
		}
	}
	if len(secret) != keySize {
		return Key{}, fmt.Errorf("the key has %d bytes: %s", len(secret), keyHint)
	}
	k := Key{new(master)}
	copy(k.secret[:], secret)
	id, err := hkdf.Key(sha256.New, secret, nil, idPurpose, idSize)
	if err != nil {
		return Key{}, fmt.Errorf("deriving the id of a key: %w", err)
	}
	copy(k.id[:], id)
	return k, nil
}

const keyHint = "it must be 64 hexadecimal digits or base64 of 32 bytes, such as openssl rand -hex 32 makes"

// ID names the key and tells nothing about it: 16 hexadecimal digits.
func (k Key) ID() string {
	if k.master == nil {
		return "none"
	}
	return hex.EncodeToString(k.id[:])
}

// Format prints the id, whatever the verb.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, "key ", k.ID()) }

// MissingKeyError says that a file was sealed with a key that is not there.
type MissingKeyError struct{ ID string }

func (e *MissingKeyError) Error() string {
	return "it is sealed with the key " + e.ID + ", which is not configured: add that key after the others"
}

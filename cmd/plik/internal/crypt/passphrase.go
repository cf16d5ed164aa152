package crypt

import (
	"crypto/rand"
	"errors"
	"strings"
)

const (
	passphraseLen     = 25
	maxPassphrase     = 1000 // openssl reads no more of a pipe
	passphraseLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
)

// NewPassphrase returns 25 random letters and digits, 148 bits.
func NewPassphrase() string {
	var out []byte
	for len(out) < passphraseLen {
		var b [32]byte
		_, _ = rand.Read(b[:]) // never fails
		for _, c := range b {
			// Above this the first letters would come up more often.
			if n := len(passphraseLetters); int(c) < 256/n*n && len(out) < passphraseLen {
				out = append(out, passphraseLetters[int(c)%n])
			}
		}
	}
	return string(out)
}

// checkPassphrase refuses what the stock programs could not be given.
func checkPassphrase(p string) error {
	switch {
	case p == "":
		return errors.New("the passphrase is empty")
	case strings.ContainsAny(p, "\n\r\x00"):
		return errors.New("the passphrase contains a line break")
	case len(p) > maxPassphrase:
		return errors.New("the passphrase is too long")
	}
	return nil
}

// quote returns text as one word for a POSIX shell.
func quote(text string) string {
	plain := text != ""
	for _, r := range text {
		plain = plain && (strings.ContainsRune(passphraseLetters, r) || strings.ContainsRune("%+,-./:=@_", r))
	}
	if plain {
		return text
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

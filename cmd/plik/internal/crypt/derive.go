package crypt

import (
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
)

func digest(name string) (func() hash.Hash, bool) {
	h, ok := map[string]func() hash.Hash{
		"md5": md5.New, "sha1": sha1.New, "sha224": sha256.New224, "sha256": sha256.New,
		"sha384": sha512.New384, "sha512": sha512.New,
	}[name]
	return h, ok
}

// derive returns key and initialisation vector of a passphrase, each file having its own salt:
// PBKDF2 of RFC 8018, or what openssl did before, its EVP_BytesToKey with one round.
func (r recipe) derive(passphrase string, salt []byte, ivSize int) (key, iv []byte, err error) {
	h, ok := digest(r.md)
	if !ok {
		return nil, nil, fmt.Errorf("unknown digest %q", r.md)
	}
	n := r.keySize + ivSize
	if r.pbkdf2 {
		out, err := pbkdf2.Key(h, passphrase, salt, r.iter, n)
		if err != nil {
			return nil, nil, fmt.Errorf("pbkdf2: %w", err)
		}
		return out[:r.keySize], out[r.keySize:], nil
	}
	var out, last []byte
	for len(out) < n {
		d := h()
		d.Write(last)
		d.Write([]byte(passphrase))
		d.Write(salt)
		last = d.Sum(nil)
		out = append(out, last...)
	}
	return out[:r.keySize], out[r.keySize:n], nil
}

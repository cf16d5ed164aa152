package password

import (
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/crypto/argon2"

	"github.com/root-gg/plik/server/core"
)

// Parameters of new hashes: the first choice of OWASP's Password Storage Cheat Sheet.
const (
	newMemory  = 19456 // KiB
	newTime    = 2     // passes
	newThreads = 1
	newSaltLen = 16 // bytes
	newSumLen  = 32 // bytes
)

// Most that a stored hash may ask for. Whoever can write rows must not be able to have
// the server spend any memory and time he likes.
const (
	maxMemory  = 64 << 10 // KiB
	maxTime    = 10
	maxThreads = 4
	maxBytes   = 64 // of salt and sum
	minSalt    = 8
	minSum     = 16
)

// phc is an argon2id hash in the form $argon2id$v=19$m=19456,t=2,p=1$salt$sum.
type phc struct {
	memory, time uint32
	threads      uint8
	salt, sum    []byte
}

// newPHC returns a hash with the parameters of today and a fresh salt, its sum to be computed.
func newPHC() phc {
	h := phc{memory: newMemory, time: newTime, threads: newThreads, salt: make([]byte, newSaltLen)}
	rand.Read(h.salt) // never fails, see crypto/rand
	return h
}

// outdated tells whether h is weaker than a new one in any respect.
func (h phc) outdated() bool {
	return h.memory < newMemory || h.time < newTime || len(h.salt) < newSaltLen || len(h.sum) < newSumLen
}

// String returns the PHC form.
func (h phc) String() string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		h.memory, h.time, h.threads, enc.EncodeToString(h.salt), enc.EncodeToString(h.sum))
}

// parsePHC reads the PHC form. What it refuses is KindInternal: rows are ours.
func parsePHC(s string) (phc, error) {
	fields := strings.Split(s, "$")
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" {
		return phc{}, malformed("it is of no known form")
	}
	if fields[2] != "v="+strconv.Itoa(argon2.Version) {
		return phc{}, malformed("its version is unknown")
	}
	params := strings.Split(fields[3], ",")
	if len(params) != 3 {
		return phc{}, malformed("it does not have three parameters")
	}
	var h phc
	var err error
	if h.threads, err = param[uint8](params[2], "p=", 1, maxThreads); err != nil {
		return phc{}, err
	}
	// Argon2 needs eight blocks of 1 KiB for each thread.
	if h.memory, err = param[uint32](params[0], "m=", 8*uint32(h.threads), maxMemory); err != nil {
		return phc{}, err
	}
	if h.time, err = param[uint32](params[1], "t=", 1, maxTime); err != nil {
		return phc{}, err
	}
	if h.salt, err = bytesField(fields[4], minSalt); err != nil {
		return phc{}, err
	}
	h.sum, err = bytesField(fields[5], minSum)
	return h, err
}

// param reads one parameter, which must be a plain decimal from low to high.
func param[T uint8 | uint32](s, name string, low, high T) (T, error) {
	text, ok := strings.CutPrefix(s, name)
	n, err := strconv.ParseUint(text, 10, 32)
	if !ok || err != nil || strconv.FormatUint(n, 10) != text || n < uint64(low) || n > uint64(high) {
		return 0, malformed("its parameter " + name + " is missing or out of bounds")
	}
	return T(n), nil
}

// bytesField reads a field of at least low bytes.
func bytesField(s string, low int) ([]byte, error) {
	b, err := base64.RawStdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) < low || len(b) > maxBytes {
		return nil, malformed("its salt or sum is not base64 of the right length")
	}
	return b, nil
}

// malformed never tells what was stored: it is a secret.
func malformed(why string) error {
	return core.E(core.KindInternal, "password_hash_malformed", "the stored password hash is malformed : %s", why)
}

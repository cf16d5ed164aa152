package password

import (
	"context"
	"crypto/hmac"
	"fmt"

	"github.com/root-gg/plik/server/core"
)

// Bounds of an account's password, in bytes.
const (
	minAccount = 8
	maxAccount = 1024
)

// CheckAccountPassword tells whether an account may have this password: any 8 to 1024 bytes.
// Otherwise the error is KindInvalid.
func CheckAccountPassword(password string) error {
	switch {
	case len(password) < minAccount:
		return core.E(core.KindInvalid, "password_too_short", "password is too short (min %d chars)", minAccount)
	case len(password) > maxAccount:
		return core.E(core.KindInvalid, "password_too_long", "password is too long (max %d bytes)", maxAccount)
	}
	return nil
}

// Generate returns a fresh password that nobody can guess (190 bits), of letters and digits.
func Generate() string { return core.RandomText(32) }

// HashAccount returns the text to store for the password of an account: argon2id in PHC form with a
// fresh salt, 97 characters. It fails when ctx ends before its turn comes, and at once when too
// many are waiting (KindUnavailable).
func (k *Keeper) HashAccount(ctx context.Context, password string) (string, error) {
	if err := k.enter(ctx); err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	defer k.release()
	h := newPHC()
	h.sum = k.derive([]byte(password), h.salt, h.time, h.memory, h.threads, newSumLen)
	return h.String(), nil
}

// VerifyAccount tells whether stored was made of password, by HashAccount or as bcrypt by Plik 1.3,
// and if so, whether it is outdated: then hash the password anew. An empty stored is that of
// a user who does not exist and matches nothing.
//
// A failure takes the same work for every stored, an empty one included, so that its time does
// not tell which users there are: one argon2id of today and, when bcryptInUse says that some user
// still has such a hash, one bcrypt as Plik 1.3 made them. That holds as long as a stored hash
// asks for no more than these.
//
// It fails as HashAccount does, and when stored is of no known form or asks for absurd work
// (KindInternal), in which case the work has been done all the same.
func (k *Keeper) VerifyAccount(ctx context.Context, stored, password string, bcryptInUse bool) (ok, outdated bool, err error) {
	if err := k.enter(ctx); err != nil {
		return false, false, fmt.Errorf("verify password: %w", err)
	}
	defer k.release()
	ok, outdated, done, err := k.check(stored, password)
	if ok {
		return true, outdated, nil
	}
	k.argonRest(done, password)
	if bcryptInUse {
		k.bcryptRest(done, password)
	}
	if err != nil {
		return false, false, fmt.Errorf("verify password: %w", err)
	}
	return false, false, nil
}

// work is what a check has done already.
type work struct {
	passes uint64 // of argon2id, over 1 KiB each
	cost   int    // of bcrypt, which is 2^cost rounds; 0: none
}

// check does the check proper.
func (k *Keeper) check(stored, password string) (ok, outdated bool, done work, err error) {
	switch {
	case stored == "":
		return false, false, work{}, nil
	case isBcrypt(stored):
		done.cost = bcryptCost(stored)
		if done.cost > maxCost {
			return false, false, work{}, malformed("its cost is out of bounds")
		}
		return k.equalBcrypt(stored, password), true, done, nil
	}
	h, err := parsePHC(stored)
	if err != nil {
		return false, false, work{}, err
	}
	sum := k.derive([]byte(password), h.salt, h.time, h.memory, h.threads, uint32(len(h.sum)))
	done.passes = uint64(h.memory) * uint64(h.time)
	return hmac.Equal(h.sum, sum), h.outdated(), done, nil
}

// argonRest does what is missing of an argon2id of today.
func (k *Keeper) argonRest(done work, password string) {
	const all = newMemory * newTime
	if done.passes >= all {
		return
	}
	memory := uint32(all-done.passes) / newTime
	if memory < 8*newThreads { // less than argon2id can do
		return
	}
	k.derive([]byte(password), make([]byte, newSaltLen), newTime, memory, newThreads, newSumLen)
}

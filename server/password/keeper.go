// Package password keeps the passwords of uploads and of accounts: it hashes new ones with
// argon2id, verifies these and the forms of Plik 1.3 (MD5 for uploads, bcrypt for accounts), and
// reads HTTP Basic credentials.
package password

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
	"golang.org/x/crypto/bcrypt"

	"github.com/root-gg/plik/server/core"
)

const (
	defaultWorkers = 2
	cacheSize      = 1024
	cacheLife      = 5 * time.Minute
)

// Options of a Keeper. The zero value is good.
type Options struct {
	// Now tells the time; nil: time.Now.
	Now core.Clock
	// Workers is how many hashes are computed at once, each of which takes 19 MiB
	// (64 MiB at most for a stored one); 0: two. Uploads and accounts share them.
	Workers int
}

// Keeper hashes and verifies passwords. It is safe for concurrent use.
type Keeper struct {
	now     core.Clock
	derive  deriveFunc
	compare func(hash, password []byte) error // bcrypt.CompareHashAndPassword
	slots   chan struct{}
	waiting atomic.Int32 // who want to hash the password of an account
	key     []byte       // of the cache, new in each process
	cache   *cache

	mu      sync.Mutex
	flights map[cacheKey]*flight // guarded checks under way
}

// deriveFunc is argon2.IDKey's.
type deriveFunc func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte

// New makes a Keeper. A negative number of workers is an error.
func New(o Options) (*Keeper, error) {
	if o.Workers < 0 {
		return nil, errors.New("password: Workers is negative")
	}
	if o.Workers == 0 {
		o.Workers = defaultWorkers
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	key := make([]byte, sha256.Size)
	rand.Read(key) // never fails, see crypto/rand
	return &Keeper{
		now:     o.Now,
		derive:  argon2.IDKey,
		compare: bcrypt.CompareHashAndPassword,
		slots:   make(chan struct{}, o.Workers),
		key:     key,
		cache:   newCache(cacheSize, cacheLife),
		flights: map[cacheKey]*flight{},
	}, nil
}

// Hash returns the text to store for these credentials: argon2id in PHC form with a
// fresh salt, 97 characters. It fails only when ctx ends before its turn comes.
func (k *Keeper) Hash(ctx context.Context, login, password string) (string, error) {
	if err := k.acquire(ctx); err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	defer k.release()
	h := newPHC()
	h.sum = k.sum(h, newSumLen, login, password)
	return h.String(), nil
}

// Verify tells whether login and password are those that stored, which came from Hash
// or from Plik 1.3, was made of. It fails when stored is of no known form or asks for
// absurd work (KindInternal), and when ctx ends before its turn comes.
//
// A success is remembered for five minutes, for this scope and stored only: the scope
// is what the password opens, such as an upload id.
func (k *Keeper) Verify(ctx context.Context, scope, stored, login, password string) (bool, error) {
	id := k.cacheKey(scope, stored, login, password)
	if isMD5(stored) {
		ok := equalMD5(stored, login, password)
		if ok {
			k.cache.add(id, k.now())
		}
		return ok, nil
	}
	h, err := parsePHC(stored)
	if err != nil {
		return false, fmt.Errorf("verify password: %w", err)
	}
	if k.cache.has(id, k.now()) {
		return true, nil
	}
	if err := k.acquire(ctx); err != nil {
		return false, fmt.Errorf("verify password: %w", err)
	}
	defer k.release()
	// Of requests that came together, such as those of one download in parts, one has
	// done the work for all.
	if k.cache.has(id, k.now()) {
		return true, nil
	}
	if !hmac.Equal(h.sum, k.sum(h, len(h.sum), login, password)) {
		return false, nil
	}
	k.cache.add(id, k.now())
	return true, nil
}

// sum computes the hash of the credentials with the parameters and salt of h. Login and
// password are one text, as they are in HTTP Basic: "a:b" and "c" are "a" and "b:c".
func (k *Keeper) sum(h phc, length int, login, password string) []byte {
	return k.derive([]byte(login+":"+password), h.salt, h.time, h.memory, h.threads, uint32(length))
}

// cacheKey names credentials in the cache without holding them.
func (k *Keeper) cacheKey(parts ...string) cacheKey {
	mac := hmac.New(sha256.New, k.key)
	var length [8]byte
	for _, p := range parts {
		// The length keeps the border between parts where it is.
		binary.LittleEndian.PutUint64(length[:], uint64(len(p)))
		mac.Write(length[:])
		mac.Write([]byte(p))
	}
	return cacheKey(mac.Sum(nil))
}

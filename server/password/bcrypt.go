package password

import (
	"fmt"
	"strings"
)

const (
	oldCost     = 14 // of what Plik 1.3 made
	maxCost     = 16 // that a stored hash may ask for: some seconds of work
	maxBcrypt   = 72 // bytes of a password that bcrypt looks at
	bcryptChars = 53 // of salt and sum
)

// isBcrypt tells whether stored has the form $2a$14$ and 53 characters, 2b and 2y being the same.
func isBcrypt(stored string) bool {
	if len(stored) != 7+bcryptChars || stored[:2] != "$2" || !strings.ContainsRune("aby", rune(stored[2])) ||
		stored[3] != '$' || stored[6] != '$' {
		return false
	}
	if c := bcryptCost(stored); c < 4 || c > 31 {
		return false
	}
	for _, c := range []byte(stored[7:]) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '.' && c != '/' {
			return false
		}
	}
	return true
}

// bcryptCost returns the cost that is written in a hash, -1 if that is no number.
func bcryptCost(stored string) int {
	tens, ones := stored[4]-'0', stored[5]-'0'
	if tens > 9 || ones > 9 {
		return -1
	}
	return int(tens)*10 + int(ones)
}

// equalBcrypt tells whether stored was made of password. No hash was ever made of more than 72
// bytes: Plik 1.3 refused these, and their beginning alone is not the password.
func (k *Keeper) equalBcrypt(stored, password string) bool {
	err := k.compare([]byte(stored), []byte(password[:min(len(password), maxBcrypt)]))
	return err == nil && len(password) <= maxBcrypt
}

// bcryptRest does what is missing of a bcrypt of Plik 1.3: 2^14 rounds, of which 2^n are done, are
// 2^n + 2^(n+1) + ... + 2^13 more.
func (k *Keeper) bcryptRest(done work, password string) {
	if done.cost == 0 {
		k.equalBcrypt(dummyBcrypt(oldCost), password)
		return
	}
	for cost := done.cost; cost < oldCost; cost++ {
		k.equalBcrypt(dummyBcrypt(cost), password)
	}
}

// dummyBcrypt returns a hash of nothing.
func dummyBcrypt(cost int) string {
	return fmt.Sprintf("$2a$%02d$%s", cost, strings.Repeat(".", bcryptChars))
}

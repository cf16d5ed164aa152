package password

// SetDerive replaces the hash function of k, for tests that watch it being called.
func (k *Keeper) SetDerive(f func(password, salt []byte, time, memory uint32, threads uint8, keyLen uint32) []byte) {
	k.derive = f
}

// SetCompare replaces the bcrypt function of k, likewise.
func (k *Keeper) SetCompare(f func(hash, password []byte) error) { k.compare = f }

// CacheLen returns how many successes are remembered.
func (k *Keeper) CacheLen() int {
	k.cache.mu.Lock()
	defer k.cache.mu.Unlock()
	return k.cache.order.Len()
}

package throttle

// Len returns how many buckets are remembered.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.buckets) != len(l.order) {
		panic("throttle: a bucket is not in both")
	}
	return len(l.buckets)
}

// Has tells whether the key has a bucket.
func (l *Limiter) Has(key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, ok := l.buckets[key]
	return ok
}

// Lens returns how many buckets a Guard remembers.
func (g *Guard) Lens() (addresses, names, devices int) {
	return g.addresses.Len(), g.names.Len(), g.devices.Len()
}

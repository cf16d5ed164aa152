package password

import (
	"container/list"
	"crypto/sha256"
	"sync"
	"time"
)

type cacheKey [sha256.Size]byte

// cache remembers keys for some time, the most recently used ones when there are too
// many. It is safe for concurrent use.
type cache struct {
	size int
	life time.Duration

	mu    sync.Mutex
	byKey map[cacheKey]*list.Element
	order *list.List // of cached, most recently used first
}

type cached struct {
	key cacheKey
	at  time.Time // when it was added
}

func newCache(size int, life time.Duration) *cache {
	return &cache{size: size, life: life, byKey: make(map[cacheKey]*list.Element), order: list.New()}
}

// has tells whether key was added less than life before now. A key that was added
// after now, by a clock that was set back since, is forgotten as well.
func (c *cache) has(key cacheKey, now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return false
	}
	if age := now.Sub(e.Value.(cached).at); age < 0 || age >= c.life {
		c.remove(e)
		return false
	}
	c.order.MoveToFront(e)
	return true
}

// add remembers key from now on.
func (c *cache) add(key cacheKey, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e, ok := c.byKey[key]; ok {
		c.remove(e)
	}
	c.byKey[key] = c.order.PushFront(cached{key: key, at: now})
	if c.order.Len() > c.size {
		c.remove(c.order.Back())
	}
}

func (c *cache) remove(e *list.Element) {
	c.order.Remove(e)
	delete(c.byKey, e.Value.(cached).key)
}

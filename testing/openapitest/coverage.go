package openapitest

import (
	"fmt"
	"maps"
	"slices"
	"sync"
)

// Coverage notes which documented answers were exercised. One may be shared by all the tests
// of a package. The zero value is ready; it is safe for concurrent use.
type Coverage struct {
	mu   sync.Mutex
	seen map[string]bool // "METHOD /path/{template} STATUS": exercised
}

// learn makes every answer of the document known.
func (c *Coverage) learn(d *document) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil {
		c.seen = map[string]bool{}
	}
	for _, p := range d.paths {
		for method, op := range p.item.Operations() {
			for status := range op.Responses.Map() {
				key := method + " " + p.template + " " + status
				if _, known := c.seen[key]; !known {
					c.seen[key] = false
				}
			}
		}
	}
}

func (c *Coverage) note(method, template string, status int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen[fmt.Sprintf("%s %s %d", method, template, status)] = true
}

// Seen returns the answers that were exercised, sorted, as "METHOD /path/{template} STATUS".
func (c *Coverage) Seen() []string { return c.list(true) }

// Missing returns the documented answers that were not exercised, sorted likewise. It is
// empty as long as no Checker was made with this Coverage.
func (c *Coverage) Missing() []string { return c.list(false) }

func (c *Coverage) list(seen bool) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, key := range slices.Sorted(maps.Keys(c.seen)) {
		if c.seen[key] == seen {
			out = append(out, key)
		}
	}
	return out
}

package cleaner

import (
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
)

// watcher tells which instances have fallen silent. It compares each heartbeat with the one
// before and counts in heartbeats of our own, never by the clock: the clocks of machines
// differ and jump, and after minutes without a database everybody's last heartbeat is old.
type watcher struct {
	limit int // heartbeats of ours without one of theirs that make them dead

	mu   sync.Mutex
	seen map[string]sighting
}

type sighting struct {
	at     time.Time // their last heartbeat
	missed int       // heartbeats of ours since we first saw it
}

// look takes in the instances as they are just after a heartbeat of ours.
func (w *watcher) look(known []core.Instance) {
	w.mu.Lock()
	defer w.mu.Unlock()
	next := make(map[string]sighting, len(known))
	for _, i := range known {
		s, ok := w.seen[i.ID]
		if ok && s.at.Equal(i.SeenAt) {
			s.missed++
		} else {
			s = sighting{at: i.SeenAt}
		}
		next[i.ID] = s
	}
	w.seen = next
}

// silent tells whether i, just read, has missed too many heartbeats.
func (w *watcher) silent(i core.Instance) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	s, ok := w.seen[i.ID]
	return ok && s.at.Equal(i.SeenAt) && s.missed >= w.limit
}

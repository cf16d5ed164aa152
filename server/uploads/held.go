package uploads

import (
	"sync"

	"github.com/root-gg/plik/server/core"
)

// holds are the one-shot files that are being handed out: nobody else can have them any
// more, but their bytes must stay until they are out.
type holds struct {
	mu  sync.Mutex
	ids map[core.FileID]struct{}
}

func newHolds() *holds { return &holds{ids: map[core.FileID]struct{}{}} }

func (h *holds) add(ids []core.FileID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		h.ids[id] = struct{}{}
	}
}

func (h *holds) drop(ids []core.FileID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, id := range ids {
		delete(h.ids, id)
	}
}

// Held tells whether this daemon is handing out the bytes of a Removed file.
func (s *Service) Held(id core.FileID) bool {
	s.held.mu.Lock()
	defer s.held.mu.Unlock()
	_, held := s.held.ids[id]
	return held
}

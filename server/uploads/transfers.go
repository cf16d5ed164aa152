package uploads

import (
	"context"
	"sync"

	"github.com/root-gg/plik/server/core"
)

// transfers are the uploads this daemon is receiving, so that deleting a file stops
// its upload at once.
type transfers struct {
	mu   sync.Mutex
	stop map[core.FileID]context.CancelCauseFunc
}

func newTransfers() *transfers {
	return &transfers{stop: map[core.FileID]context.CancelCauseFunc{}}
}

// begin registers the upload of a file. end must be called when it is over.
func (t *transfers) begin(ctx context.Context, id core.FileID) (_ context.Context, end func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	t.mu.Lock()
	t.stop[id] = cancel
	t.mu.Unlock()
	return ctx, func() {
		t.mu.Lock()
		delete(t.stop, id)
		t.mu.Unlock()
		cancel(nil)
	}
}

// cancel stops the upload of a file, if there is one, because of cause.
func (t *transfers) cancel(id core.FileID, cause error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if stop, ok := t.stop[id]; ok {
		stop(cause)
	}
}

// Abort ends the transfers of files that were deleted.
func (s *Service) Abort(files []core.FileID) {
	for _, id := range files {
		s.stop(id)
	}
}

var errDeleted = core.E(core.KindConflict, "file_deleted", "the file was deleted while it was being uploaded")

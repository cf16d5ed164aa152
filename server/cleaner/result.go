package cleaner

import (
	"fmt"
	"time"
)

// Result counts what one pass did.
type Result struct {
	Skipped bool // another daemon is cleaning, nothing was done

	Recovered      int // files of dead daemons that can be sent anew
	RemovedUploads int // expired uploads marked deleted
	DeletedFiles   int // files whose bytes were deleted
	DeletedUploads int // deleted uploads whose rows were dropped
	OrphanFiles    int // file rows without an upload, dropped
	OrphanTokens   int // token rows without a user, dropped
	Partials       int // leftovers of unfinished uploads, dropped
	GivenUp        int // resumable uploads that nothing came for

	Start    time.Time
	Duration time.Duration
}

// Empty tells whether the pass changed nothing.
func (r Result) Empty() bool {
	return r.Recovered+r.RemovedUploads+r.DeletedFiles+r.DeletedUploads+r.OrphanFiles+r.OrphanTokens+r.Partials+r.GivenUp == 0
}

// String says in one line what the pass did.
func (r Result) String() string {
	if r.Skipped {
		return "skipped, another daemon is cleaning"
	}
	text := fmt.Sprintf("%d uploads expired, %d files and %d uploads deleted, %d interrupted files recovered, "+
		"%d orphan files, %d orphan tokens and %d partial files dropped",
		r.RemovedUploads, r.DeletedFiles, r.DeletedUploads, r.Recovered, r.OrphanFiles, r.OrphanTokens, r.Partials)
	if r.GivenUp > 0 {
		text += fmt.Sprintf(", %d resumable uploads given up", r.GivenUp)
	}
	return text
}

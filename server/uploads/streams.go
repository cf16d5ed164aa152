package uploads

import (
	"context"
	"sync"

	"github.com/root-gg/plik/server/core"
)

var (
	errReceiverGone = core.E(core.KindConflict, "receiver_gone", "the receiver left before the end of the file, send it again")
	errSenderGone   = core.E(core.KindConflict, "sender_gone", "the sender left before the end of the file")
	errStopping     = core.E(core.KindUnavailable, "stopping", "the server is stopping, try again in a minute")
	errTaken        = core.E(core.KindNotFound, "stream_taken", "someone else is receiving this file already")
)

// streams pairs senders with receivers. Nothing of a stream is kept anywhere else.
type streams struct {
	mu      sync.Mutex
	senders map[core.FileID]*sender
	waiting map[core.FileID][]chan struct{}
	closed  bool
}

// sender is an upload that waits for its receiver, or has found it.
type sender struct {
	stop     context.CancelCauseFunc
	receiver chan *receiver // capacity 1
	decided  chan struct{}  // closed when it has opened or withdrawn
	open     bool           // receivers may come
	taken    bool           // one came
}

// receiver is a download that has found its sender. The sender writes to it.
type receiver struct {
	ctx  context.Context
	sink Sink
	done chan error // capacity 1: how the transfer ended
}

func newStreams() *streams {
	return &streams{senders: map[core.FileID]*sender{}, waiting: map[core.FileID][]chan struct{}{}}
}

// offer registers a sender, which receivers cannot take before open.
func (s *streams) offer(id core.FileID, stop context.CancelCauseFunc) (*sender, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errStopping
	}
	if s.senders[id] != nil {
		return nil, notMissing(core.Uploading)
	}
	snd := &sender{stop: stop, receiver: make(chan *receiver, 1), decided: make(chan struct{})}
	s.senders[id] = snd
	return snd, nil
}

// open lets receivers in, and wakes those who wait for it.
func (s *streams) open(id core.FileID, snd *sender) {
	s.mu.Lock()
	defer s.mu.Unlock()
	snd.open = true
	close(snd.decided)
	for _, w := range s.waiting[id] {
		close(w)
	}
	delete(s.waiting, id)
}

// withdraw ends an offer, once or more often. A receiver that came in the last moment is told.
func (s *streams) withdraw(id core.FileID, snd *sender) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.senders[id] == snd {
		delete(s.senders, id)
		if !snd.open {
			close(snd.decided)
		}
	}
	select {
	case r := <-snd.receiver:
		r.done <- errSenderGone
	default:
	}
}

// take gives a receiver to the sender of a file. Exactly one gets through. Of a sender that
// has not opened yet it returns what is closed when that is decided.
func (s *streams) take(id core.FileID, r *receiver) (opening <-chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	snd := s.senders[id]
	switch {
	case s.closed:
		return nil, errStopping
	case snd == nil:
		return nil, core.E(core.KindNotFound, "file_unavailable", "the sender of this file is gone")
	case !snd.open:
		return snd.decided, nil
	case snd.taken:
		return nil, errTaken
	}
	snd.taken = true
	snd.receiver <- r
	return nil, nil
}

// await returns when a sender of the file has come or ctx has ended.
func (s *streams) await(ctx context.Context, id core.FileID) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return errStopping
	}
	if snd := s.senders[id]; snd != nil && snd.open {
		s.mu.Unlock()
		return nil
	}
	came := make(chan struct{})
	s.waiting[id] = append(s.waiting[id], came)
	s.mu.Unlock()
	select {
	case <-came:
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.closed {
			return errStopping
		}
		return nil
	case <-ctx.Done():
		s.forget(id, came)
		return ctx.Err()
	}
}

func (s *streams) forget(id core.FileID, came chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.waiting[id]
	for i, w := range list {
		if w == came {
			list[i] = list[len(list)-1]
			s.waiting[id] = list[:len(list)-1]
			break
		}
	}
	if len(s.waiting[id]) == 0 {
		delete(s.waiting, id)
	}
}

// cancel stops the sender of a file, and with it a transfer under way, because of cause.
func (s *streams) cancel(id core.FileID, cause error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if snd := s.senders[id]; snd != nil {
		snd.stop(cause)
	}
}

// close refuses what comes from now on, and stops who is waiting. Transfers under way go on.
func (s *streams) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, snd := range s.senders {
		if !snd.taken {
			snd.stop(errStopping)
		}
	}
	for id, list := range s.waiting {
		for _, w := range list {
			close(w)
		}
		delete(s.waiting, id)
	}
}

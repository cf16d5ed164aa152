package uploads

import (
	"context"
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
)

// Relay fetches streams whose sender is at another daemon of the installation.
type Relay interface {
	// Fetch hands the bytes of f to sink. See Service.Stream for errors.
	Fetch(ctx context.Context, f *core.File, sink Sink) error
}

// How often the database is asked what other daemons have done.
const (
	askForSender   = 500 * time.Millisecond
	askForDeletion = 2 * time.Second
)

// isElsewhere tells whether the sender of f is at another daemon.
func (s *Service) isElsewhere(f *core.File) bool {
	return s.relay != nil && f.Status == core.Uploading && f.Instance != s.instance && f.Instance != core.ResumableInstance
}

// AwaitSender returns when somebody sends f, here or at another daemon, or ctx has ended.
func (s *Service) AwaitSender(ctx context.Context, f *core.File) error {
	if s.relay == nil {
		return s.streams.await(ctx, f.ID)
	}
	waiting, stop := context.WithCancel(ctx)
	defer stop()
	found := false
	var wg sync.WaitGroup
	wg.Go(func() {
		s.poll(waiting, askForSender, func() bool {
			_, now, err := s.store.UploadAndFile(waiting, f.UploadID, f.ID)
			found = err == nil && now != nil && s.isElsewhere(now) || core.KindOf(err) == core.KindNotFound
			if found {
				stop()
			}
			return !found
		})
	})
	err := s.streams.await(waiting, f.ID)
	stop()
	wg.Wait()
	if found {
		return nil
	}
	return err
}

// watchDeletion stops a sender whose file was deleted by another daemon. It ends with ctx.
func (s *Service) watchDeletion(ctx context.Context, f *core.File, stop context.CancelCauseFunc) {
	s.poll(ctx, askForDeletion, func() bool {
		_, now, err := s.store.UploadAndFile(ctx, f.UploadID, f.ID)
		switch {
		case err != nil && core.KindOf(err) != core.KindNotFound:
			return true // the database will be back
		case err != nil, now == nil, now.Status != core.Uploading, now.Instance != s.instance:
			stop(errDeleted)
			return false
		}
		return true
	})
}

// poll calls again every so often, as long as it returns true and ctx lasts.
func (s *Service) poll(ctx context.Context, every time.Duration, again func() bool) {
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			if !again() {
				return
			}
		case <-ctx.Done():
			return
		}
	}
}

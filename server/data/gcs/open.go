package gcs

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"time"

	"cloud.google.com/go/storage"

	"github.com/root-gg/plik/server/data"
)

// Open returns the bytes of rng; see data.Backend. A connection that breaks is made anew where it
// broke, several times; an object that was replaced meanwhile is an error.
func (s *Store) Open(ctx context.Context, key data.Key, rng data.Range) (io.ReadCloser, error) {
	if rng.Offset < 0 || rng.Length < 0 {
		return nil, errRange
	}
	if !key.Plain() {
		return nil, errAbsent
	}
	return s.open(ctx, s.objectName(key), rng)
}

func (s *Store) open(ctx context.Context, name string, rng data.Range) (io.ReadCloser, error) {
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	r := &reader{s: s, ctx: ctx, object: s.bucket.Object(name), at: rng.Offset, end: math.MaxInt64}
	if rng.Length > 0 && rng.Length <= math.MaxInt64-rng.Offset {
		r.end = rng.Offset + rng.Length
	}
	err := r.open()
	if err == nil {
		return r, nil
	}
	gone, lookErr := s.absent(ctx, err)
	switch {
	case lookErr != nil:
		return nil, lookErr
	case gone:
		return nil, errAbsent
	}
	return nil, failure(ctx, "open an object", err)
}

// reader reads an object from at to end.
type reader struct {
	s      *Store
	ctx    context.Context
	object *storage.ObjectHandle // once it was opened, of that generation
	pinned bool
	at     int64
	end    int64 // of what is wanted, and of the object once it is known

	body   *storage.Reader // from at on; nil: none
	cancel context.CancelFunc
	timer  *time.Timer // cancels when nothing comes for a while
}

// open asks for what is left.
func (r *reader) open() error {
	length := int64(-1)
	if r.end < math.MaxInt64 {
		length = r.end - r.at
	}
	ctx, cancel := context.WithCancel(r.ctx)
	timer := time.AfterFunc(idle, cancel)
	body, err := r.object.NewRangeReader(ctx, r.at, length)
	timer.Stop()
	if statusOf(err) == http.StatusRequestedRangeNotSatisfiable {
		cancel()
		r.end = r.at
		return nil
	}
	if err != nil {
		cancel()
		return err
	}
	r.body, r.cancel, r.timer = body, cancel, timer
	r.end = min(r.end, r.at+body.Remain())
	if !r.pinned {
		r.object, r.pinned = r.object.Generation(body.Attrs.Generation), true
	}
	r.s.seen.Store(true)
	return nil
}

// attempts is how often in a row a connection that gives nothing is made anew.
const attempts = 4

func (r *reader) Read(p []byte) (int, error) {
	if r.at >= r.end {
		return 0, io.EOF
	}
	if int64(len(p)) > r.end-r.at {
		p = p[:r.end-r.at]
	}
	var err error
	for attempt := range attempts {
		if attempt > 0 {
			if err := pause(r.ctx, r.s.pauses[min(attempt, len(r.s.pauses))-1]); err != nil {
				return 0, err
			}
		}
		if r.body == nil {
			if err = r.open(); err != nil { // after attempts of its own
				break
			}
		}
		if r.body == nil {
			return 0, failure(r.ctx, "read on", errors.New("the object became shorter"))
		}
		var n int
		r.timer.Reset(idle)
		n, err = r.body.Read(p)
		r.timer.Stop()
		r.at += int64(n)
		if err != nil && r.at < r.end {
			r.drop()
		}
		if n > 0 {
			return n, nil
		}
		if err == nil {
			return 0, nil
		}
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return 0, failure(r.ctx, "read on", err)
}

func (r *reader) drop() {
	if r.body != nil {
		r.timer.Stop()
		r.cancel()
		_ = r.body.Close() // what was read was good
		r.body = nil
	}
}

func (r *reader) Close() error {
	r.drop()
	return nil
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}

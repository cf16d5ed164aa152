package swift

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strconv"

	lib "github.com/ncw/swift/v2"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Open returns the bytes of rng; see data.Backend. A connection that breaks is made anew where it
// broke, several times; an object that was replaced meanwhile is an error.
func (s *Store) Open(ctx context.Context, key data.Key, rng data.Range) (io.ReadCloser, error) {
	if rng.Offset < 0 || rng.Length < 0 {
		return nil, core.E(core.KindInvalid, "range_invalid", "invalid range")
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if !key.Plain() {
		return nil, errAbsent
	}
	if err := s.prepare(ctx); err != nil { // so that an absent container is not an absent object
		return nil, err
	}
	r := &reader{s: s, name: objectName(key), at: rng.Offset, end: math.MaxInt64}
	if rng.Length > 0 && rng.Length <= math.MaxInt64-rng.Offset {
		r.end = rng.Offset + rng.Length
	}
	r.ctx, r.cancel = context.WithCancel(ctx)
	open := func(context.Context) error { return r.open() }
	err := s.retry(r.ctx, open)
	if absent(err) { // a replica says that too while the object is replaced, or if it was away
		r.newest = true
		err = s.retry(r.ctx, open)
	}
	if err != nil {
		r.cancel()
		if absent(err) {
			return nil, errAbsent
		}
		return nil, s.failure("open an object", err)
	}
	return r, nil
}

// reader reads an object from at to end.
type reader struct {
	s      *Store
	ctx    context.Context
	cancel context.CancelFunc
	name   string
	etag   string // of the object that was opened first
	newest bool   // all replicas are asked
	at     int64
	end    int64         // of what is wanted, and of the object once it is known
	body   io.ReadCloser // from at on; nil: none
}

// open asks for what is left.
func (r *reader) open() error {
	h := lib.Headers{}
	if r.at > 0 || r.end < math.MaxInt64 {
		h["Range"] = fmt.Sprintf("bytes=%d-", r.at)
		if r.end < math.MaxInt64 {
			h["Range"] += strconv.FormatInt(r.end-1, 10)
		}
	}
	if r.newest {
		h["X-Newest"] = "true"
	}
	if r.etag != "" {
		h["If-Match"] = `"` + r.etag + `"`
	}
	resp, headers, err := r.s.get(r.ctx, r.s.container, r.name, h, nil)
	if statusOf(err) == http.StatusRequestedRangeNotSatisfiable {
		r.end, r.body = r.at, http.NoBody
		return nil
	}
	if err != nil {
		return err
	}
	length, err := strconv.ParseInt(headers["Content-Length"], 10, 64)
	if err == nil && resp.StatusCode == http.StatusOK && r.at > 0 && length > 0 {
		err = errors.New("this store does not know ranges")
	}
	if err != nil {
		resp.Body.Close()
		return lastError{err}
	}
	r.etag, r.body = headers["Etag"], resp.Body
	r.end = min(r.end, r.at+length)
	return nil
}

// attempts is how often in a row a connection that gives nothing is made anew.
const attempts = 5

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
			if err = r.open(); err != nil && !transient(err) {
				break
			} else if err != nil {
				continue
			}
		}
		var n int
		n, err = r.body.Read(p)
		r.at += int64(n)
		if err != nil && r.at < r.end {
			r.body.Close()
			r.body = nil
		}
		if n > 0 {
			return n, nil
		}
		if err == nil {
			return 0, nil
		}
	}
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return 0, r.s.failure("read on", err)
}

func (r *reader) Close() error {
	defer r.cancel()
	if r.body == nil {
		return nil
	}
	r.body.Close() // it may have been cut off: what was read was good
	return nil
}

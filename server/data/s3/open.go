package s3

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Open returns the bytes of rng; see data.Backend. They come from the store as they are read,
// while ctx lasts. A connection that breaks is made anew at the same place a few times, and the
// end is never early: what does not come is an error.
func (s *Store) Open(ctx context.Context, key data.Key, rng data.Range) (io.ReadCloser, error) {
	if rng.Offset < 0 || rng.Length < 0 {
		return nil, errRange
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if !key.Plain() {
		return nil, errAbsent
	}
	sseKey, err := keyIn(key.Details)
	if err != nil {
		return nil, err
	}
	return s.open(ctx, s.objectName(key.File), sseKey, rng)
}

func (s *Store) open(ctx context.Context, name, key string, rng data.Range) (*reader, error) {
	r := &reader{s: s, ctx: ctx, name: name, key: key, at: rng.Offset, left: -1}
	if rng.Length > 0 && rng.Offset <= math.MaxInt64-rng.Length {
		r.end = rng.Offset + rng.Length
	}
	if err := s.retry(ctx, func(context.Context) error { return r.connect() }); err != nil {
		return nil, s.failure(ctx, "read the file", err)
	}
	return r, nil
}

// tries is how often in a row a connection may break without a byte.
const tries = 5

// reader reads an object. It belongs to one goroutine.
type reader struct {
	s         *Store
	ctx       context.Context
	name, key string
	at        int64 // where the next byte is
	end       int64 // where what is wanted ends; 0: with the object
	left      int64 // how many bytes are still to come; -1: not known yet
	etag      string
	body      io.ReadCloser // nil: none
	cancel    context.CancelFunc
	idle      *time.Timer // ends a body that gives nothing
	fails     int
	err       error
}

// connect asks for what is still to come.
func (r *reader) connect() error {
	var o minio.GetObjectOptions
	o.ServerSideEncryption = reading(r.key)
	if r.at > 0 || r.end > 0 {
		o.Set("Range", r.header())
	}
	if r.etag != "" {
		if err := o.SetMatchETag(r.etag); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithCancel(r.ctx)
	body, info, header, err := r.s.c.core.GetObject(ctx, r.s.o.Bucket, r.name, o)
	if err != nil {
		cancel()
		if codeOf(err) == minio.InvalidRange && r.left < 0 { // from the end on there is nothing
			r.left, r.cancel = 0, func() {}
			return nil
		}
		return err
	}
	size := info.Size
	if r.end > 0 {
		size = min(size, r.end-r.at)
	}
	switch { // what no store should do
	case r.at > 0 && !strings.HasPrefix(header.Get("Content-Range"), fmt.Sprintf("bytes %d-", r.at)):
		err = errors.New("the store ignores ranges")
	case size < 0:
		err = errors.New("the store does not say how much it sends")
	case r.left >= 0 && r.left != size:
		err = fmt.Errorf("the store sends %d bytes instead of %d", size, r.left)
	}
	if err != nil {
		cancel()
		return errors.Join(err, body.Close())
	}
	if r.left < 0 {
		r.left, r.etag = size, info.ETag
	}
	r.body, r.cancel = body, cancel
	r.idle = time.AfterFunc(r.s.idleFor, cancel)
	r.idle.Stop()
	return nil
}

// header is the range of RFC 9110, 14.2.
func (r *reader) header() string {
	text := "bytes=" + strconv.FormatInt(r.at, 10) + "-"
	if r.end > 0 {
		text += strconv.FormatInt(r.end-1, 10)
	}
	return text
}

func (r *reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	for {
		if r.left == 0 {
			r.disconnect()
			r.err = io.EOF
			return 0, r.err
		}
		n, err := r.read(p)
		if n > 0 {
			r.fails = 0
			return n, nil // an error comes again
		}
		if err := r.again(err); err != nil {
			r.err = err
			return 0, err
		}
	}
}

// read reads from the connection; without an error there is at least one byte.
func (r *reader) read(p []byte) (int, error) {
	if r.body == nil {
		if err := r.connect(); err != nil {
			return 0, err
		}
	}
	r.idle.Reset(r.s.idleFor)
	n, err := r.body.Read(p[:min(int64(len(p)), r.left)])
	r.idle.Stop()
	r.at += int64(n)
	r.left -= int64(n)
	if err == io.EOF && r.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// again makes ready for another try after err, or returns why there is none.
func (r *reader) again(err error) error {
	r.disconnect()
	r.fails++
	switch {
	case r.ctx.Err() != nil:
		return context.Cause(r.ctx)
	case codeOf(err) == minio.PreconditionFailed:
		return errors.New("read the file: it was replaced meanwhile")
	case err == nil: // a Read may do that
		err = io.ErrNoProgress
	}
	if r.fails >= tries || !transient(err) || !sleep(r.ctx, firstPause<<r.fails) {
		return r.s.failure(r.ctx, fmt.Sprintf("read the file, %d bytes are missing", r.left), err)
	}
	return nil
}

// disconnect ends the connection; one that was read to its end is kept for others.
func (r *reader) disconnect() {
	if r.body == nil {
		return
	}
	if r.left == 0 {
		var one [1]byte
		r.idle.Reset(r.s.idleFor)
		_, _ = r.body.Read(one[:]) // the end, which tells net/http that the connection is free
		r.idle.Stop()
	}
	_ = r.body.Close() // nothing was written to it
	r.cancel()
	r.body = nil
}

// Close ends the use of r.
func (r *reader) Close() error {
	r.disconnect()
	if r.err == nil {
		r.err = errClosed
	}
	return nil
}

var errClosed = core.E(core.KindInternal, "closed", "the file is closed")

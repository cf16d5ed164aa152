package gcs

import (
	"context"
	"errors"
	"hash/crc32"
	"sync"
	"time"

	"cloud.google.com/go/storage"
)

// contentType is that of every object: what is in them is nobody's business here.
const contentType = "application/octet-stream"

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// object is one object on its way. The service has it when end returns nil, and not otherwise: only
// end sends what it takes for the end.
type object struct {
	s      *Store
	parent context.Context
	own    context.Context
	cancel context.CancelCauseFunc
	stop   func() bool // no more does the end of parent end this
	stall  *time.Timer // cancels when nothing moves
	name   string
	w      *storage.Writer
	crc    uint32
	size   int64
	err    error // of the service

	mu       sync.Mutex
	failures int // in a row
}

var errStalled = errors.New("the service does not answer")

// create begins to send an object; size is how long it is likely to be, -1 when unknown. Its end or
// abort must be called.
func (s *Store) create(ctx context.Context, name string, size int64) *object {
	own, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	o := &object{s: s, parent: ctx, own: own, cancel: cancel, name: name}
	o.stop = context.AfterFunc(ctx, func() { cancel(nil) })
	o.stall = time.AfterFunc(s.patience+idle, func() { cancel(errStalled) })
	o.stall.Stop() // until something is sent
	o.w = s.bucket.Object(name).Retryer(storage.WithErrorFunc(o.again)).NewWriter(own)
	o.w.ContentType = contentType
	o.w.ChunkSize = chunkFor(size)
	o.w.ChunkRetryDeadline = s.patience
	o.w.ChunkTransferTimeout = idle
	return o
}

// again tells whether a request may be repeated after err; it is called after each, and err is nil when
// it succeeded. The library itself would try for ever to begin an object.
func (o *object) again(err error) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err == nil {
		o.failures = 0
		return false
	}
	o.failures++
	return storage.ShouldRetry(err) && o.failures < o.s.attempts
}

// unit is what a chunk has some of, in bytes.
const unit = 256 << 10

// chunkFor returns how much is held in memory of an object: all of a small one and a byte, so that it
// takes one request.
func chunkFor(size int64) int {
	if size < 0 || size >= chunkSize {
		return chunkSize
	}
	return int(size/unit+1) * unit
}

func (o *object) Write(p []byte) (n int, err error) {
	defer o.stall.Stop()
	for n < len(p) && o.err == nil {
		o.stall.Reset(o.s.patience + idle)
		m, err := o.w.Write(p[n:min(len(p), n+unit)])
		o.crc = crc32.Update(o.crc, castagnoli, p[n:n+m])
		o.size += int64(m)
		n += m
		if err != nil {
			o.err = o.failure(err)
		}
	}
	return n, o.err
}

func (o *object) failure(err error) error {
	if context.Cause(o.own) == errStalled {
		err = errStalled
	}
	return failure(o.parent, "store an object", err)
}

// abort gives up the object. Nothing of it is there.
func (o *object) abort() {
	o.stop()
	o.cancel(nil)
	_ = o.w.Close() // waits; it sends no end, for it may send nothing any more
}

// end finishes the object. It does so although parent may end meanwhile, for it is not known what a
// request that was cut off has done, and then removes it.
func (o *object) end() error {
	defer o.cancel(nil)
	if o.err == nil && o.parent.Err() != nil {
		o.err = context.Cause(o.parent)
	}
	if o.err != nil || !o.stop() {
		o.abort()
		return o.failed()
	}
	o.stall.Reset(o.s.patience + idle)
	defer o.stall.Stop()
	err := o.w.Close()
	if err != nil {
		o.err = o.failure(err)
		there, lookErr := o.arrived() // the answer may have been lost
		if !there || lookErr != nil {
			return errors.Join(o.err, lookErr)
		}
		o.err = nil
	}
	if o.parent.Err() != nil {
		return errors.Join(context.Cause(o.parent), o.undo())
	}
	return nil
}

func (o *object) failed() error {
	if o.err == nil {
		o.err = context.Cause(o.parent)
	}
	return o.err
}

// arrived tells whether the object is there.
func (o *object) arrived() (bool, error) {
	ctx, cancel := settle(o.parent)
	defer cancel()
	attrs, err := o.s.bucket.Object(o.name).Attrs(ctx)
	if errors.Is(err, storage.ErrObjectNotExist) {
		return false, nil
	}
	if err != nil {
		return false, failure(ctx, "look at an object", err)
	}
	return attrs.Size == o.size && attrs.CRC32C == o.crc, nil
}

func (o *object) undo() error {
	ctx, cancel := settle(o.parent)
	defer cancel()
	return o.s.remove(ctx, o.name)
}

// settle returns a ctx for what must be done although the caller may have left.
func settle(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), patience)
}

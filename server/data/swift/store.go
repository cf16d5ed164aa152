package swift

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	lib "github.com/ncw/swift/v2"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Store is a data.Backend in a container of OpenStack Swift. It is also a data.Lister, Discarder,
// Checker and Appender. Its errors name neither keys nor tokens.
type Store struct {
	conn        *lib.Connection
	transport   *transport
	container   string // of the objects
	segments    string // the container of everything else
	segmentSize int64
	maxEntries  int // of a manifest
	secrets     []string
	now         core.Clock
	pauses      []time.Duration // between attempts
	idle        time.Duration   // of a segment; see segmentIdle
	buffers     sync.Pool       // of *[bufferSize]byte
	ready       atomic.Bool     // both containers are there
}

var (
	_ data.Backend   = (*Store)(nil)
	_ data.Lister    = (*Store)(nil)
	_ data.Discarder = (*Store)(nil)
	_ data.Checker   = (*Store)(nil)
	_ data.Appender  = (*Store)(nil)
)

const (
	// bufferSize is how much of an object is held in memory before it is sent, in bytes: up to there
	// a failed attempt can be repeated.
	bufferSize = 1 << 20
	// maxEntries is how many segments a manifest may have unless Swift is told otherwise.
	maxEntries = 1000
)

// New returns the store of a container. It does not connect: the first use does that, and makes the
// containers.
func New(_ context.Context, o Options) (*Store, error) {
	if err := o.validate(); err != nil {
		return nil, fmt.Errorf("invalid swift data backend config : %w", err)
	}
	conn, t := o.connection()
	return &Store{
		conn:        conn,
		transport:   t,
		container:   o.Container,
		segments:    o.Container + "_segments",
		segmentSize: o.SegmentSize,
		maxEntries:  maxEntries,
		secrets:     o.secrets(),
		now:         time.Now,
		pauses:      []time.Duration{200 * time.Millisecond, time.Second, 3 * time.Second, 6 * time.Second},
		idle:        segmentIdle,
		buffers:     sync.Pool{New: func() any { return new([bufferSize]byte) }},
	}, nil
}

// Close drops the connections that are idle. What is running goes on.
func (s *Store) Close() error {
	s.transport.CloseIdleConnections()
	return nil
}

// objectName is where the object of a plain key is.
func objectName(key data.Key) string { return string(key.Upload) + "." + string(key.File) }

// parseObject is the reverse of objectName.
func parseObject(name string) (data.Key, bool) {
	upload, file, ok := strings.Cut(name, ".")
	key := data.Key{Upload: core.UploadID(upload), File: core.FileID(file)}
	return key, ok && key.Plain()
}

// prepare makes both containers unless that was done.
func (s *Store) prepare(ctx context.Context) error {
	if s.ready.Load() {
		return nil
	}
	for _, name := range []string{s.container, s.segments} {
		err := s.retry(ctx, func(ctx context.Context) error { return s.conn.ContainerCreate(ctx, name, nil) })
		if statusOf(err) == 403 { // it may be there for those who cannot make one
			err = s.retry(ctx, func(ctx context.Context) error {
				_, _, err := s.conn.Container(ctx, name)
				return err
			})
		}
		if err != nil {
			return s.failure("prepare the container "+name, err)
		}
	}
	s.ready.Store(true)
	return nil
}

// Check tells whether bytes can be stored now, by storing one. Its error is a sentence for the operator.
func (s *Store) Check(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.putBytes(ctx, s.segments, "check", []byte("x"), nil); err != nil {
		return s.failure("store a byte in the container "+s.segments, err)
	}
	return nil
}

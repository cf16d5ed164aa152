package swift

import (
	"context"
	"errors"
	"time"

	lib "github.com/ncw/swift/v2"

	"github.com/root-gg/plik/server/core"
)

// Hurry makes the pauses between attempts short.
func (s *Store) Hurry() {
	s.pauses = []time.Duration{time.Millisecond, time.Millisecond, time.Millisecond}
}

// SetNow sets the clock.
func (s *Store) SetNow(now core.Clock) { s.now = now }

// SetIdle sets after how long without a byte a segment is finished.
func (s *Store) SetIdle(d time.Duration) { s.idle = d }

// SetMaxEntries sets how many segments a manifest may have.
func (s *Store) SetMaxEntries(n int) { s.maxEntries = n }

// Segments is the container of segments.
func (s *Store) Segments() string { return s.segments }

// Parts returns the sizes of the segments of an unfinished object that was saved as b.
func Parts(b []byte) (sizes []int64, err error) {
	st, err := parseState(b)
	if err != nil {
		return nil, err
	}
	for _, p := range st.Parts {
		sizes = append(sizes, p.Used)
	}
	return sizes, nil
}

var (
	ParseObject = parseObject
	ObjectName  = objectName
	GroupOf     = groupOf
)

// Names returns the names of what is in both containers.
func (s *Store) Names(ctx context.Context) (names []string, err error) {
	for _, container := range []string{s.container, s.segments} {
		err = errors.Join(err, s.walk(ctx, container, "", func(o lib.Object) bool {
			names = append(names, o.Name)
			return true
		}))
	}
	return names, err
}

package gcs

import (
	"context"
	"strings"
	"time"

	"cloud.google.com/go/storage"
	"github.com/googleapis/gax-go/v2"

	"github.com/root-gg/plik/server/core"
)

// Hurry makes the pauses between attempts short, and attempts few.
func (s *Store) Hurry() {
	s.client.SetRetry(
		storage.WithPolicy(storage.RetryAlways),
		storage.WithBackoff(gax.Backoff{Initial: time.Millisecond, Max: time.Millisecond, Multiplier: 1}),
		storage.WithMaxAttempts(3),
	)
	s.bucket = s.client.Bucket(s.name)
	s.pauses = []time.Duration{time.Millisecond}
	s.patience, s.attempts = 5*time.Second, 4
}

// Names returns the names of all objects in the folder, without it.
func (s *Store) Names(ctx context.Context) (names []string, err error) {
	err = s.walk(ctx, s.prefix, "", func(o *storage.ObjectAttrs) bool {
		names = append(names, strings.TrimPrefix(o.Name, s.prefix))
		return true
	})
	return names, err
}

// Copy stores the object of one name under another, as if it had not been removed.
func (s *Store) Copy(ctx context.Context, from, to string) error {
	_, err := s.bucket.Object(s.prefix + to).CopierFrom(s.bucket.Object(s.prefix + from)).Run(ctx)
	return err
}

// Chain returns how many bytes the pieces of these offsets and sizes are in all, from the start on.
func Chain(offsets, sizes []int64) (pieces int, size int64, ok bool) {
	var all []part
	for i := range offsets {
		all = append(all, part{offset: offsets[i], size: sizes[i]})
	}
	parts, ok := chain(all)
	return len(parts), total(parts), ok
}

// ParseObject returns the file of an object in a folder.
func ParseObject(folder, name string) (core.FileID, bool) {
	s := &Store{prefix: folder}
	key, ok := s.parseObject(name)
	if ok && s.objectName(key) != name {
		panic("another name")
	}
	return key.File, ok
}

var (
	ParsePart = parsePart
	Redact    = redact
)

// Package mem stores file bytes in memory, with what a data.Backend promises and nothing that
// stays. It is for tests.
package mem

import (
	"bytes"
	"context"
	"io"
	"iter"
	"sync"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// Store is a data.Backend and a data.Lister in memory.
type Store struct {
	mu      sync.Mutex
	objects map[core.FileID]object
	// unfinished are those that arrive piece by piece.
	unfinished map[core.FileID]object
}

type object struct {
	bytes    []byte // never changed once stored
	modified time.Time
}

var (
	_ data.Backend = (*Store)(nil)
	_ data.Lister  = (*Store)(nil)
	_ data.Checker = (*Store)(nil)
)

// New returns an empty store.
func New() *Store {
	return &Store{objects: make(map[core.FileID]object), unfinished: make(map[core.FileID]object)}
}

// Put stores all of r under key; see data.Backend.
func (s *Store) Put(ctx context.Context, key data.Key, r io.Reader, _ int64) (data.Stored, error) {
	if !key.Plain() {
		return data.Stored{}, core.E(core.KindInvalid, "file_id_invalid", "invalid file id")
	}
	var buf bytes.Buffer
	if _, err := io.Copy(writer{ctx, &buf}, r); err != nil {
		return data.Stored{}, err
	}
	if ctx.Err() != nil {
		return data.Stored{}, context.Cause(ctx)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.objects[key.File] = object{bytes: buf.Bytes(), modified: time.Now()}
	return data.Stored{Size: int64(buf.Len())}, nil
}

// writer writes for as long as ctx lasts.
type writer struct {
	ctx context.Context
	to  *bytes.Buffer
}

func (w writer) Write(p []byte) (int, error) {
	if w.ctx.Err() != nil {
		return 0, context.Cause(w.ctx)
	}
	return w.to.Write(p)
}

// reader can seek.
type reader struct{ *bytes.Reader }

func (reader) Close() error { return nil }

// Open returns the bytes of rng; see data.Backend. The reader can seek.
func (s *Store) Open(ctx context.Context, key data.Key, rng data.Range) (io.ReadCloser, error) {
	if rng.Offset < 0 || rng.Length < 0 {
		return nil, core.E(core.KindInvalid, "range_invalid", "invalid range")
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	s.mu.Lock()
	o, ok := s.objects[key.File]
	s.mu.Unlock()
	if !ok || !key.Plain() {
		return nil, core.E(core.KindNotFound, "data_not_found", "the data of this file is not there")
	}
	part := o.bytes[min(rng.Offset, int64(len(o.bytes))):]
	if rng.Length > 0 {
		part = part[:min(rng.Length, int64(len(part)))]
	}
	return reader{bytes.NewReader(part)}, nil
}

// Delete removes the object; see data.Backend.
func (s *Store) Delete(ctx context.Context, key data.Key) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !key.Plain() {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.objects, key.File)
	return nil
}

// List yields every object; see data.Lister. There are never leftovers.
func (s *Store) List(ctx context.Context) iter.Seq2[data.Entry, error] {
	return func(yield func(data.Entry, error) bool) {
		for _, e := range s.entries() {
			if ctx.Err() != nil {
				yield(data.Entry{}, context.Cause(ctx))
				return
			}
			if !yield(e, nil) {
				return
			}
		}
	}
}

func (s *Store) entries() []data.Entry {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]data.Entry, 0, len(s.objects))
	for id, o := range s.objects {
		all = append(all, data.Entry{Key: data.Key{File: id}, Size: int64(len(o.bytes)), Modified: o.modified})
	}
	return all
}

// Check never fails: memory is always there.
func (s *Store) Check(ctx context.Context) error { return ctx.Err() }

package fsck_test

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/root-gg/plik/server/core"
)

// store is a small true fsck.Store in memory.
type store struct {
	mu    sync.Mutex
	files map[core.FileID]core.File
	pages []int // limits that were asked for

	// before is called ahead of each File and MoveFile, without the lock; it may be nil.
	before func(method string, id core.FileID) error
}

func newStore(files ...core.File) *store {
	s := &store{files: make(map[core.FileID]core.File)}
	for _, f := range files {
		s.files[f.ID] = f
	}
	return s
}

func (s *store) hook(method string, id core.FileID) error {
	if s.before == nil {
		return nil
	}
	return s.before(method, id)
}

func (s *store) set(id core.FileID, status core.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.files[id]
	f.ID, f.Status = id, status
	s.files[id] = f
}

func (s *store) status(id core.FileID) core.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.files[id].Status
}

func (s *store) Files(ctx context.Context, after core.FileID, limit int) ([]*core.File, error) {
	if err := s.hook("Files", after); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pages = append(s.pages, limit)
	var page []*core.File
	for _, id := range slices.Sorted(maps.Keys(s.files)) {
		if id > after && len(page) < limit {
			f := s.files[id]
			page = append(page, &f)
		}
	}
	return page, ctx.Err()
}

func (s *store) File(ctx context.Context, id core.FileID) (*core.File, error) {
	if err := s.hook("File", id); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	f, ok := s.files[id]
	if !ok {
		return nil, core.E(core.KindNotFound, "file_not_found", "file not found")
	}
	return &f, ctx.Err()
}

func (s *store) MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error {
	if err := s.hook("MoveFile", f.ID); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	row, ok := s.files[f.ID]
	if !ok || row.Status != f.Status || row.Instance != f.Instance || !core.CanMove(row.Status, to) {
		return core.E(core.KindConflict, "file_changed", "the file has changed")
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	row.Status = to
	if edit != nil {
		edit(&row)
	}
	if to != core.Uploading {
		row.Instance = ""
	}
	s.files[f.ID] = row
	*f = row
	return nil
}

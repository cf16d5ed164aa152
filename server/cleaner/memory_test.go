package cleaner_test

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
)

// memory is a cleaner.Store in memory.
type memory struct {
	// before, if set, is called with the name of a method before it does anything; its error is returned.
	before func(method string) error

	mu        sync.Mutex
	uploads   map[core.UploadID]*core.Upload
	files     map[core.FileID]*core.File
	users     map[core.UserID]bool
	tokens    map[string]core.UserID
	instances map[string]core.Instance
	leases    map[string]lease
	beats     int
	largest   int // limit any method was called with
}

type lease struct {
	holder string
	until  time.Time
}

var _ cleaner.Store = (*memory)(nil)

func newMemory() *memory {
	return &memory{
		uploads: map[core.UploadID]*core.Upload{}, files: map[core.FileID]*core.File{},
		users: map[core.UserID]bool{}, tokens: map[string]core.UserID{},
		instances: map[string]core.Instance{}, leases: map[string]lease{},
	}
}

func (m *memory) enter(ctx context.Context, method string) (leave func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if m.before != nil {
		if err := m.before(method); err != nil {
			return nil, err
		}
	}
	m.mu.Lock()
	return m.mu.Unlock, nil
}

// remove does what uploads.Store's RemoveUpload does. m.mu is held.
func (m *memory) remove(u *core.Upload, now time.Time) {
	if u.DeletedAt.IsZero() {
		u.DeletedAt = now
	}
	for _, f := range m.files {
		if f.UploadID != u.ID {
			continue
		}
		switch f.Status {
		case core.Missing:
			f.Status = core.Deleted
		case core.Uploading, core.Uploaded:
			f.Status, f.Instance = core.Removed, ""
		}
	}
}

func (m *memory) ExpireUploads(ctx context.Context, now time.Time, limit int) (int, error) {
	leave, err := m.enter(ctx, "ExpireUploads")
	if err != nil {
		return 0, err
	}
	defer leave()
	m.largest = max(m.largest, limit)
	n := 0
	for _, u := range m.uploads {
		if n < limit && u.DeletedAt.IsZero() && u.Expired(now) {
			m.remove(u, now)
			n++
		}
	}
	return n, nil
}

// after returns up to limit keys greater than from, in order.
func after[K cmp.Ordered, V any](all map[K]V, from K, limit int, want func(V) bool) []K {
	var keys []K
	for _, k := range slices.Sorted(maps.Keys(all)) {
		if k > from && want(all[k]) && len(keys) < limit {
			keys = append(keys, k)
		}
	}
	return keys
}

func (m *memory) RemovedFiles(ctx context.Context, from core.FileID, limit int) ([]*core.File, error) {
	leave, err := m.enter(ctx, "RemovedFiles")
	if err != nil {
		return nil, err
	}
	defer leave()
	m.largest = max(m.largest, limit)
	var found []*core.File
	for _, id := range after(m.files, from, limit, func(f *core.File) bool { return f.Status == core.Removed }) {
		f := *m.files[id]
		found = append(found, &f)
	}
	return found, nil
}

func (m *memory) MoveFile(ctx context.Context, f *core.File, to core.Status, edit func(*core.File)) error {
	leave, err := m.enter(ctx, "MoveFile "+string(to))
	if err != nil {
		return err
	}
	defer leave()
	row, ok := m.files[f.ID]
	switch {
	case !ok:
		return core.E(core.KindNotFound, "file_not_found", "file %s not found", f.ID)
	case row.Status != f.Status || row.Status == core.Uploading && row.Instance != f.Instance:
		return core.E(core.KindConflict, "file_status_invalid", "invalid file status %s, expected %s", row.Status, f.Status)
	case !core.CanMove(f.Status, to):
		return core.E(core.KindInternal, "move", "no way from %s to %s", f.Status, to)
	}
	next := *f
	if edit != nil {
		edit(&next)
	}
	next.Status = to
	if to != core.Uploading {
		next.Instance = ""
	}
	saved := next
	m.files[f.ID], *f = &saved, next
	return nil
}

func (m *memory) PurgeUploads(ctx context.Context, from core.UploadID, limit int) (core.UploadID, int, int, error) {
	leave, err := m.enter(ctx, "PurgeUploads")
	if err != nil {
		return "", 0, 0, err
	}
	defer leave()
	m.largest = max(m.largest, limit)
	last, uploads, files := core.UploadID(""), 0, 0
	for _, id := range after(m.uploads, from, limit, func(u *core.Upload) bool { return !u.DeletedAt.IsZero() }) {
		last = id
		own := after(m.files, "", len(m.files), func(f *core.File) bool { return f.UploadID == id })
		if slices.ContainsFunc(own, func(f core.FileID) bool { return m.files[f].Status != core.Deleted }) {
			m.remove(m.uploads[id], time.Time{})
			continue
		}
		for _, f := range own {
			delete(m.files, f)
		}
		delete(m.uploads, id)
		uploads, files = uploads+1, files+len(own)
	}
	return last, uploads, files, nil
}

func (m *memory) PurgeOrphans(ctx context.Context) (files, tokens int, err error) {
	leave, err := m.enter(ctx, "PurgeOrphans")
	if err != nil {
		return 0, 0, err
	}
	defer leave()
	for id, f := range m.files {
		if m.uploads[f.UploadID] == nil {
			delete(m.files, id)
			files++
		}
	}
	for token, user := range m.tokens {
		if !m.users[user] {
			delete(m.tokens, token)
			tokens++
		}
	}
	return files, tokens, nil
}

func (m *memory) StaleUploading(ctx context.Context, live []string) ([]*core.File, error) {
	leave, err := m.enter(ctx, "StaleUploading")
	if err != nil {
		return nil, err
	}
	defer leave()
	var found []*core.File
	for _, row := range m.files {
		if row.Status == core.Uploading && (row.Instance == "" || !slices.Contains(live, row.Instance)) {
			f := *row
			found = append(found, &f)
		}
	}
	return found, nil
}

func (m *memory) Heartbeat(ctx context.Context, i core.Instance) error {
	leave, err := m.enter(ctx, "Heartbeat")
	if err != nil {
		return err
	}
	defer leave()
	m.instances[i.ID] = i
	m.beats++
	return nil
}

func (m *memory) Instances(ctx context.Context) ([]core.Instance, error) {
	leave, err := m.enter(ctx, "Instances")
	if err != nil {
		return nil, err
	}
	defer leave()
	return slices.Collect(maps.Values(m.instances)), nil
}

func (m *memory) ForgetInstance(ctx context.Context, id string) error {
	leave, err := m.enter(ctx, "ForgetInstance")
	if err != nil {
		return err
	}
	defer leave()
	delete(m.instances, id)
	return nil
}

func (m *memory) AcquireLease(ctx context.Context, name, holder string, now, until time.Time) (bool, error) {
	leave, err := m.enter(ctx, "AcquireLease")
	if err != nil {
		return false, err
	}
	defer leave()
	if l, ok := m.leases[name]; ok && l.holder != holder && l.until.After(now) {
		return false, nil
	}
	m.leases[name] = lease{holder, until}
	return true, nil
}

func (m *memory) ReleaseLease(ctx context.Context, name, holder string) error {
	leave, err := m.enter(ctx, "ReleaseLease")
	if err != nil {
		return err
	}
	defer leave()
	if m.leases[name].holder == holder {
		delete(m.leases, name)
	}
	return nil
}

func (m *memory) PurgeSessions(ctx context.Context, _ time.Time) (int, error) {
	leave, err := m.enter(ctx, "PurgeSessions")
	if err != nil {
		return 0, err
	}
	leave()
	return 0, nil
}

func (m *memory) PurgeDeviceLogins(ctx context.Context, _ time.Time) (int, error) {
	leave, err := m.enter(ctx, "PurgeDeviceLogins")
	if err != nil {
		return 0, err
	}
	leave()
	return 0, nil
}

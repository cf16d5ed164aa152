package cleaner_test

import (
	"context"
	"iter"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/mem"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// backend is the in-memory store, which counts deletes, fails on request and has leftovers.
type backend struct {
	*mem.Store
	onDelete func(context.Context, data.Key) error // may be nil

	mu       sync.Mutex
	deletes  map[core.FileID]int
	partials map[string]time.Time
	writing  map[string]bool // partials a Put is still writing
	listErr  error
	lists    int
}

func newBackend() *backend {
	return &backend{Store: mem.New(), deletes: map[core.FileID]int{}, partials: map[string]time.Time{}, writing: map[string]bool{}}
}

func (b *backend) Delete(ctx context.Context, key data.Key) error {
	if b.onDelete != nil {
		if err := b.onDelete(ctx, key); err != nil {
			return err
		}
	}
	b.mu.Lock()
	b.deletes[key.File]++
	b.mu.Unlock()
	return b.Store.Delete(ctx, key)
}

func (b *backend) List(context.Context) iter.Seq2[data.Entry, error] {
	return func(yield func(data.Entry, error) bool) {
		b.mu.Lock()
		var all []data.Entry
		for name, at := range b.partials {
			all = append(all, data.Entry{Partial: true, Name: name, Modified: at})
		}
		b.lists++
		err := b.listErr
		b.mu.Unlock()
		for _, e := range all {
			if !yield(e, nil) {
				return
			}
		}
		if err != nil {
			yield(data.Entry{}, err)
		}
	}
}

func (b *backend) Discard(_ context.Context, e data.Entry) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.writing[e.Name] {
		return false, nil
	}
	delete(b.partials, e.Name)
	return true, nil
}

// wrapped hides everything but the Backend behind an Unwrap.
type wrapped struct{ data.Backend }

func (w wrapped) Unwrap() data.Backend { return w.Backend }

// world is one database and one store of bytes, which daemons share.
type world struct {
	t       *testing.T
	store   *memory
	backend *backend
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return &world{t: t, store: newMemory(), backend: newBackend()}
}

// daemon makes the cleaner of a daemon on a machine of its own.
func (w *world) daemon(name string, edit ...func(*cleaner.Options)) *cleaner.Cleaner {
	w.t.Helper()
	o := cleaner.Options{
		Store: w.store, Backend: wrapped{w.backend}, Jitter: -1,
		Instance: core.Instance{ID: name, Host: "host of " + name, PID: 1},
	}
	for _, e := range edit {
		e(&o)
	}
	c, err := cleaner.New(o)
	require.NoError(w.t, err)
	return c
}

// add puts an upload of one file per state into the world, with bytes where there may be some.
// The files are named after their state.
func (w *world) add(id core.UploadID, expire time.Time, states ...core.Status) *core.Upload {
	w.t.Helper()
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	u := &core.Upload{ID: id, ExpireAt: expire}
	for _, s := range states {
		f := &core.File{ID: core.FileID(string(id) + "-" + string(s)), UploadID: id, Status: s}
		if s == core.Uploading || s == core.Uploaded || s == core.Removed {
			w.put(f.ID, "bytes")
		}
		w.store.files[f.ID] = f
	}
	w.store.uploads[id] = u
	return u
}

// receiving makes a file that instance is receiving.
func (w *world) receiving(id core.FileID, instance string) {
	w.t.Helper()
	w.put(id, "half")
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	w.store.uploads["u"] = &core.Upload{ID: "u"}
	w.store.files[id] = &core.File{ID: id, UploadID: "u", Status: core.Uploading, Instance: instance}
}

func (w *world) put(id core.FileID, content string) {
	w.t.Helper()
	_, err := w.backend.Put(w.t.Context(), data.Key{File: id}, strings.NewReader(content), -1)
	require.NoError(w.t, err)
}

func (w *world) stored(id core.FileID) bool {
	w.t.Helper()
	r, err := w.backend.Open(w.t.Context(), data.Key{File: id}, data.Range{})
	if err != nil {
		require.Equal(w.t, core.KindNotFound, core.KindOf(err))
		return false
	}
	require.NoError(w.t, r.Close())
	return true
}

// state returns the state of a file, empty when its row is gone.
func (w *world) state(id core.FileID) core.Status {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	if f := w.store.files[id]; f != nil {
		return f.Status
	}
	return ""
}

func (w *world) knows(instance string) bool {
	w.store.mu.Lock()
	defer w.store.mu.Unlock()
	_, ok := w.store.instances[instance]
	return ok
}

// removed makes n files whose bytes are to be deleted.
func (w *world) removed(n int) []core.FileID {
	w.t.Helper()
	ids := make([]core.FileID, n)
	w.store.uploads["live"] = &core.Upload{ID: "live"}
	for i := range ids {
		ids[i] = core.NewFileID()
		w.put(ids[i], "bytes")
		w.store.files[ids[i]] = &core.File{ID: ids[i], UploadID: "live", Status: core.Removed}
	}
	return ids
}

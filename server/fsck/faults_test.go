package fsck_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/mem"
	"github.com/root-gg/plik/server/fsck"
)

// wrapped calls hooks ahead of Open and Delete; those may be nil.
type wrapped struct {
	data.Backend
	open, del func(core.FileID) error
}

func (w wrapped) Open(ctx context.Context, key data.Key, rng data.Range) (io.ReadCloser, error) {
	if w.open != nil {
		if err := w.open(key.File); err != nil {
			return nil, err
		}
	}
	return w.Backend.Open(ctx, key, rng)
}

func (w wrapped) Delete(ctx context.Context, key data.Key) error {
	if w.del != nil {
		if err := w.del(key.File); err != nil {
			return err
		}
	}
	return w.Backend.Delete(ctx, key)
}

func (w wrapped) Unwrap() data.Backend { return w.Backend }

var errDown = errors.New("the backend is down")

func TestLeftovers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	b, err := file.New(file.Options{Directory: dir})
	require.NoError(t, err)
	defer b.Close()
	for name, age := range map[string]time.Duration{"old.deadowner.1": 2 * time.Hour, "new.deadowner.2": time.Minute} {
		path := dir + "/.partial/" + name
		require.NoError(t, os.WriteFile(path, []byte("half"), 0o666))
		at := time.Now().Add(-age)
		require.NoError(t, os.Chtimes(path, at, at))
	}
	want := fsck.Finding{Problem: fsck.Leftover, File: "old", Name: "old.deadowner.1", Size: 4}
	got, sum := check(t, fsck.Options{Store: newStore(), Backend: wrapped{Backend: b}, Now: time.Now})
	requireFindings(t, []fsck.Finding{want}, got)
	require.Equal(t, fsck.Summary{Listed: true, Young: 1, Found: 1}, sum)

	want.Repaired = true
	got, _ = check(t, fsck.Options{Store: newStore(), Backend: b, Now: time.Now, Repair: true})
	requireFindings(t, []fsck.Finding{want}, got)
	require.NoFileExists(t, dir+"/.partial/old.deadowner.1")
	require.FileExists(t, dir+"/.partial/new.deadowner.2")
}

// TestUploadUnderWay runs a repair in mid-Put, for which everything is old enough.
func TestUploadUnderWay(t *testing.T) {
	t.Parallel()
	for name, open := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			s := newStore(row("f", core.Uploading, 5))
			src := &hooked{hook: func() {
				got, _ := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
				requireFindings(t, nil, got)
			}}
			_, err := b.Put(t.Context(), data.Key{File: "f"}, src, 5)
			require.NoError(t, err)
			s.set("f", core.Uploaded)
			got, _ := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
			requireFindings(t, nil, got)
		})
	}
}

// hooked is "12345", with a hook before its end.
type hooked struct {
	hook func()
	done bool
}

func (h *hooked) Read(p []byte) (int, error) {
	if h.done {
		h.hook()
		return 0, io.EOF
	}
	h.done = true
	return copy(p, "12345"), nil
}

// TestChangedMeanwhile deletes a file between its page and the look at its object.
func TestChangedMeanwhile(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*store){
		"removed": func(s *store) { s.set("f", core.Removed) },
		"deleted": func(s *store) { s.set("f", core.Deleted) },
		"purged":  func(s *store) { s.mu.Lock(); delete(s.files, "f"); s.mu.Unlock() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := mem.New()
			object(t, b, "other", 1)
			s := newStore(row("f", core.Uploaded, 5), row("other", core.Uploaded, 1))
			s.before = func(method string, id core.FileID) error {
				if method == "File" && id == "f" {
					change(s)
				}
				return nil
			}
			got, _ := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
			requireFindings(t, nil, got)
		})
	}
	t.Run("just before the repair", func(t *testing.T) {
		t.Parallel()
		b := mem.New()
		object(t, b, "other", 1)
		s := newStore(row("f", core.Uploaded, 5), row("other", core.Uploaded, 1))
		s.before = func(method string, id core.FileID) error {
			if method == "MoveFile" && s.status(id) == core.Uploaded {
				s.set("f", core.Removed)
			}
			return nil
		}
		got, _ := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
		requireFindings(t, nil, got)
		require.Equal(t, core.Removed, s.status("f"))
	})
}

// TestSentMeanwhile starts an upload of a Missing file just before its old object is deleted.
func TestSentMeanwhile(t *testing.T) {
	t.Parallel()
	b := mem.New()
	object(t, b, "f", 5)
	s := newStore(row("f", core.Missing, 5))
	s.before = func(method string, _ core.FileID) error {
		if method == "MoveFile" && s.status("f") == core.Missing {
			s.set("f", core.Uploaded)
		}
		return nil
	}
	got, _ := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
	requireFindings(t, nil, got)
	s.before = nil
	got, _ = check(t, fsck.Options{Store: s, Backend: b, Repair: true})
	requireFindings(t, nil, got)
}

// TestClaim checks that no upload can start while the object of a Missing file is deleted.
func TestClaim(t *testing.T) {
	t.Parallel()
	for name, failure := range map[string]error{"deleted": nil, "not deleted": errDown} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inner := mem.New()
			object(t, inner, "f", 5)
			s := newStore(row("f", core.Missing, 5))
			b := wrapped{Backend: inner, del: func(id core.FileID) error {
				require.Equal(t, core.Uploading, s.status(id))
				return failure
			}}
			_, sum := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
			require.Equal(t, failure != nil, sum.Failed == 1)
			require.Equal(t, failure == nil, sum.Repaired == 1)
			require.Equal(t, core.Missing, s.status("f"))
		})
	}
}

func TestEmptyBackend(t *testing.T) {
	t.Parallel()
	s := newStore(row("f", core.Uploaded, 5), row("g", core.Uploaded, 5))
	got, _ := check(t, fsck.Options{Store: s, Backend: mem.New()})
	require.Len(t, got, 2)
	_, err := fsck.Run(t.Context(), fsck.Options{Store: s, Backend: mem.New(), Repair: true})
	require.ErrorContains(t, err, "mounted")
	require.Equal(t, core.Uploaded, s.status("f"))

	got, _ = check(t, fsck.Options{Store: s, Backend: mem.New(), Repair: true, AllowEmpty: true})
	require.Len(t, got, 2)
	require.Equal(t, core.Deleted, s.status("f"))
}

func TestBackendThatCannotList(t *testing.T) {
	t.Parallel()
	s := newStore(row("f", core.Uploaded, 5))
	b := struct{ data.Backend }{mem.New()}
	object(t, b, "noRow", 5)
	_, sum := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
	require.Equal(t, fsck.Summary{Files: 1, Found: 1, Repaired: 1}, sum)
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	inner := mem.New()
	object(t, inner, "bad", 5)
	object(t, inner, "good", 5)
	s := newStore(row("bad", core.Uploaded, 5), row("good", core.Uploaded, 5))
	b := wrapped{Backend: inner, open: func(id core.FileID) error {
		if id == "bad" {
			return errDown
		}
		return nil
	}}
	got, sum := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
	requireFindings(t, []fsck.Finding{{Problem: fsck.Unreadable, Upload: "up", File: "bad", Name: "n-bad", Status: core.Uploaded, Size: 5, Err: errDown}}, got)
	require.Equal(t, 1, sum.Failed)
	require.Equal(t, core.Uploaded, s.status("bad"))
}

func TestBackendDown(t *testing.T) {
	t.Parallel()
	s := newStore()
	for i := range 200 {
		id := core.FileID(fmt.Sprintf("f%03d", i))
		s.files[id] = row(id, core.Uploaded, 5)
	}
	b := wrapped{Backend: mem.New(), open: func(core.FileID) error { return errDown }}
	sum, err := fsck.Run(t.Context(), fsck.Options{Store: s, Backend: b, Repair: true})
	require.ErrorIs(t, err, errDown)
	require.Equal(t, 100, sum.Failed)
	require.Equal(t, 100, sum.Files)
	require.Equal(t, core.Uploaded, s.status("f000"))
}

func TestDeleteFails(t *testing.T) {
	t.Parallel()
	inner := mem.New()
	object(t, inner, "short", 4)
	object(t, inner, "noRow", 4)
	s := newStore(row("short", core.Uploaded, 5))
	b := wrapped{Backend: inner, del: func(core.FileID) error { return errDown }}
	_, sum := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
	require.Equal(t, fsck.Summary{Files: 1, Objects: 2, Listed: true, Found: 2, Failed: 2}, sum)
	require.Equal(t, core.Removed, s.status("short"), "the cleaner goes on from here")
}

func TestStoreFails(t *testing.T) {
	t.Parallel()
	for _, method := range []string{"Files", "File", "MoveFile"} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			b := mem.New()
			object(t, b, "short", 4)
			s := newStore(row("short", core.Uploaded, 5))
			s.before = func(m string, _ core.FileID) error {
				if m == method {
					return errDown
				}
				return nil
			}
			_, err := fsck.Run(t.Context(), fsck.Options{Store: s, Backend: b, Repair: true, Now: later})
			require.ErrorIs(t, err, errDown)
			require.Equal(t, core.Uploaded, s.status("short"))
		})
	}
}

func TestCancelled(t *testing.T) {
	t.Parallel()
	inner := mem.New()
	object(t, inner, "a", 5)
	s := newStore(row("a", core.Missing, 5))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b := wrapped{Backend: inner, del: func(core.FileID) error { cancel(); return nil }}
	_, err := fsck.Run(ctx, fsck.Options{Store: s, Backend: b, Repair: true, Now: later})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, core.Missing, s.status("a"), "not left claimed")
	_, err = fsck.Run(ctx, fsck.Options{Store: s, Backend: b})
	require.ErrorIs(t, err, context.Canceled)
}

package fsck_test

import (
	"cmp"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/mem"
	"github.com/root-gg/plik/server/fsck"
)

// backends are those that the tests run on.
var backends = map[string]func(t *testing.T) data.Backend{
	"mem": func(*testing.T) data.Backend { return mem.New() },
	"file": func(t *testing.T) data.Backend {
		s, err := file.New(file.Options{Directory: t.TempDir()})
		require.NoError(t, err)
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Errorf("close: %v", err)
			}
		})
		return s
	},
}

// later is a clock for which what the tests store is old enough.
func later() time.Time { return time.Now().Add(2 * time.Hour) }

func object(t *testing.T, b data.Backend, id core.FileID, size int) {
	t.Helper()
	_, err := b.Put(t.Context(), data.Key{Upload: "up", File: id}, strings.NewReader(strings.Repeat("x", size)), int64(size))
	require.NoError(t, err)
}

func row(id core.FileID, status core.Status, size int64) core.File {
	return core.File{ID: id, UploadID: "up", Name: "n-" + string(id), Status: status, Size: size}
}

// check runs fsck and returns its findings by file.
func check(t *testing.T, o fsck.Options) ([]fsck.Finding, fsck.Summary) {
	t.Helper()
	var all []fsck.Finding
	o.Report = func(f fsck.Finding) { all = append(all, f) }
	if o.Now == nil {
		o.Now = later
	}
	sum, err := fsck.Run(t.Context(), o)
	require.NoError(t, err)
	return all, sum
}

func requireFindings(t *testing.T, want, got []fsck.Finding) {
	t.Helper()
	byFile := cmpopts.SortSlices(func(a, b fsck.Finding) int { return cmp.Compare(a.File, b.File) })
	if diff := gocmp.Diff(want, got, byFile, cmpopts.EquateErrors(), cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("-want +got:\n%s", diff)
	}
}

// broken fills a store and a backend with what is fine and what is not, and returns the
// findings.
func broken(t *testing.T, b data.Backend) (*store, []fsck.Finding) {
	t.Helper()
	s := newStore(
		row("good", core.Uploaded, 5), row("goodEmpty", core.Uploaded, 0), row("goodByte", core.Uploaded, 1),
		row("notSent", core.Missing, 5), row("onItsWay", core.Uploading, 5), row("toDelete", core.Removed, 5),
		row("stuck", core.Uploading, 5), row("gone", core.Deleted, 5),

		row("lost", core.Uploaded, 5), row("lostEmpty", core.Uploaded, 0),
		row("short", core.Uploaded, 5), row("long", core.Uploaded, 5), row("notEmpty", core.Uploaded, 0),
		row("emptied", core.Uploaded, 1),
		row("deletedRow", core.Deleted, 5), row("missingRow", core.Missing, 5), row("oddRow", "", 5),
	)
	for id, size := range map[core.FileID]int{
		"good": 5, "goodEmpty": 0, "goodByte": 1, "toDelete": 5, "stuck": 5,
		"short": 4, "long": 6, "notEmpty": 1, "emptied": 0, "deletedRow": 5, "missingRow": 5, "noRow": 3,
	} {
		object(t, b, id, size)
	}
	one := func(p fsck.Problem, id core.FileID, status core.Status, size int64) fsck.Finding {
		return fsck.Finding{Problem: p, Upload: "up", File: id, Name: "n-" + string(id), Status: status, Size: size}
	}
	return s, []fsck.Finding{
		one(fsck.NoObject, "lost", core.Uploaded, 5), one(fsck.NoObject, "lostEmpty", core.Uploaded, 0),
		one(fsck.WrongSize, "short", core.Uploaded, 5), one(fsck.WrongSize, "long", core.Uploaded, 5),
		one(fsck.WrongSize, "notEmpty", core.Uploaded, 0), one(fsck.WrongSize, "emptied", core.Uploaded, 1),
		one(fsck.NoFile, "deletedRow", core.Deleted, 5), one(fsck.NoFile, "missingRow", core.Missing, 5),
		{Problem: fsck.NoFile, File: "noRow", Size: 3},
	}
}

func TestReport(t *testing.T) {
	t.Parallel()
	for name, open := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			s, want := broken(t, b)
			before := newStore()
			for id, f := range s.files {
				before.files[id] = f
			}
			for range 2 { // nothing has changed the second time
				got, sum := check(t, fsck.Options{Store: s, Backend: b})
				requireFindings(t, want, got)
				require.Equal(t, fsck.Summary{Files: 17, Objects: 12, Listed: true, Found: 9}, sum)
				require.Equal(t, before.files, s.files)
			}
		})
	}
}

func TestRepair(t *testing.T) {
	t.Parallel()
	for name, open := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			s, want := broken(t, b)
			for i := range want {
				want[i].Repaired = true
			}
			got, sum := check(t, fsck.Options{Store: s, Backend: b, Repair: true})
			requireFindings(t, want, got)
			require.Equal(t, 9, sum.Repaired)
			require.Equal(t, 9, sum.Found)

			got, sum = check(t, fsck.Options{Store: s, Backend: b, Repair: true})
			requireFindings(t, nil, got)
			require.Equal(t, fsck.Summary{Files: 17, Objects: 5, Listed: true}, sum)
			for id, status := range map[core.FileID]core.Status{
				"lost": core.Deleted, "lostEmpty": core.Deleted, "short": core.Deleted, "long": core.Deleted,
				"notEmpty": core.Deleted, "emptied": core.Deleted, "deletedRow": core.Deleted,
				"missingRow": core.Missing, "good": core.Uploaded, "stuck": core.Uploading, "toDelete": core.Removed,
			} {
				require.Equal(t, status, s.status(id), id)
			}
			require.Empty(t, s.files["missingRow"].Instance)
		})
	}
}

func TestYoungIsLeftAlone(t *testing.T) {
	t.Parallel()
	for name, open := range backends {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t)
			object(t, b, "noRow", 5)
			object(t, b, "missingRow", 5)
			s := newStore(row("missingRow", core.Missing, 5))
			for _, now := range []core.Clock{nil, time.Now, func() time.Time { return time.Now().Add(-time.Hour) }} {
				sum, err := fsck.Run(t.Context(), fsck.Options{Store: s, Backend: b, Repair: true, Now: now})
				require.NoError(t, err)
				require.Equal(t, fsck.Summary{Files: 1, Objects: 2, Listed: true, Young: 2}, sum)
			}
			_, sum := check(t, fsck.Options{Store: s, Backend: b, MinAge: 3 * time.Hour})
			require.Equal(t, 2, sum.Young)
			_, sum = check(t, fsck.Options{Store: s, Backend: b, Repair: true, MinAge: time.Minute})
			require.Equal(t, 2, sum.Repaired)
		})
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	b, s := mem.New(), newStore()
	for range 2500 {
		id := core.NewFileID()
		s.files[id] = row(id, core.Uploaded, 3)
		object(t, b, id, 3)
	}
	got, sum := check(t, fsck.Options{Store: s, Backend: b})
	requireFindings(t, nil, got)
	require.Equal(t, fsck.Summary{Files: 2500, Objects: 2500, Listed: true}, sum)
	require.Equal(t, []int{1000, 1000, 1000, 1000}, s.pages)
}

func TestOptions(t *testing.T) {
	t.Parallel()
	_, err := fsck.Run(t.Context(), fsck.Options{Store: newStore()})
	require.ErrorContains(t, err, "required")
	_, err = fsck.Run(t.Context(), fsck.Options{Backend: mem.New()})
	require.ErrorContains(t, err, "required")
}

func TestFindingString(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]fsck.Finding{
		`no data: file f of upload u "a\x1b[31m.txt", uploaded, 5 bytes (repaired)`: {
			Problem: fsck.NoObject, Upload: "u", File: "f", Name: "a\x1b[31m.txt", Status: core.Uploaded, Size: 5, Repaired: true},
		`data without a file: file f, 5 bytes`: {Problem: fsck.NoFile, File: "f", Size: 5},
		`unreadable: file f, 5 bytes: file not found`: {
			Problem: fsck.Unreadable, File: "f", Size: 5, Err: core.E(core.KindNotFound, "", "file not found")},
	} {
		require.Equal(t, want, f.String())
	}
}

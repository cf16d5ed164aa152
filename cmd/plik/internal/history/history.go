// Package history remembers the uploads that were made here: their secrets, so that they can be added to and
// deleted, and how far those are that were cut off. Each is a file that only its owner can read.
package history

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/root-gg/plik/plik"
)

// ErrUnknown means that no upload of that id was made here.
var ErrUnknown = errors.New("no such upload was made here")

// Entry is one upload.
type Entry struct {
	Server      string      `json:"server"`
	ID          string      `json:"id"`
	UploadToken string      `json:"uploadToken"`
	URL         string      `json:"url"` // of its page
	CreatedAt   time.Time   `json:"createdAt"`
	ExpireAt    *time.Time  `json:"expireAt"`         // nil: never
	Secure      string      `json:"secure,omitempty"` // how its files are encrypted
	Login       string      `json:"login,omitempty"`  // of protected uploads; their password is not kept
	Files       []File      `json:"files"`
	Done        bool        `json:"done"`            // all files were sent
	State       *plik.State `json:"state,omitempty"` // of what is not done
}

// File is one file of an upload.
type File struct {
	Name string `json:"name"`
	Size int64  `json:"size"` // bytes; -1: unknown
}

// Expired tells whether the upload is over at a time.
func (e *Entry) Expired(now time.Time) bool { return e.ExpireAt != nil && e.ExpireAt.Before(now) }

// Resumable tells whether another process could go on with the upload: everything that was not sent is a file.
func (e *Entry) Resumable() bool {
	if e.Done || e.State == nil {
		return false
	}
	open := false
	for _, f := range e.State.Files {
		if !f.Done && f.Path == "" {
			return false
		}
		open = open || !f.Done
	}
	return open
}

// Store is a directory with an entry a file.
type Store struct{ dir string }

// Open returns the store of a user: in $XDG_STATE_HOME, %LocalAppData% or ~/.local/state. It is made when there is
// something to keep.
func Open(getenv func(string) string) (*Store, error) {
	base := getenv("XDG_STATE_HOME")
	if runtime.GOOS == "windows" && !filepath.IsAbs(base) {
		base = getenv("LOCALAPPDATA")
	}
	if !filepath.IsAbs(base) {
		home := getenv("HOME")
		if !filepath.IsAbs(home) {
			return nil, errors.New("there is no home directory to keep the upload in")
		}
		base = filepath.Join(home, ".local", "state")
	}
	return &Store{filepath.Join(base, "plik", "uploads")}, nil
}

// path returns where an upload is kept. Ids come from servers: none becomes part of a name that is not harmless.
func (s *Store) path(server, id string) string {
	sum := sha256.Sum256([]byte(strings.TrimRight(server, "/") + "\n" + id))
	return filepath.Join(s.dir, hex.EncodeToString(sum[:16])+".json")
}

// Save keeps an entry. It replaces what there was as a whole.
func (s *Store) Save(e *Entry) error {
	text, err := json.Marshal(e)
	if err == nil {
		err = os.MkdirAll(s.dir, 0o700)
	}
	if err != nil {
		return fmt.Errorf("unable to remember the upload : %w", err)
	}
	f, err := os.CreateTemp(s.dir, ".new-*") // readable for the owner only
	if err != nil {
		return fmt.Errorf("unable to remember the upload : %w", err)
	}
	_, err = f.Write(text)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), s.path(e.Server, e.ID))
	}
	if err != nil {
		return fmt.Errorf("unable to remember the upload : %w", errors.Join(err, os.Remove(f.Name())))
	}
	return nil
}

// Forget removes an entry; it may be gone already.
func (s *Store) Forget(server, id string) error {
	if err := os.Remove(s.path(server, id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("unable to forget the upload : %w", err)
	}
	return nil
}

// Get returns an upload of a server, ErrUnknown if there is none.
func (s *Store) Get(server, id string) (*Entry, error) { return read(s.path(server, id)) }

// Find returns the upload of an id or of how one begins; of a server if that is not "".
func (s *Store) Find(server, id string) (*Entry, error) {
	all, err := s.List()
	if err != nil {
		return nil, err
	}
	var found []*Entry
	for _, e := range all {
		if server != "" && e.Server != strings.TrimRight(server, "/") {
			continue
		}
		if e.ID == id {
			return e, nil
		}
		if len(id) >= 4 && strings.HasPrefix(e.ID, id) {
			found = append(found, e)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return nil, ErrUnknown
	}
	return nil, fmt.Errorf("%d uploads begin with %s", len(found), id)
}

// List returns all uploads, the newest first. Files that are none are left out.
func (s *Store) List() ([]*Entry, error) {
	names, err := os.ReadDir(s.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("unable to read what was uploaded : %w", err)
	}
	var all []*Entry
	for _, n := range names {
		if filepath.Ext(n.Name()) != ".json" {
			continue
		}
		if e, err := read(filepath.Join(s.dir, n.Name())); err == nil {
			all = append(all, e)
		}
	}
	slices.SortFunc(all, func(a, b *Entry) int { return b.CreatedAt.Compare(a.CreatedAt) })
	return all, nil
}

func read(path string) (*Entry, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrUnknown
	}
	if err != nil {
		return nil, fmt.Errorf("unable to read what was uploaded : %w", err)
	}
	var e Entry
	if err := json.Unmarshal(text, &e); err != nil || e.ID == "" || e.Server == "" {
		return nil, fmt.Errorf("unable to read what was uploaded : %s is damaged", path)
	}
	return &e, nil
}

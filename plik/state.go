package plik

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
)

// State is what another process needs to finish an upload, to be kept as JSON. It holds the secret of the upload:
// nobody else should be able to read it.
type State struct {
	Version     int         `json:"version"`
	Server      string      `json:"server"`
	Upload      string      `json:"upload"`
	UploadToken string      `json:"uploadToken"`
	Files       []FileState `json:"files"`
}

// stateVersion is that of the states this package writes and reads.
const stateVersion = 1

// FileState is one file of a State.
type FileState struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Path string `json:"path,omitempty"` // absolute; empty: it came from a reader and cannot be sent again
	Done bool   `json:"done,omitempty"`
	identity
	URL    string `json:"url,omitempty"`    // of its resumable upload, if it has one
	Digest []byte `json:"digest,omitempty"` // of the first Hashed bytes, to be gone on with
	Hashed int64  `json:"hashed,omitempty"`
}

// ErrNotResumable means that there is nothing to go on from.
var ErrNotResumable = errors.New("cannot be resumed")

// OnCheckpoint has f called whenever there is more to be kept of the upload: once it is created, and with each file and
// each piece of a large file that is sent. Calls come one at a time and hold up what is sent meanwhile.
func (u *Upload) OnCheckpoint(f func(*State)) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.checkpoint = f
}

// State returns how far the upload is. Streams cannot be resumed, nor uploads that are not created.
func (u *Upload) State() (*State, error) {
	m := u.Metadata()
	if m == nil {
		return nil, errNotCreated
	}
	if m.Stream {
		return nil, fmt.Errorf("a stream %w", ErrNotResumable)
	}
	s := &State{Version: stateVersion, Server: strings.TrimRight(u.client.URL, "/"), Upload: m.ID, UploadToken: m.UploadToken}
	for _, f := range u.Files() {
		if state, ok := f.state(); ok {
			s.Files = append(s.Files, state)
		}
	}
	return s, nil
}

// state returns how far a file is, unless the server does not know of it.
func (f *File) state() (FileState, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.metadata == nil {
		return FileState{}, false
	}
	s := FileState{Done: f.sent || f.metadata.Status == StatusUploaded}
	if f.resumed != nil && !s.Done {
		s = *f.resumed
	}
	s.ID, s.Name = f.metadata.ID, f.metadata.Name
	if f.path == "" || s.Done {
		return s, true
	}
	s.Path = absolute(f.path)
	if f.resumed == nil {
		if info, err := os.Stat(f.path); err == nil {
			s.identity = identity{Size: info.Size(), ModTime: info.ModTime()}
		}
		seen := s
		f.resumed = &seen // looked at once, not with each checkpoint
	}
	return s, true
}

// note keeps how far a file from a path is.
func (f *File) note(c *content, url string, d *digest) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.path == "" || c.info == nil {
		return nil
	}
	s := FileState{URL: url, Digest: d.state(), Hashed: d.pos}
	if f.resumed != nil && f.resumed.Hash != "" {
		s.identity = f.resumed.identity
	} else {
		id, err := identify(c.at, c.info)
		if err != nil {
			return err
		}
		s.identity = id
	}
	f.resumed = &s
	return nil
}

// began returns what is known of where the file stands, nil if nothing.
func (f *File) began() *FileState {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.resumed
}

// watched tells whether somebody keeps the state.
func (u *Upload) watched() bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.checkpoint != nil
}

// checked hands out the state.
func (u *Upload) checked() {
	u.mu.Lock()
	checkpoint := u.checkpoint
	u.mu.Unlock()
	if checkpoint == nil {
		return
	}
	u.checkMu.Lock()
	defer u.checkMu.Unlock()
	if s, err := u.State(); err == nil { // there is nothing to keep otherwise
		checkpoint(s)
	}
}

// Resume returns the upload of a state of this server, to be finished with Upload. Files that are not what they were
// fail with ErrChanged, before a byte is sent.
func (c *Client) Resume(ctx context.Context, s *State) (*Upload, error) {
	if s.Version != stateVersion {
		return nil, fmt.Errorf("the state is of version %d, only %d is known : it %w", s.Version, stateVersion, ErrNotResumable)
	}
	if s.Server != strings.TrimRight(c.URL, "/") {
		return nil, fmt.Errorf("the upload is on %s, not on %s", s.Server, c.URL)
	}
	k := call{method: http.MethodGet, path: []string{"upload", s.Upload}, secrets: secrets{uploadToken: s.UploadToken}, safety: idempotent}
	m, head, err := get[UploadMetadata](ctx, c, k)
	if err != nil {
		return nil, err
	}
	m.UploadToken = s.UploadToken
	u := c.fetched(m, head)
	for _, f := range u.files {
		if err := f.resume(s); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// resume gives a file of a fetched upload its bytes back.
func (f *File) resume(s *State) error {
	if f.metadata.Status != StatusMissing && f.metadata.Status != StatusUploading {
		return nil
	}
	for _, state := range s.Files {
		if state.ID != f.metadata.ID {
			continue
		}
		if !filepath.IsAbs(state.Path) {
			f.err = fmt.Errorf("file %s %w : it did not come from a file", f.Name, ErrNotResumable)
			return f.err
		}
		if err := state.same(state.Path); err != nil {
			return err
		}
		waiting := *f.metadata
		waiting.Status = StatusMissing
		f.metadata, f.path, f.Size, f.resumed = &waiting, state.Path, state.Size, &state
	}
	return nil
}

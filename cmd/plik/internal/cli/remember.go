package cli

import (
	"strings"

	"github.com/root-gg/plik/cmd/plik/internal/history"
	"github.com/root-gg/plik/plik"
)

// largeFile is the size from which on the progress of a file is kept while it is sent, in bytes. Smaller ones go
// in one request, of which there is nothing to keep.
const largeFile = 16 << 20

// remember keeps the upload, so that it can be gone on with, added to and deleted later.
func (n *sending) remember() {
	m := n.upload.Metadata()
	e := &history.Entry{
		Server: strings.TrimRight(n.s.URL, "/"), ID: m.ID, UploadToken: m.UploadToken,
		CreatedAt: m.CreatedAt, ExpireAt: m.ExpireAt, Login: n.s.Login,
	}
	if page, err := n.upload.GetURL(); err == nil {
		e.URL = page.String()
	}
	if n.added {
		if before, err := n.entry(e.Server, e.ID); err == nil {
			e = before
			e.Done = false
		}
	}
	if n.seal != nil {
		e.Secure = string(n.seal.method)
	}
	large := false
	for _, in := range n.inputs {
		e.Files = append(e.Files, history.File{Name: in.name, Size: in.size})
		large = large || in.path != "" && in.size >= largeFile && n.seal == nil
	}
	n.kept = e
	n.keep()
	if large && !m.Stream {
		n.upload.OnCheckpoint(func(s *plik.State) {
			e.State = s
			n.save()
		})
	}
}

// keep keeps how far the upload is.
func (n *sending) keep() {
	if n.kept == nil {
		return
	}
	n.kept.State = nil
	if s, err := n.upload.State(); err == nil && !n.kept.Done { // streams have none
		n.kept.State = s
	}
	n.save()
}

func (n *sending) save() {
	store, err := history.Open(n.getenv)
	if err == nil {
		err = store.Save(n.kept)
	}
	if err != nil && !n.warned {
		n.warned = true
		if !n.s.Quiet {
			n.note("note: %s", err)
		}
	}
}

// settle keeps how the upload ended.
func (n *sending) settle(done bool) {
	if n.kept == nil {
		return
	}
	n.upload.OnCheckpoint(nil)
	n.kept.Done = done
	n.keep()
}

// forget forgets an upload that was deleted.
func (n *sending) forget() {
	if store, err := history.Open(n.getenv); err == nil && n.kept != nil {
		if err := store.Forget(n.kept.Server, n.kept.ID); err != nil {
			n.note("note: %s", err)
		}
	}
	n.kept = nil
}

func (a *app) entry(server, id string) (*history.Entry, error) {
	store, err := history.Open(a.getenv)
	if err != nil {
		return nil, err
	}
	return store.Get(server, id)
}

package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/root-gg/plik/cmd/plik/internal/history"
	"github.com/root-gg/plik/plik"
)

// document is an upload as --json prints it. Keys are added to it, never changed.
type document struct {
	ID          string         `json:"id"`
	Server      string         `json:"server"`
	URL         string         `json:"url"`                // of its page
	AdminURL    string         `json:"adminUrl,omitempty"` // of its page, with the right to add and delete
	CreatedAt   time.Time      `json:"createdAt"`
	ExpireAt    *time.Time     `json:"expireAt"` // null: never
	TTL         int            `json:"ttl"`      // seconds; zero or negative: for ever
	ExtendTTL   bool           `json:"extendTtl"`
	OneShot     bool           `json:"oneShot"`
	Removable   bool           `json:"removable"`
	Stream      bool           `json:"stream"`
	Protected   bool           `json:"protected"`
	Comments    string         `json:"comments"`
	Secure      string         `json:"secure,omitempty"`     // age, openssl or pgp
	Passphrase  string         `json:"passphrase,omitempty"` // if it was made up
	Files       []documentFile `json:"files"`
	UploadToken string         `json:"-"`
}

type documentFile struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Size    int64  `json:"size"` // bytes on the server
	Type    string `json:"type"`
	MD5     string `json:"md5"`    // of the bytes on the server; may be empty
	Status  string `json:"status"` // missing, uploading, uploaded, removed, deleted; or failed
	URL     string `json:"url"`
	Command string `json:"command,omitempty"` // to fetch it
	Error   string `json:"error,omitempty"`
}

// documentOf returns the document of an upload and all its files.
func documentOf(server string, u *plik.Upload) (*document, error) {
	m := u.Metadata()
	d := &document{
		ID: m.ID, Server: strings.TrimRight(server, "/"), CreatedAt: m.CreatedAt, ExpireAt: m.ExpireAt, TTL: m.TTL, ExtendTTL: m.ExtendTTL,
		OneShot: m.OneShot, Removable: m.Removable, Stream: m.Stream, Protected: m.ProtectedByPassword, Comments: m.Comments,
		Files: []documentFile{},
	}
	page, err := u.GetURL()
	if err != nil {
		return nil, err
	}
	d.URL = page.String()
	if m.UploadToken != "" {
		if page, err = u.GetAdminURL(); err != nil {
			return nil, err
		}
		d.AdminURL = page.String()
	}
	for _, f := range u.Files() {
		d.Files = append(d.Files, fileDocument(f))
	}
	return d, nil
}

func fileDocument(f *plik.File) documentFile {
	d := documentFile{Name: f.Name, Size: f.Size, Status: plik.StatusMissing}
	if m := f.Metadata(); m != nil {
		d.ID, d.Type, d.MD5, d.Status, d.Size = m.ID, m.Type, m.Md5, m.Status, m.Size
	}
	if address, err := addressOf(f); err == nil {
		d.URL = address
	}
	if err := f.Error(); err != nil {
		d.Status, d.Error = "failed", err.Error()
	}
	return d
}

// printJSON prints the upload with the files of this run.
func (n *sending) printJSON() error {
	d, err := documentOf(n.s.URL, n.upload)
	if err != nil {
		return err
	}
	d.Files = nil
	for i, f := range n.files {
		fd := fileDocument(f)
		if fd.Error == "" {
			fd.Command = fileCommand(n.s, n.inputs[i], n.seal, fd.URL)
		}
		d.Files = append(d.Files, fd)
	}
	if n.seal != nil {
		d.Secure = string(n.seal.method)
		if n.s.generated {
			d.Passphrase = n.seal.passphrase
		}
	}
	return n.app.json(d)
}

// json prints v, indented, so that a terminal shows it as it is.
func (a *app) json(v any) error {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	for _, r := range b.String() { // encoding/json leaves DEL and the control characters above it alone
		if r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			fmt.Fprintf(a.out, `\u%04x`, r)
			continue
		}
		fmt.Fprint(a.out, string(r))
	}
	return a.out.err
}

// entryDocument is an upload of the history.
type entryDocument struct {
	ID        string         `json:"id"`
	Server    string         `json:"server"`
	URL       string         `json:"url"`
	CreatedAt time.Time      `json:"createdAt"`
	ExpireAt  *time.Time     `json:"expireAt"`
	Secure    string         `json:"secure,omitempty"`
	Done      bool           `json:"done"`
	Resumable bool           `json:"resumable"`
	Files     []history.File `json:"files"`
}

func entryDocuments(all []*history.Entry) []entryDocument {
	out := []entryDocument{}
	for _, e := range all {
		out = append(out, entryDocument{e.ID, e.Server, e.URL, e.CreatedAt, e.ExpireAt, e.Secure, e.Done, e.Resumable(), e.Files})
	}
	return out
}

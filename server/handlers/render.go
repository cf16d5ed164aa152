package handlers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
)

func writeJSON(w http.ResponseWriter, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	return write(w, "application/json; charset=utf-8", body)
}

func writeText(w http.ResponseWriter, text string) error {
	return write(w, "text/plain; charset=utf-8", []byte(text))
}

func write(w http.ResponseWriter, contentType string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("X-Content-Type-Options", "nosniff")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.Write(body) // a client that left is noticed by the server
	return nil
}

// uploadJSON is u as its reader may see it: field by field, so that what is not named
// here stays with us.
func (h *Handlers) uploadJSON(u *core.Upload, admin bool) *api.Upload {
	out := uploadFields(u)
	out.DownloadDomain, out.Admin = h.DownloadDomain, admin
	if admin {
		out.UploadToken = u.UploadToken
	}
	return out
}

// uploadFields are those that everybody may see.
func uploadFields(u *core.Upload) *api.Upload {
	out := &api.Upload{
		ID: string(u.ID), TTL: u.TTL, ExtendTTL: u.ExtendTTL, Comments: u.Comments,
		Stream: u.Stream, OneShot: u.OneShot, Removable: u.Removable,
		ProtectedByPassword: u.ProtectedByPassword, CreatedAt: u.CreatedAt, ExpireAt: timeOrNull(u.ExpireAt),
	}
	for _, f := range u.Files {
		out.Files = append(out.Files, fileJSON(f))
	}
	return out
}

func uploadV1(u *api.Upload) *api.UploadV1 {
	out := &api.UploadV1{
		ID: u.ID, Creation: u.CreatedAt.Unix(), TTL: u.TTL, DownloadDomain: u.DownloadDomain, Comments: u.Comments,
		Files: map[string]*api.File{}, UploadToken: u.UploadToken, Stream: u.Stream, OneShot: u.OneShot,
		Removable: u.Removable, ProtectedByPassword: u.ProtectedByPassword,
	}
	for _, f := range u.Files {
		out.Files[f.ID] = f
	}
	return out
}

func fileJSON(f *core.File) *api.File {
	return &api.File{
		ID: string(f.ID), Name: f.Name, Status: string(f.Status), MD5: f.MD5, Type: f.Type,
		Size: f.Size, Reference: f.Reference, CreatedAt: f.CreatedAt,
	}
}

func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

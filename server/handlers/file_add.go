package handlers

import (
	"net/http"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/uploads"
)

// body returns the request's body as the content of a file. A stream may pause as long as
// its sender likes.
func body(w http.ResponseWriter, r *http.Request, stream bool) (*middleware.Body, uploads.Body) {
	idle := middleware.IdleTimeout
	if stream {
		idle = 0
	}
	b := middleware.NewBody(w, r, idle)
	return b, uploads.Body{Reader: b, Size: r.ContentLength, Interrupt: b.Interrupt}
}

// putFile takes the raw body as the content of a declared file.
func (h *Handlers) putFile(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	_, content := body(w, r, s.Upload.Stream)
	return h.receive(w, r, content)
}

// postFile takes the part named "file" of a form as the content of a declared file.
func (h *Handlers) postFile(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	if s.File.Status != core.Missing { // before reading what will be refused
		return core.E(core.KindInvalid, "file_status_invalid", "invalid file status %s, expected %s", s.File.Status, core.Missing)
	}
	raw, content := body(w, r, s.Upload.Stream)
	form, err := openForm(r, raw)
	if err != nil {
		return err
	}
	defer form.Close()
	if form.name != s.File.Name {
		return core.E(core.KindInvalid, "file_name_invalid", "invalid file name")
	}
	content.Reader, content.Size = form.file, -1
	return h.receive(w, r, content)
}

func (h *Handlers) receive(w http.ResponseWriter, r *http.Request, content uploads.Body) error {
	s := middleware.ScopeOf(r)
	defer h.transfer(metrics.Upload)()
	if err := h.Uploads.Receive(r.Context(), s.Upload, s.File, content); err != nil {
		return err
	}
	h.touch(r.Context(), s.Upload)
	return writeJSON(w, fileJSON(s.File))
}

// postNewFile adds a file that was not declared.
func (h *Handlers) postNewFile(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	raw, content := body(w, r, s.Upload.Stream)
	form, err := openForm(r, raw)
	if err != nil {
		return err
	}
	defer form.Close()
	content.Reader, content.Size = form.file, -1
	defer h.transfer(metrics.Upload)()
	f, err := h.Uploads.ReceiveNew(r.Context(), s.Upload, form.name, content)
	if err != nil {
		return err
	}
	s.File = f
	h.touch(r.Context(), s.Upload)
	return writeJSON(w, fileJSON(f))
}

func (h *Handlers) removeFile(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	if !s.Admin && !s.Upload.Removable {
		return core.E(core.KindForbidden, "not_removable", "you are not allowed to remove files from this upload")
	}
	if err := h.Uploads.RemoveFile(r.Context(), s.File); err != nil {
		return err
	}
	h.auditRemoval(r, s)
	return writeText(w, "ok")
}

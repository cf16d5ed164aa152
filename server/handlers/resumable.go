package handlers

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/handlers/tus"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/uploads"
)

// ResumablePath is where resumable uploads are, below the prefix.
const ResumablePath = "/tus/"

// statusChecksum is what tus answers to a wrong checksum.
const statusChecksum = 460

// resumable serves the protocol of resumable uploads.
func (h *Handlers) resumable(w http.ResponseWriter, r *http.Request) error {
	if r.Method != "OPTIONS" && r.Method != "HEAD" {
		defer h.transfer(metrics.Upload)()
	}
	err := h.tus.Serve(w, r, mux.Vars(r)["tusID"])
	if e, ok := err.(*core.Error); ok && e.Code == uploads.ErrChecksum.Code {
		return &statusError{statusChecksum, e}
	}
	return err
}

// mayResume lets through who may go on with the transfer of the URL: whoever knows its id, and, when
// it was begun for an upload there was, has a right to that.
func (h *Handlers) mayResume(next middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		t, err := h.Uploads.Transfer(r.Context(), mux.Vars(r)["tusID"])
		if err != nil {
			return err
		}
		if t.Bound {
			u, err := h.Uploads.Upload(r.Context(), t.UploadID, withoutFiles)
			if core.KindOf(err) == core.KindNotFound && err != nil {
				return core.E(core.KindGone, "resumable_gone", "the upload was deleted or has expired, send the file anew")
			}
			if err != nil {
				return err
			}
			if err := h.administrates(r, u); err != nil {
				return err
			}
		}
		return next(w, r)
	}
}

// administrates refuses who has not the rights of an upload's creator.
func (h *Handlers) administrates(r *http.Request, u *core.Upload) error {
	if err := h.authorize(r, u); err != nil {
		return err
	}
	if !middleware.ScopeOf(r).Admin {
		return core.E(core.KindForbidden, "not_upload_admin", "you are not allowed to add file to this upload")
	}
	return nil
}

// transfers are the uploads of a server, as the protocol sees them.
type transfers struct {
	*uploads.Service
	h *Handlers
}

// Create begins a transfer: of a file that was declared, of a new file of an upload there is, or of
// an upload of its own.
func (t transfers) Create(ctx context.Context, r *http.Request, n tus.New) (*core.Resumable, error) {
	resume := uploads.Resume{Length: n.Length, Metadata: n.Raw}
	var u *core.Upload
	if id := n.Metadata["upload"]; id != "" {
		var err error
		if u, err = t.Upload(ctx, core.UploadID(id), withoutFiles); err != nil {
			return nil, err
		}
		if err := t.h.administrates(r, u); err != nil {
			return nil, err
		}
		resume.Bound = true
	} else if s := middleware.ScopeOf(r); s.Who.User == nil && !t.h.trusts(s.IP) {
		return nil, errNotWhitelisted
	}
	if n.Partial {
		return t.StartPartial(ctx, middleware.ScopeOf(r).Who, u, resume)
	}
	u, f, err := t.target(ctx, r, u, n)
	if err != nil {
		return nil, err
	}
	middleware.ScopeOf(r).Upload, middleware.ScopeOf(r).File = u, f
	res, err := t.begin(ctx, r, u, f, n, resume)
	if err != nil && !resume.Bound {
		t.TakeBack(ctx, u)
	}
	return res, err
}

func (t transfers) begin(ctx context.Context, r *http.Request, u *core.Upload, f *core.File, n tus.New, resume uploads.Resume) (*core.Resumable, error) {
	if len(n.Parts) == 0 {
		return t.StartResumable(ctx, u, f, resume)
	}
	var parts []*core.Resumable
	for _, id := range n.Parts {
		part, err := t.Transfer(ctx, id)
		if err != nil {
			return nil, err
		}
		if part.Bound && part.UploadID != u.ID {
			return nil, core.E(core.KindForbidden, "part_foreign", "a part was sent for another upload")
		}
		parts = append(parts, part)
	}
	return t.JoinResumables(ctx, u, f, parts, resume)
}

// target returns the file to be sent, and makes it when the metadata names none.
func (t transfers) target(ctx context.Context, r *http.Request, u *core.Upload, n tus.New) (*core.Upload, *core.File, error) {
	m := n.Metadata
	name, kind := first(m, "filename", "name"), first(m, "filetype", "type")
	switch id := m["file"]; {
	case u != nil && id != "":
		_, f, err := t.UploadAndFile(ctx, u.ID, core.FileID(id))
		if err == nil && f == nil {
			err = core.E(core.KindNotFound, "file_not_found", "file %s not found", id)
		}
		return u, f, err
	case u != nil:
		f, err := t.Declare(ctx, u, uploads.NewFile{Name: name, Type: kind, Size: max(n.Length, 0)})
		return u, f, err
	}
	req, err := options(func(param, _ string) (string, bool) { v, ok := m[param]; return v, ok })
	if err != nil {
		return nil, nil, err
	}
	req.Files = []uploads.NewFile{{Name: name, Type: kind, Size: max(n.Length, 0)}}
	u, err = t.Service.Create(ctx, caller(r), req)
	if err != nil {
		return nil, nil, err
	}
	return u, u.Files[0], nil
}

func first(m map[string]string, keys ...string) string {
	for _, k := range keys {
		if v := m[k]; v != "" {
			return v
		}
	}
	return ""
}

// Describe tells where the file is to be had, and at the creation of an upload its secret.
func (t transfers) Describe(ctx context.Context, r *http.Request, res *core.Resumable, created bool) (http.Header, error) {
	if res.Partial || !created && !(res.Done && r.Method == "PATCH") {
		return nil, nil
	}
	u, f, err := t.UploadAndFile(ctx, res.UploadID, res.FileID)
	if err != nil || f == nil {
		return nil, err
	}
	middleware.ScopeOf(r).Upload, middleware.ScopeOf(r).File = u, f
	h := http.Header{}
	h.Set("X-Plik-URL", t.h.base(r)+"/file/"+string(u.ID)+"/"+string(f.ID)+"/"+url.PathEscape(f.Name))
	h.Set("X-Plik-Upload", string(u.ID))
	if created && !res.Bound {
		h.Set("X-UploadToken", u.UploadToken)
	}
	return h, nil
}

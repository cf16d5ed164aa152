package handlers

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/handlers/compat"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/uploads"
)

// maxJSON is the largest JSON body, in bytes.
const maxJSON = 1 << 20

// createUpload answers in the shape, modern or V1, that it was asked in.
func (h *Handlers) createUpload(w http.ResponseWriter, r *http.Request) error {
	asked, v1, err := readNewUpload(w, r)
	if err != nil {
		return err
	}
	req, err := request(asked)
	if err != nil {
		return err
	}
	u, err := h.Uploads.Create(r.Context(), caller(r), req)
	if err != nil {
		return err
	}
	middleware.ScopeOf(r).Upload = u
	if u.ProtectedByPassword {
		// Clients show this to their users as a ready-made header.
		pair := base64.StdEncoding.EncodeToString([]byte(u.Login + ":" + req.Password))
		w.Header().Set("Authorization", "Basic "+pair)
	}
	out := h.uploadJSON(u, true)
	if v1 {
		return writeJSON(w, uploadV1(out))
	}
	return writeJSON(w, out)
}

func readNewUpload(w http.ResponseWriter, r *http.Request) (n *api.NewUpload, v1 bool, err error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxJSON))
	if err != nil {
		return nil, false, core.E(core.KindInvalid, "body_unreadable", "unable to read request body : %s", err)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return &api.NewUpload{}, false, nil
	}
	if n, ok := compat.ParseV1(body); ok {
		return n, true, nil
	}
	n = &api.NewUpload{}
	if err := json.Unmarshal(body, &n); err != nil {
		return nil, false, core.E(core.KindInvalid, "json_invalid", "unable to deserialize request body : %s", err)
	}
	if n == nil { // the body was null
		n = &api.NewUpload{}
	}
	return n, false, nil
}

func request(n *api.NewUpload) (uploads.Request, error) {
	req := uploads.Request{
		TTL: n.TTL, ExtendTTL: n.ExtendTTL, Stream: n.Stream, OneShot: n.OneShot, Removable: n.Removable,
		Comments: n.Comments, Login: n.Login, Password: n.Password,
	}
	for i, f := range n.Files {
		if f == nil {
			return req, core.E(core.KindInvalid, "json_invalid", "unable to deserialize request body : files[%d] is null", i)
		}
		req.Files = append(req.Files, uploads.NewFile{Name: f.Name, Type: f.Type, Size: f.Size, Reference: f.Reference})
	}
	return req, nil
}

func (h *Handlers) getUpload(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	if r.Method == "GET" {
		h.touch(r.Context(), s.Upload)
	}
	out := h.uploadJSON(s.Upload, s.Admin)
	if out.Files == nil {
		out.Files = []*api.File{}
	}
	return writeJSON(w, out)
}

func (h *Handlers) removeUpload(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	if !s.Admin && !s.Upload.Removable {
		return core.E(core.KindForbidden, "not_removable", "you are not allowed to remove this upload")
	}
	if err := h.Uploads.RemoveUpload(r.Context(), s.Upload); err != nil {
		return fmt.Errorf("remove upload: %w", err)
	}
	h.auditRemoval(r, s)
	return writeText(w, "ok")
}

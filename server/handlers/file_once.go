package handlers

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/uploads"
)

// getOnce hands out a file of a one-shot upload to exactly one GET, whole. Nothing else
// spends it.
func (h *Handlers) getOnce(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	f := s.File
	if f.Status != core.Uploaded {
		return uploads.Unavailable(f)
	}
	if r.Method == "HEAD" {
		h.onceHeaders(w, r, f.Size)
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if err := spares(r, f.Size); err != nil {
		return err
	}
	src, done, err := h.Uploads.TakeOnce(r.Context(), f)
	if err != nil {
		return err
	}
	defer done()
	defer h.transfer(metrics.Download)()
	size, err := src.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = src.Seek(0, io.SeekStart)
	}
	if err != nil {
		return fmt.Errorf("read file %s: %w", f.ID, err)
	}
	h.onceHeaders(w, r, size)
	w.WriteHeader(http.StatusOK)
	if n, err := io.CopyN(w, src, size); err != nil {
		return fmt.Errorf("one-shot file %s went out to byte %d of %d: %w", f.ID, n, size, err)
	}
	return nil
}

func (h *Handlers) onceHeaders(w http.ResponseWriter, r *http.Request, size int64) {
	s := middleware.ScopeOf(r)
	h.fileHeaders(w, r, s.Upload, s.File)
	w.Header().Set("Accept-Ranges", "none")
	w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
}

// spares refuses requests that must not spend what is handed out once: those of a browser
// that guesses, those that hang on a copy nobody can have, and the one-byte ranges that programs
// ask for to learn the size.
func spares(r *http.Request, size int64) error {
	switch {
	case prefetch(r):
		return core.E(core.KindUnavailable, "prefetch_refused", "this can be downloaded once only, so not in advance")
	case conditional(r):
		return &statusError{http.StatusPreconditionFailed, core.E(core.KindInvalid, "precondition_failed",
			"this can be downloaded once only : ask again without conditions")}
	case size > 1 && strings.TrimSpace(r.Header.Get("Range")) == "bytes=0-0":
		return &statusError{http.StatusRequestedRangeNotSatisfiable, core.E(core.KindInvalid, "range_refused",
			"this can be downloaded once only, and only whole : use HEAD to learn the size")}
	}
	return nil
}

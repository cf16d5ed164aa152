package handlers

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/server/archive"
	"github.com/root-gg/plik/server/content"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/uploads"
)

// getArchive hands out files of an upload as one zip.
func (h *Handlers) getArchive(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	if err := h.checkDomain(r); err != nil {
		return err
	}
	if s.Upload.Stream {
		return core.E(core.KindInvalid, "archive_of_stream", "archive feature is not available in stream mode")
	}
	name := mux.Vars(r)["filename"]
	switch {
	case len(name) > core.MaxNameLength:
		return core.E(core.KindInvalid, "archive_name_invalid", "invalid archive name too long, maximum %d characters", core.MaxNameLength)
	case !strings.HasSuffix(name, ".zip"):
		return core.E(core.KindInvalid, "archive_name_invalid", "invalid archive name, missing .zip extension")
	}
	files, err := uploads.Pick(s.Upload, picked(r))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/zip")
	content.SecurityHeaders(w.Header(), true)
	w.Header().Set("Content-Disposition", content.Disposition(name, r.URL.Query().Get("dl") != ""))
	noStore(w.Header(), s.Upload)
	if s.Upload.OneShot {
		return h.archiveOnce(w, r, files)
	}
	zip, err := h.Uploads.Archive(files)
	if err != nil {
		return err
	}
	if r.Method == "GET" {
		h.touch(r.Context(), s.Upload)
		defer h.transfer(metrics.Download)()
	}
	src := zip.NewReader(r.Context())
	defer src.Close()
	w.Header().Set("Etag", `"`+zip.Fingerprint()+`"`)
	if err := serveContent(w, r, newest(files), src); err != nil {
		return err
	}
	return src.Err()
}

// picked returns the file ids of ?files=ID,ID.
func picked(r *http.Request) []core.FileID {
	var ids []core.FileID
	for _, v := range r.URL.Query()["files"] {
		for id := range strings.SplitSeq(v, ",") {
			if id != "" && !slices.Contains(ids, core.FileID(id)) {
				ids = append(ids, core.FileID(id))
			}
		}
	}
	return ids
}

func newest(files []*core.File) (t time.Time) {
	for _, f := range files {
		if f.CreatedAt.After(t) {
			t = f.CreatedAt
		}
	}
	return t
}

// archiveOnce hands out the files of a one-shot upload, each of which is gone then.
func (h *Handlers) archiveOnce(w http.ResponseWriter, r *http.Request, files []*core.File) error {
	s := middleware.ScopeOf(r)
	w.Header().Set("Accept-Ranges", "none")
	done := func() {}
	if r.Method == "GET" {
		if err := spares(r, 2); err != nil {
			return err
		}
		var err error
		if files, done, err = h.Uploads.TakeArchive(r.Context(), s.Upload, files); err != nil {
			return err
		}
		defer h.transfer(metrics.Download)()
	}
	defer func() { done() }()
	zip, err := h.Uploads.Archive(files)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Length", strconv.FormatInt(zip.Size(), 10))
	w.WriteHeader(http.StatusOK)
	if r.Method == "HEAD" {
		return nil
	}
	src := zip.NewReader(r.Context())
	defer src.Close()
	return writeZip(w, src, zip)
}

func writeZip(w io.Writer, src *archive.Reader, zip *archive.Archive) error {
	if _, err := src.WriteN(w, zip.Size()); err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}

package handlers

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/uploads"
)

// maxWait is how long a receiver may wait for its sender.
const maxWait = time.Hour

// getStream hands the bytes of a file on as they come from its sender.
func (h *Handlers) getStream(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	if err := h.awaitSender(r, s); err != nil {
		return err
	}
	if s.File.Status != core.Uploading {
		return uploads.Unavailable(s.File)
	}
	if r.Method == "HEAD" {
		h.fileHeaders(w, r, s.Upload, s.File)
		if s.File.Size > 0 {
			w.Header().Set("Content-Length", strconv.FormatInt(s.File.Size, 10))
		}
		w.WriteHeader(http.StatusOK)
		return nil
	}
	if err := spares(r, 0); err != nil {
		return err
	}
	defer h.transfer(metrics.Stream)()
	sink := &sink{h: h, w: w, r: r, rc: http.NewResponseController(w)}
	err := h.Uploads.Stream(r.Context(), s.File, sink)
	sink.rc.SetWriteDeadline(time.Time{})
	return err
}

// awaitSender waits for the sender of a file as long as ?wait= says.
func (h *Handlers) awaitSender(r *http.Request, s *middleware.Scope) error {
	v := r.URL.Query().Get("wait")
	if v == "" {
		return nil
	}
	seconds, err := strconv.Atoi(v)
	if err != nil || seconds < 0 || seconds > int(maxWait/time.Second) {
		return core.E(core.KindInvalid, "option_invalid", "invalid value %q of wait, use seconds from 0 to %d", v, int(maxWait/time.Second))
	}
	if s.File.Status != core.Missing || r.Method == "HEAD" || seconds == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(r.Context(), time.Duration(seconds)*time.Second)
	defer cancel()
	if err := h.Uploads.AwaitSender(ctx, s.File); err != nil {
		if ctx.Err() != nil {
			return uploads.Unavailable(s.File)
		}
		return err
	}
	// What was loaded is old by now.
	u, f, err := h.Uploads.UploadAndFile(r.Context(), s.Upload.ID, s.File.ID)
	if err != nil {
		return err
	}
	if f == nil {
		return core.E(core.KindNotFound, "file_not_found", "file %s not found", s.File.ID)
	}
	s.Upload, s.File = u, f
	return nil
}

// sink writes a stream into the answer, from the sender's goroutine.
type sink struct {
	h  *Handlers
	w  http.ResponseWriter
	r  *http.Request
	rc *http.ResponseController
}

func (s *sink) Start(contentType string, size int64) {
	scope := middleware.ScopeOf(s.r)
	f := *scope.File
	f.Type = contentType
	s.h.fileHeaders(s.w, s.r, scope.Upload, &f)
	if size >= 0 {
		s.w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
	}
	s.w.WriteHeader(http.StatusOK)
	s.rc.Flush() // the receiver sees that it has begun
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err == nil {
		err = s.rc.Flush()
	}
	return n, err
}

func (s *sink) Interrupt() { s.rc.SetWriteDeadline(time.Unix(1, 0)) }

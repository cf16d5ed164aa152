package handlers

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/relay"
)

// getRelay hands a stream to another daemon, which has seen to it that its receiver may have it.
func (h *Handlers) getRelay(w http.ResponseWriter, r *http.Request) error {
	upload, file := core.UploadID(mux.Vars(r)["uploadID"]), core.FileID(mux.Vars(r)["fileID"])
	if !h.RelayKey.Verify(r, upload, file, h.Now()) {
		return core.E(core.KindForbidden, "relay_forbidden", "only the servers of this installation may ask for that")
	}
	_, f, err := h.Uploads.UploadAndFile(r.Context(), upload, file)
	if err == nil && f == nil {
		err = core.E(core.KindNotFound, "file_not_found", "file %s not found", file)
	}
	if err != nil {
		return err
	}
	if r.Method == "HEAD" {
		return nil
	}
	defer h.transfer(metrics.Stream)()
	sink := &relaySink{w: w, rc: http.NewResponseController(w)}
	err = h.Uploads.StreamHere(r.Context(), f, sink)
	sink.rc.SetWriteDeadline(time.Time{})
	return err
}

// relaySink writes a stream as it is: what becomes of it is the other daemon's.
type relaySink struct {
	w  http.ResponseWriter
	rc *http.ResponseController
}

func (s *relaySink) Start(contentType string, size int64) {
	head := s.w.Header()
	head.Set(relay.TypeHeader, contentType)
	head.Set("Content-Type", "application/octet-stream")
	head.Set("X-Content-Type-Options", "nosniff")
	if size >= 0 {
		head.Set("Content-Length", strconv.FormatInt(size, 10))
	}
	s.w.WriteHeader(http.StatusOK)
	s.rc.Flush()
}

func (s *relaySink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err == nil {
		err = s.rc.Flush()
	}
	return n, err
}

func (s *relaySink) Interrupt() { s.rc.SetWriteDeadline(time.Unix(1, 0)) }

package handlers

import (
	"io"
	"net/http"
	"time"

	"github.com/root-gg/plik/server/core"
)

// serveContent is http.ServeContent, but that its refusals become errors like all others.
func serveContent(w http.ResponseWriter, r *http.Request, modified time.Time, src io.ReadSeeker) error {
	out := &refusals{ResponseWriter: w}
	http.ServeContent(out, r, "", modified, src)
	switch out.status {
	case http.StatusPreconditionFailed:
		return &statusError{out.status, core.E(core.KindInvalid, "precondition_failed", "the file is not the one that the conditions of the request name")}
	case http.StatusRequestedRangeNotSatisfiable:
		return &statusError{out.status, core.E(core.KindInvalid, "range_refused", "the file does not have this range")}
	}
	return nil
}

// refusals keeps http.ServeContent from answering with what it refuses.
type refusals struct {
	http.ResponseWriter
	status int // of the refusal; zero: none
}

func (w *refusals) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *refusals) WriteHeader(status int) {
	if status == http.StatusPreconditionFailed || status == http.StatusRequestedRangeNotSatisfiable {
		w.status = status
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *refusals) Write(p []byte) (int, error) {
	if w.status != 0 {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}

// ReadFrom keeps the way open for sendfile.
func (w *refusals) ReadFrom(src io.Reader) (int64, error) {
	if rf, ok := w.ResponseWriter.(io.ReaderFrom); ok && w.status == 0 {
		return rf.ReadFrom(src)
	}
	return io.Copy(struct{ io.Writer }{w}, src)
}

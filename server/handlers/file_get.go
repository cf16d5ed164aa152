package handlers

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/root-gg/plik/server/content"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/middleware"
)

// getFile hands out a file: stored, once, or as it streams in.
func (h *Handlers) getFile(w http.ResponseWriter, r *http.Request) error {
	s := middleware.ScopeOf(r)
	if err := h.checkDomain(r); err != nil {
		return err
	}
	switch {
	case s.Upload.Stream:
		return h.getStream(w, r)
	case s.Upload.OneShot:
		return h.getOnce(w, r)
	}
	src, err := h.Uploads.Open(r.Context(), s.File)
	if err != nil {
		return err
	}
	defer src.Close()
	h.fileHeaders(w, r, s.Upload, s.File)
	w.Header().Set("Etag", etag(s.File))
	if r.Method == "GET" {
		h.touch(r.Context(), s.Upload)
		defer h.transfer(metrics.Download)()
	}
	if served, err := serveSmall(w, r, s.File, src); served || err != nil {
		return err
	}
	return serveContent(w, r, s.File.CreatedAt, src)
}

// checkDomain refuses files under another name than the download domain's.
func (h *Handlers) checkDomain(r *http.Request) error {
	if len(h.DownloadHosts) > 0 && !slices.Contains(h.DownloadHosts, r.Host) {
		return core.E(core.KindInvalid, "download_domain_invalid", "Invalid download domain %s", r.Host)
	}
	return nil
}

// etag never changes for a file id: content is stored once.
func etag(f *core.File) string {
	if f.MD5 != "" {
		return `"` + f.MD5 + `"`
	}
	return `"` + string(f.ID) + `"`
}

// fileHeaders sets what goes with the bytes of a file, whatever they are.
func (h *Handlers) fileHeaders(w http.ResponseWriter, r *http.Request, u *core.Upload, f *core.File) {
	head := w.Header()
	head.Set("Content-Type", content.ServedType(f.Type))
	content.SecurityHeaders(head, h.Strict)
	head.Set("Content-Disposition", content.Disposition(f.Name, r.URL.Query().Get("dl") != ""))
	noStore(head, u)
}

// noStore keeps restricted bytes out of caches. Others may be kept, but must be asked
// for again, so that what was deleted is gone for everybody.
func noStore(head http.Header, u *core.Upload) {
	switch {
	case u.OneShot || u.Stream:
		head.Set("Cache-Control", "no-cache, no-store, must-revalidate")
		head.Set("Pragma", "no-cache")
		head.Set("Expires", "0")
	case u.ProtectedByPassword:
		head.Set("Cache-Control", "private, no-store")
	default:
		head.Set("Cache-Control", "private, no-cache")
	}
}

// smallFile is what goes out in one write together with its header.
const smallFile = 32 << 10

var smallBuffers = sync.Pool{New: func() any { return new([smallFile]byte) }}

// serveSmall serves a small file that is wanted whole: http.ServeContent would need
// several system calls more.
func serveSmall(w http.ResponseWriter, r *http.Request, f *core.File, src io.Reader) (served bool, err error) {
	if f.Size == 0 || f.Size > smallFile || r.Method != "GET" || conditional(r) || r.Header.Get("Range") != "" {
		return false, nil
	}
	buf := smallBuffers.Get().(*[smallFile]byte)
	defer smallBuffers.Put(buf)
	if _, err := io.ReadFull(src, buf[:f.Size]); err != nil {
		return false, fmt.Errorf("read file %s: %w", f.ID, err)
	}
	head := w.Header()
	head.Set("Accept-Ranges", "bytes")
	head.Set("Last-Modified", f.CreatedAt.UTC().Format(http.TimeFormat))
	head.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	w.Write(buf[:f.Size])
	return true, nil
}

// conditional tells whether the request hangs on what its client has already.
func conditional(r *http.Request) bool {
	for _, k := range []string{"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since"} {
		if _, ok := r.Header[k]; ok {
			return true
		}
	}
	return false
}

// prefetch tells whether a browser only guesses that its user will want this.
func prefetch(r *http.Request) bool {
	for _, k := range []string{"Sec-Purpose", "Purpose", "X-Moz", "X-Purpose"} {
		v := strings.ToLower(r.Header.Get(k))
		if strings.Contains(v, "prefetch") || strings.Contains(v, "prerender") || strings.Contains(v, "preview") {
			return true
		}
	}
	return false
}

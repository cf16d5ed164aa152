package handlers

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/root-gg/plik/server/core"
)

// files serves a tree of files, without listing its folders.
type files struct {
	prefix string
	fsys   fs.FS
	page   bool   // the web app: index.html for folders, and a policy for its scripts
	plain  string // content type of names without a known ending
	sums   sync.Map
}

// static returns what is served beside the API, the catch-all last.
func (h *Handlers) static() []*files {
	all := []*files{
		{prefix: "/clients/", fsys: h.Clients, plain: "application/octet-stream"},
		{prefix: "/changelog/", fsys: h.Changelog, plain: "text/plain; charset=utf-8"},
		{prefix: "/", fsys: h.Web, page: true, plain: "application/octet-stream"},
	}
	return slices.DeleteFunc(all, func(s *files) bool { return s.fsys == nil })
}

func (s *files) serve(w http.ResponseWriter, r *http.Request) error {
	name := strings.TrimPrefix(r.URL.Path, s.prefix)
	if s.page && name == "" {
		name = "index.html"
	}
	head := w.Header()
	f, info, stored, err := s.choose(r, head, name)
	if err != nil {
		return err
	}
	defer f.Close()
	src, ok := f.(io.ReadSeeker)
	if !ok {
		return fmt.Errorf("static file %s cannot be served, it does not seek", stored)
	}
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "same-origin")
	head.Set("Cache-Control", "no-cache")
	if s.page {
		head.Set("Content-Security-Policy", pagePolicy)
		head.Set("X-Frame-Options", "DENY")
		if strings.HasPrefix(name, "assets/") { // named after their content
			head.Set("Cache-Control", "public, max-age=31536000, immutable")
		}
	}
	head.Set("Content-Type", s.typeOf(name))
	if info.ModTime().IsZero() { // embedded: told apart by content
		sum, err := s.sum(stored, src)
		if err != nil {
			return fmt.Errorf("static file %s: %w", stored, err)
		}
		head.Set("Etag", sum)
	}
	http.ServeContent(w, r, "", info.ModTime(), src)
	return nil
}

// pagePolicy lets the web app load its own parts only.
const pagePolicy = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

func open(fsys fs.FS, name string) (fs.File, fs.FileInfo, error) {
	notFound := core.E(core.KindNotFound, "not_found", "404 page not found")
	if !fs.ValidPath(name) || strings.Contains(name, "\\") {
		return nil, nil, notFound
	}
	f, err := fsys.Open(name)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			return nil, nil, fmt.Errorf("static file: %w", err)
		}
		return nil, nil, notFound
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, nil, notFound
	}
	return f, info, nil
}

func (s *files) typeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js", ".mjs": // not what the machine's table says
		return "text/javascript; charset=utf-8"
	case ".webmanifest":
		return "application/manifest+json"
	default:
		if t := mime.TypeByExtension(ext); t != "" {
			return t
		}
	}
	return s.plain
}

func (s *files) sum(name string, src io.ReadSeeker) (string, error) {
	if v, ok := s.sums.Load(name); ok {
		return v.(string), nil
	}
	h := sha256.New()
	if _, err := io.Copy(h, src); err != nil {
		return "", err
	}
	if _, err := src.Seek(0, io.SeekStart); err != nil {
		return "", err
	}
	etag := `"` + hex.EncodeToString(h.Sum(nil)[:16]) + `"`
	s.sums.Store(name, etag)
	return etag, nil
}

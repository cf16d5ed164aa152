package handlers

import (
	"net/http"
	"net/url"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metrics"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/uploads"
)

// quickPost makes an upload of the part named "file" of a form.
func (h *Handlers) quickPost(w http.ResponseWriter, r *http.Request) error {
	req, err := quickOptions(r)
	if err != nil {
		return err
	}
	raw, content := body(w, r, req.Stream)
	form, err := openForm(r, raw)
	if err != nil {
		return err
	}
	defer form.Close()
	content.Reader, content.Size = form.file, -1
	return h.quick(w, r, req, form.name, content)
}

// quickPut makes an upload of the raw body, as curl -T sends it.
func (h *Handlers) quickPut(w http.ResponseWriter, r *http.Request) error {
	req, err := quickOptions(r)
	if err != nil {
		return err
	}
	_, content := body(w, r, req.Stream)
	return h.quick(w, r, req, mux.Vars(r)["filename"], content)
}

func (h *Handlers) quick(w http.ResponseWriter, r *http.Request, req uploads.Request, name string, content uploads.Body) error {
	defer h.transfer(metrics.Upload)()
	// A stream ends only when its receiver has come, who needs the URL to come: it is
	// answered at once, while the body still waits.
	announced := false
	announce := func(u *core.Upload) {
		announced = true
		rc := http.NewResponseController(w)
		rc.EnableFullDuplex()
		w.Write([]byte(h.describeQuick(w, r, u)))
		rc.Flush()
	}
	u, err := h.Uploads.Quick(r.Context(), caller(r), req, name, content, announce)
	if u != nil {
		middleware.ScopeOf(r).Upload, middleware.ScopeOf(r).File = u, u.Files[0]
	}
	if err != nil || announced {
		return err
	}
	return writeText(w, h.describeQuick(w, r, u))
}

// describeQuick sets the headers of a quick upload's answer and returns its body.
func (h *Handlers) describeQuick(w http.ResponseWriter, r *http.Request, u *core.Upload) string {
	f := u.Files[0]
	link := h.base(r) + "/file/" + string(u.ID) + "/" + string(f.ID) + "/" + url.PathEscape(f.Name)
	head := w.Header()
	head.Set("Content-Type", "text/plain; charset=utf-8")
	head.Set("Cache-Control", "no-store")
	head.Set("X-Plik-URL", link)
	head.Set("X-Plik-Upload", string(u.ID))
	head.Set("X-UploadToken", u.UploadToken)
	return link + "\n"
}

// base is the URL that files are to be had from for who asked, without a slash at the end.
func (h *Handlers) base(r *http.Request) string {
	if h.DownloadDomain != "" {
		return trimSlash(h.DownloadDomain)
	}
	return h.site(r)
}

// site is the URL of the web page for who asked, without a slash at the end.
func (h *Handlers) site(r *http.Request) string {
	if h.PublicURL != "" {
		return trimSlash(h.PublicURL) + h.Path
	}
	scheme := "http"
	if middleware.ScopeOf(r).Secure {
		scheme = "https"
	}
	return (&url.URL{Scheme: scheme, Host: r.Host}).String() + h.Path
}

func trimSlash(s string) string {
	for len(s) > 0 && s[len(s)-1] == '/' {
		s = s[:len(s)-1]
	}
	return s
}

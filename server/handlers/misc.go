package handlers

import (
	"fmt"
	"net/http"
	"strconv"

	qrcode "github.com/skip2/go-qrcode"

	"github.com/root-gg/plik/server/core"
)

func (h *Handlers) getConfig(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, h.Config)
}

func (h *Handlers) getVersion(w http.ResponseWriter, _ *http.Request) error {
	b := h.Build
	if h.Strict { // nothing that helps to find known holes
		b.Date, b.User, b.Host, b.GoVersion, b.GitShortRevision, b.GitFullRevision = 0, "", "", "", "", ""
		b.IsRelease, b.IsMint = false, false
	}
	return writeJSON(w, b)
}

// getHealth tells that the process answers, nothing else.
func (h *Handlers) getHealth(w http.ResponseWriter, _ *http.Request) error {
	return writeText(w, "ok\n")
}

// getReady tells that database and store can work.
func (h *Handlers) getReady(w http.ResponseWriter, r *http.Request) error {
	if h.Ready != nil {
		if err := h.Ready(r.Context()); err != nil {
			return core.E(core.KindUnavailable, "not_ready", "not ready, see the server's log").Because(err)
		}
	}
	return writeText(w, "ok\n")
}

const (
	defaultQR = 250 // pixels
	maxQR     = 1000
)

func (h *Handlers) getQRCode(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	size, err := strconv.Atoi(q.Get("size"))
	if err != nil {
		size = defaultQR
	}
	switch {
	case size <= 0:
		return core.E(core.KindInvalid, "qrcode_size", "QRCode size must be positive")
	case size > maxQR:
		return core.E(core.KindInvalid, "qrcode_size", "QRCode size must be lower than %d", maxQR)
	}
	text := q.Get("url")
	if text == "" {
		text = " " // the nearest to nothing that a QRCode can hold
	}
	code, err := qrcode.New(text, qrcode.Highest)
	if err != nil {
		return core.E(core.KindInvalid, "qrcode_text", "this text is too long for a QRCode").Because(err)
	}
	if least := len(code.Bitmap()); size < least {
		return core.E(core.KindInvalid, "qrcode_size", "QRCode size must be at least %d for this text", least)
	}
	png, err := code.PNG(size)
	if err != nil {
		return fmt.Errorf("draw QRCode: %w", err)
	}
	return write(w, "image/png", png)
}

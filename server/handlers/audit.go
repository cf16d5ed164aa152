package handlers

import (
	"errors"
	"net/http"

	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

// audit writes down who did what to whom, and with what result.
func (h *Handlers) audit(r *http.Request, action, target string, err error) {
	s := middleware.ScopeOf(r)
	e := audit.Event{
		Action: action, Actor: s.Who.Actor(), Target: target, IP: s.IP, Result: audit.OK, Ref: s.ID,
	}
	if s.Who.By != nil {
		e.As = s.Who.ID()
	}
	if err != nil {
		e.Result, e.Detail = audit.Refused, "internal"
		if c, ok := errors.AsType[*core.Error](err); ok {
			e.Detail = c.Code
		}
	}
	h.Audit.Record(e)
}

// auditRemoval writes down that an administrator removed what is somebody else's.
func (h *Handlers) auditRemoval(r *http.Request, s *middleware.Scope) {
	if s.Who.Admin && (s.Who.By != nil || s.Upload.User != s.Who.ID()) {
		h.audit(r, audit.UploadDelete, string(s.Upload.ID), nil)
	}
}

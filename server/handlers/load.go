package handlers

import (
	"context"
	"net/http"
	"net/netip"
	"slices"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/password"
	"github.com/root-gg/plik/server/uploads"
)

const (
	withFiles    = true
	withoutFiles = false
)

// loadUpload finds the upload of the URL and checks that the request may see it.
func (h *Handlers) loadUpload(files bool) middleware.Middleware {
	return func(next middleware.Handler) middleware.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			u, err := h.Uploads.Upload(r.Context(), core.UploadID(mux.Vars(r)["uploadID"]), files)
			if err != nil {
				return err
			}
			if err := h.authorize(r, u); err != nil {
				return err
			}
			return next(w, r)
		}
	}
}

// loadFile finds upload and file of the URL, and checks that the request may see them.
func (h *Handlers) loadFile(next middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		vars := mux.Vars(r)
		id := core.FileID(vars["fileID"])
		u, f, err := h.Uploads.UploadAndFile(r.Context(), core.UploadID(vars["uploadID"]), id)
		if err != nil {
			return err
		}
		if err := h.authorize(r, u); err != nil {
			return err
		}
		switch {
		case f == nil:
			return core.E(core.KindNotFound, "file_not_found", "file %s not found", id)
		case f.Name != vars["filename"]:
			return core.E(core.KindInvalid, "file_name_invalid", "invalid file name")
		}
		middleware.ScopeOf(r).File = f
		return next(w, r)
	}
}

// authorize puts u into the scope of a request that may see it.
func (h *Handlers) authorize(r *http.Request, u *core.Upload) error {
	scope := middleware.ScopeOf(r)
	admin, err := h.Uploads.Authorize(r.Context(), u, &uploads.Credentials{
		UploadToken: r.Header.Get("X-UploadToken"),
		Who:         scope.Who, Address: scope.IP,
		Unlocked: func(u *core.Upload) bool { return h.unlocked(r, u) },
		Basic:    func() (string, string, error) { return password.ParseBasic(r.Header.Get("Authorization")) },
	})
	if err != nil {
		return err
	}
	scope.Upload, scope.Admin = u, admin
	return nil
}

// adminOnly refuses who is not the upload's administrator.
func adminOnly(refusal string) middleware.Middleware {
	return func(next middleware.Handler) middleware.Handler {
		return func(w http.ResponseWriter, r *http.Request) error {
			if !middleware.ScopeOf(r).Admin {
				return core.E(core.KindForbidden, "not_upload_admin", "%s", refusal)
			}
			return next(w, r)
		}
	}
}

// whitelisted lets through who may create uploads: known users, and whitelisted addresses.
func (h *Handlers) whitelisted(next middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		scope := middleware.ScopeOf(r)
		if scope.Who.User == nil && !h.trusts(scope.IP) {
			return errNotWhitelisted
		}
		return next(w, r)
	}
}

var errNotWhitelisted = core.E(core.KindForbidden, "ip_not_whitelisted", "untrusted source IP address")

// trusts tells whether an address may create uploads and accounts.
func (h *Handlers) trusts(ip netip.Addr) bool {
	return len(h.Whitelist) == 0 || slices.ContainsFunc(h.Whitelist, func(n netip.Prefix) bool { return n.Contains(ip) })
}

func caller(r *http.Request) uploads.Caller {
	s := middleware.ScopeOf(r)
	return uploads.Caller{IP: s.IP, Who: s.Who}
}

// touch extends the upload's TTL after an access that went well.
func (h *Handlers) touch(ctx context.Context, u *core.Upload) { h.Uploads.Touch(ctx, u) }

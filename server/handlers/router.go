package handlers

import (
	"net/http"
	"path"
	"strings"

	"github.com/gorilla/mux"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/middleware"
)

// route is a line of the API. HEAD comes with GET.
type route struct {
	method, path string
	handler      middleware.Handler
	steps        []middleware.Middleware
}

// The routes that are hot come first: the router tries them in order.
func (h *Handlers) routes() []route {
	type steps = []middleware.Middleware
	who := h.identify(anyToken, true)
	archive := steps{redirects, who, h.loadUpload(withFiles)}
	file := steps{redirects, who, h.loadFile}
	upload := steps{who, h.loadUpload(withoutFiles)}
	add := steps{who, h.loadFile, adminOnly("you are not allowed to add file to this upload")}
	addNew := steps{who, h.loadUpload(withoutFiles), adminOnly("you are not allowed to add file to this upload")}
	create := steps{who, h.whitelisted}

	var list []route
	for _, mode := range []string{"/file", "/stream"} { // interchangeable: the upload decides
		one := mode + "/{uploadID}/{fileID}/{filename}"
		list = append(list,
			route{"GET", one, h.getFile, file},
			route{"POST", one, h.postFile, add},
			route{"PUT", one, h.putFile, add},
			route{"POST", mode + "/{uploadID}", h.postNewFile, addNew},
			route{"DELETE", one, h.removeFile, steps{who, h.loadFile}},
		)
	}
	list = append(list,
		route{"POST", "/upload", h.createUpload, create},
		route{"GET", "/upload/{uploadID}", h.getUpload, steps{who, h.loadUpload(withFiles)}},
		route{"DELETE", "/upload/{uploadID}", h.removeUpload, upload},
		route{"POST", "/upload/{uploadID}/unlock", h.unlock, steps{who, h.typed, h.loadUpload(withoutFiles)}},
		route{"GET", "/archive/{uploadID}/{filename}", h.getArchive, archive},
		route{"POST", "/", h.quickPost, create},
		route{"GET", "/config", h.getConfig, nil},
		route{"GET", "/version", h.getVersion, nil},
		route{"GET", "/qrcode", h.getQRCode, nil},
		route{"GET", "/health", h.getHealth, nil},
		route{"GET", "/ready", h.getReady, nil},
		route{"PUT", "/{filename}", h.quickPut, create},
	)
	if h.RelayKey != nil {
		list = append(list, route{"GET", "/relay/{uploadID}/{fileID}", h.getRelay, nil})
	}
	if h.tus != nil {
		begin, goOn := steps{who}, steps{who, h.mayResume}
		one := ResumablePath + "{tusID}"
		list = append(list,
			route{"OPTIONS", ResumablePath, h.resumable, nil},
			route{"POST", ResumablePath, h.resumable, begin},
			route{"HEAD", one, h.resumable, goOn},
			route{"PATCH", one, h.resumable, goOn},
			route{"POST", one, h.resumable, goOn}, // with X-HTTP-Method-Override
			route{"DELETE", one, h.resumable, goOn},
		)
	}
	return append(list, h.accountRoutes()...)
}

// accountRoutes are those of logins, users and lists.
func (h *Handlers) accountRoutes() []route {
	type steps = []middleware.Middleware
	session := steps{h.identify(sessionsOnly, true)}
	user := steps{h.identify(scopedTokens, true), known}
	keys := steps{h.identify(scopedTokens, true), known, loggedIn}
	admin := steps{h.identify(sessionsOnly, false), known, administrators}
	return []route{
		{"POST", "/auth/local/login", h.localLogin, session},
		{"GET", "/auth/logout", h.logout, nil},
		{"POST", "/auth/logout", h.logout, nil},
		{"GET", "/auth/{provider}/login", h.providerLogin, session},
		{"GET", "/auth/{provider}/callback", h.providerCallback, steps{redirects}},
		{"POST", "/auth/device", h.beginDevice, nil},
		{"POST", "/auth/device/token", h.deviceToken, nil},
		{"GET", "/me/device/{userCode}", h.getDevice, keys},
		{"POST", "/me/device/{userCode}", h.decideDevice, keys},
		{"GET", "/me", h.getMe, user},
		{"DELETE", "/me", h.removeMe, keys},
		{"DELETE", "/me/sessions", h.endSessions, keys},
		{"GET", "/me/token", h.getTokens, user},
		{"POST", "/me/token", h.createToken, keys},
		{"DELETE", "/me/token/{token}", h.removeToken, keys},
		{"GET", "/me/uploads", h.getMyUploads, user},
		{"DELETE", "/me/uploads", h.removeMyUploads, user},
		{"GET", "/me/stats", h.getMyStats, user},
		{"GET", "/user/{userID}", h.getUser, user},
		{"POST", "/user/{userID}", h.updateUser, keys},
		{"DELETE", "/user/{userID}", h.removeUser, keys},
		{"POST", "/user", h.createUser, admin},
		{"GET", "/stats", h.getStats, admin},
		{"GET", "/stats/series", h.getSeries, admin},
		{"GET", "/stats/top", h.getTop, admin},
		{"GET", "/config/effective", h.getEffective, admin},
		{"GET", "/users", h.getUsers, admin},
		{"GET", "/uploads", h.getUploads, admin},
	}
}

func (h *Handlers) router() *mux.Router {
	m := mux.NewRouter().SkipClean(true)   // prefixed does it, and keeps the prefix
	api := mux.NewRouter().SkipClean(true) // only to ask what it knows
	for _, r := range h.routes() {
		if r.path != "/{filename}" {
			api.Path(r.path).Methods(r.method)
		}
		methods := []string{r.method}
		if r.method == "GET" {
			methods = append(methods, "HEAD")
		}
		m.Handle(r.path, endpoint(r.path, middleware.Chain(r.handler, r.steps...))).Methods(methods...)
	}
	for _, s := range h.static() {
		m.PathPrefix(s.prefix).Handler(endpoint("", orMethods(api, s.serve))).Methods("GET", "HEAD")
	}
	m.NotFoundHandler = endpoint("", func(http.ResponseWriter, *http.Request) error {
		return core.E(core.KindNotFound, "not_found", "404 page not found")
	})
	m.MethodNotAllowedHandler = endpoint("", func(w http.ResponseWriter, r *http.Request) error {
		return methodNotAllowed(m, w, r)
	})
	return m
}

// orMethods tells GETs of what is no page, but takes other methods, from those of nothing at all.
func orMethods(api *mux.Router, next middleware.Handler) middleware.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := next(w, r)
		if core.KindOf(err) == core.KindNotFound && err != nil {
			if allow := allowed(api, r); len(allow) > 0 {
				w.Header().Set("Allow", strings.Join(allow, ", "))
				return errMethod
			}
		}
		return err
	}
}

// endpoint hangs a Handler into the router. template names it in the metrics.
func endpoint(template string, next middleware.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := middleware.ScopeOf(r)
		s.Route = template
		s.Err = next(w, r)
	})
}

// methodNotAllowed names the methods that a path knows.
func methodNotAllowed(m *mux.Router, w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Allow", strings.Join(allowed(m, r), ", "))
	return errMethod
}

// allowed returns the methods that the router knows for the path of r.
func allowed(m *mux.Router, r *http.Request) (list []string) {
	for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
		probe := *r
		probe.Method = method
		var match mux.RouteMatch
		if m.Match(&probe, &match) && match.MatchErr == nil && match.Route != nil {
			list = append(list, method)
		}
	}
	return list
}

// prefixed takes the configured prefix off, and sends paths that are not in their shortest form
// to where they belong.
func (h *Handlers) prefixed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := r.URL.Path
		if p == "" || p[0] != '/' { // CONNECT and OPTIONS *: we are no proxy
			middleware.ScopeOf(r).Err = core.E(core.KindNotFound, "not_found", "404 page not found")
			return
		}
		if h.Path != "" {
			rest, ok := strings.CutPrefix(p, h.Path)
			switch {
			case ok && rest == "":
				h.moved(w, r, "/")
				return
			case !ok || rest[0] != '/':
				middleware.ScopeOf(r).Err = core.E(core.KindNotFound, "not_found", "404 page not found")
				return
			}
			p = rest
		}
		if c := clean(p); c != p {
			h.moved(w, r, c)
			return
		}
		if h.Path != "" {
			r2, u := *r, *r.URL
			u.Path, u.RawPath = p, ""
			r2.URL = &u
			r = &r2
		}
		next.ServeHTTP(w, r)
	})
}

// clean is path.Clean that keeps a trailing slash.
func clean(p string) string {
	c := path.Clean(p)
	if c != "/" && strings.HasSuffix(p, "/") {
		c += "/"
	}
	return c
}

// moved redirects to a path below the prefix. Methods other than GET and HEAD are kept.
func (h *Handlers) moved(w http.ResponseWriter, r *http.Request, to string) {
	u := *r.URL
	u.Scheme, u.Host, u.User = "", "", nil
	u.Path, u.RawPath = h.Path+to, ""
	w.Header().Set("Location", u.String())
	if r.Method == "GET" || r.Method == "HEAD" {
		w.WriteHeader(http.StatusMovedPermanently)
	} else {
		w.WriteHeader(http.StatusPermanentRedirect)
	}
}

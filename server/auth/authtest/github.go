package authtest

import (
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"github.com/root-gg/plik/server/auth/github"
)

// GitHubServer is a stand-in for GitHub.
type GitHubServer struct{ *Server }

// GitHub starts a stand-in for GitHub. The paths are those of GitHub, the API's below /api.
func GitHub(t testing.TB) *GitHubServer {
	t.Helper()
	s := &GitHubServer{start(t)}
	c := newCodes(s.Server)
	c.respond = func(w http.ResponseWriter, g grant, token string) {
		form(w, url.Values{"access_token": {token}, "token_type": {"bearer"}, "scope": {g.scopes}})
	}
	c.refuse = func(w http.ResponseWriter, _ int, code string) {
		if code == "invalid_grant" {
			code = "bad_verification_code"
		}
		form(w, url.Values{"error": {code}, "error_description": {"The code passed is incorrect or expired."}})
	}
	s.mux.HandleFunc("GET /login/oauth/authorize", c.authorize)
	s.mux.HandleFunc("POST /login/oauth/access_token", c.token)
	s.mux.HandleFunc("GET /api/user", c.guarded(func(w http.ResponseWriter, _ *http.Request, g grant) {
		reply(w, http.StatusOK, map[string]any{"id": g.user.ID, "login": g.user.Login, "name": g.user.Name, "email": nil})
	}, "read:user"))
	s.mux.HandleFunc("GET /api/user/emails", c.guarded(func(w http.ResponseWriter, _ *http.Request, g grant) {
		reply(w, http.StatusOK, []map[string]any{
			{"email": "other@example.org", "primary": false, "verified": true, "visibility": nil},
			{"email": g.user.Email, "primary": true, "verified": g.user.Verified, "visibility": "private"},
		})
	}, "user:email"))
	s.mux.HandleFunc("GET /api/user/orgs", c.guarded(organizations, "read:org"))
	return s
}

// organizations answers with one page of them.
func organizations(w http.ResponseWriter, r *http.Request, g grant) {
	size, err := strconv.Atoi(r.FormValue("per_page"))
	page, err2 := strconv.Atoi(r.FormValue("page"))
	if err != nil || err2 != nil || size < 1 || size > 100 || page < 1 {
		reply(w, http.StatusUnprocessableEntity, map[string]any{"message": "bad page"})
		return
	}
	out := []map[string]any{}
	for i, name := range g.user.Organizations {
		if i/size == page-1 {
			out = append(out, map[string]any{"id": i + 1, "login": name})
		}
	}
	reply(w, http.StatusOK, out)
}

// form answers in the format GitHub takes by default, with 200 even for errors.
func form(w http.ResponseWriter, v url.Values) {
	w.Header().Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	_, _ = w.Write([]byte(v.Encode())) // a client that is gone needs no answer
}

// Options returns the options of a provider that uses the stand-in.
func (s *GitHubServer) Options() github.Options {
	return github.Options{ClientID: ClientID, ClientSecret: ClientSecret, URL: s.URL, API: s.URL + "/api"}
}

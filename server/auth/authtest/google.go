package authtest

import (
	"net/http"
	"testing"

	"github.com/root-gg/plik/server/auth/google"
)

// GoogleServer is a stand-in for Google.
type GoogleServer struct{ *Server }

// Google starts a stand-in for Google. Its paths are /auth, /token and /userinfo.
func Google(t testing.TB) *GoogleServer {
	t.Helper()
	s := &GoogleServer{start(t)}
	c := newCodes(s.Server)
	s.mux.HandleFunc("GET /auth", c.authorize)
	s.mux.HandleFunc("POST /token", c.token)
	s.mux.HandleFunc("GET /userinfo", c.guarded(func(w http.ResponseWriter, _ *http.Request, g grant) {
		reply(w, http.StatusOK, map[string]any{
			"id": "1", "email": g.user.Email, "verified_email": g.user.Verified, "name": g.user.Name, "picture": "https://example.com/p",
		})
	}, "https://www.googleapis.com/auth/userinfo.email", "https://www.googleapis.com/auth/userinfo.profile"))
	return s
}

// Options returns the options of a provider that uses the stand-in.
func (s *GoogleServer) Options() google.Options {
	return google.Options{
		ClientID: ClientID, ClientSecret: ClientSecret,
		AuthURL: s.URL + "/auth", TokenURL: s.URL + "/token", UserInfoURL: s.URL + "/userinfo",
	}
}

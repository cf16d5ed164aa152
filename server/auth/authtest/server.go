// Package authtest holds stand-ins for login providers: servers on loopback that speak what
// the real ones speak, and are as strict.
package authtest

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
)

// The credentials of the application at all stand-ins.
const (
	ClientID     = "plik-client"
	ClientSecret = "plik-secret-0123456789"
)

// User is who is logged in at a stand-in.
type User struct {
	ID            int64  // at GitHub
	Login         string // the subject, the NIC handle, the name at GitHub
	Name          string // with OVH a first name and a last one
	Email         string
	Verified      bool // the e-mail address; OVH does not say
	Groups        []string
	Organizations []string // at GitHub
}

// Alice is who is logged in at first.
func Alice() User {
	return User{ID: 4711, Login: "alice", Name: "Alice Liddell", Email: "alice@example.com", Verified: true}
}

// Server is a stand-in. It is safe for concurrent use and stops with the test.
type Server struct {
	URL string

	mux *http.ServeMux

	mu       sync.Mutex
	user     User
	refuse   bool
	replaced map[string]http.HandlerFunc
}

func start(t testing.TB) *Server {
	t.Helper()
	s := &Server{mux: http.NewServeMux(), user: Alice(), replaced: map[string]http.HandlerFunc{}}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	s.URL = h.URL
	return s
}

// SetUser logs somebody else in, as far as logins that begin from now on can tell.
func (s *Server) SetUser(u User) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.user = u
}

// Refuse makes the user refuse all logins from now on.
func (s *Server) Refuse() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = true
}

// Replace answers requests of a path with h from now on; nil: as before.
func (s *Server) Replace(path string, h http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.replaced[path] = h
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	h := s.replaced[r.URL.Path]
	s.mu.Unlock()
	if h != nil {
		h(w, r)
		return
	}
	s.Serve(w, r)
}

// Serve answers as if nothing were replaced.
func (s *Server) Serve(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

func (s *Server) present() (u User, refuses bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user, s.refuse
}

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that is gone needs no answer
}

func hasScopes(granted string, needed ...string) bool {
	all := strings.Fields(granted)
	return !slices.ContainsFunc(needed, func(s string) bool { return !slices.Contains(all, s) })
}

package authtest

import (
	"crypto/rand"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/root-gg/plik/server/auth/ovh"
)

// ahead is how much a stand-in's clock is: signatures must be of its time.
const ahead = time.Hour

// OVHServer is a stand-in for OVH.
type OVHServer struct {
	*Server

	mu   sync.Mutex
	keys map[string]*consumer // by consumer key
}

// consumer is what a consumer key stands for.
type consumer struct {
	redirect string
	user     User
	valid    bool // somebody agreed
}

// OVH starts a stand-in for OVH. Its API is below /1.0, the page where people agree is /validate.
func OVH(t testing.TB) *OVHServer {
	t.Helper()
	s := &OVHServer{Server: start(t), keys: map[string]*consumer{}}
	s.mux.HandleFunc("GET /1.0/auth/time", func(w http.ResponseWriter, _ *http.Request) {
		reply(w, http.StatusOK, time.Now().Add(ahead).Unix())
	})
	s.mux.HandleFunc("POST /1.0/auth/credential", s.credential)
	s.mux.HandleFunc("GET /validate", s.validate)
	s.mux.HandleFunc("GET /1.0/me", s.me)
	return s
}

// Options returns the options of a provider that uses the stand-in.
func (s *OVHServer) Options() ovh.Options {
	return ovh.Options{Key: ClientID, Secret: ClientSecret, Endpoint: s.URL + "/1.0"}
}

func (s *OVHServer) credential(w http.ResponseWriter, r *http.Request) {
	var body struct {
		AccessRules []struct{ Method, Path string }
		Redirection string
	}
	err := json.NewDecoder(r.Body).Decode(&body)
	switch {
	case r.Header.Get("X-Ovh-Application") != ClientID:
		forbid(w, "This application key is invalid")
		return
	case err != nil || len(body.AccessRules) != 1 || body.AccessRules[0].Method != "GET" || body.AccessRules[0].Path != "/me":
		reply(w, http.StatusBadRequest, map[string]any{"message": "bad rules"})
		return
	}
	key := rand.Text()
	s.mu.Lock()
	s.keys[key] = &consumer{redirect: body.Redirection}
	s.mu.Unlock()
	reply(w, http.StatusOK, map[string]any{
		"consumerKey": key, "state": "pendingValidation", "validationUrl": s.URL + "/validate?credentialToken=" + url.QueryEscape(key),
	})
}

// validate is the page where the user agrees.
func (s *OVHServer) validate(w http.ResponseWriter, r *http.Request) {
	user, refuses := s.present()
	s.mu.Lock()
	defer s.mu.Unlock()
	c, ok := s.keys[r.FormValue("credentialToken")]
	if !ok {
		http.Error(w, "unknown token", http.StatusNotFound)
		return
	}
	c.user, c.valid = user, !refuses
	http.Redirect(w, r, c.redirect, http.StatusFound)
}

func (s *OVHServer) me(w http.ResponseWriter, r *http.Request) {
	key, stamp := r.Header.Get("X-Ovh-Consumer"), r.Header.Get("X-Ovh-Timestamp")
	sum := sha1.Sum([]byte(strings.Join([]string{ClientSecret, key, "GET", s.URL + "/1.0/me", "", stamp}, "+")))
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	off := time.Until(time.Unix(seconds, 0).Add(-ahead))
	s.mu.Lock()
	c, ok := s.keys[key]
	s.mu.Unlock()
	switch {
	case r.Header.Get("X-Ovh-Application") != ClientID:
		forbid(w, "This application key is invalid")
	case !ok || r.Header.Get("X-Ovh-Signature") != "$1$"+hex.EncodeToString(sum[:]):
		reply(w, http.StatusBadRequest, map[string]any{"message": "Invalid signature"})
	case err != nil || off.Abs() > 30*time.Second:
		reply(w, http.StatusBadRequest, map[string]any{"message": "Query out of time"})
	case !c.valid:
		forbid(w, "This credential is not valid")
	default:
		first, last, _ := strings.Cut(c.user.Name, " ")
		reply(w, http.StatusOK, map[string]any{"nichandle": c.user.Login, "email": c.user.Email, "firstname": first, "name": last, "country": "FR"})
	}
}

func forbid(w http.ResponseWriter, why string) {
	reply(w, http.StatusForbidden, map[string]any{"errorCode": "INVALID_CREDENTIAL", "httpCode": "403 Forbidden", "message": why})
}

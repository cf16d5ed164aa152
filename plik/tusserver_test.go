package plik_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
)

// quiet is for proxies whose connections are cut on purpose.
var quiet = log.New(io.Discard, "", 0)

// tusServer is a daemon that takes resumable uploads, too. What is complete goes to a real daemon, whose
// other routes it passes on. It can be made to fail in the ways that networks and servers do.
type tusServer struct {
	daemon  string
	passOn  *httputil.ReverseProxy
	noDefer bool // lengths have to be told at creation
	noSums  bool // no CRC-32 is told, as other servers do
	forgets bool // nor at the end, when it was told at creation

	// fault is asked before each request, with the number of the PATCH that it is (from 1), and may answer it
	// itself; then it returns true.
	fault func(w http.ResponseWriter, r *http.Request, patch int) bool

	mu       sync.Mutex
	uploads  map[string]*tusUpload
	patches  int
	received int64 // bytes of all PATCHes
	log      []string
}

type tusUpload struct {
	mu           sync.Mutex // held by the PATCH that runs
	upload, file string
	token        string
	length       int64 // -1: not told yet
	data         []byte
	done         bool
}

func newTus(t testing.TB) (*tusServer, string) {
	t.Helper()
	s := &tusServer{daemon: daemon(t, nil), uploads: map[string]*tusUpload{}}
	target, err := url.Parse(s.daemon)
	require.NoError(t, err)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	s.passOn = &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: transport,
		ErrorLog:  quiet,
	}
	h := httptest.NewServer(s)
	t.Cleanup(func() { h.Close(); transport.CloseIdleConnections() })
	return s, h.URL
}

func (s *tusServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := 0
	s.mu.Lock()
	s.log = append(s.log, r.Method+" "+r.URL.Path)
	if r.Method == "PATCH" {
		s.patches++
		n = s.patches
	}
	fault := s.fault
	s.mu.Unlock()
	if fault != nil && fault(w, r, n) {
		return
	}
	switch {
	case r.URL.Path == "/config":
		s.config(w)
	case strings.HasPrefix(r.URL.Path, "/tus/"):
		s.tus(w, r)
	default:
		s.passOn.ServeHTTP(w, r)
	}
}

func (s *tusServer) config(w http.ResponseWriter) {
	resp, err := http.Get(s.daemon + "/config")
	if err != nil {
		panic(err)
	}
	defer resp.Body.Close()
	c := map[string]any{}
	if err := json.NewDecoder(resp.Body).Decode(&c); err != nil {
		panic(err)
	}
	c["resumableUploads"] = "/tus/"
	json.NewEncoder(w).Encode(c)
}

func (s *tusServer) tus(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Tus-Resumable", "1.0.0")
	if r.Method == "OPTIONS" {
		extensions := "creation,termination,creation-defer-length"
		if s.noDefer {
			extensions = "creation,termination"
		}
		w.Header().Set("Tus-Extension", extensions)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	if r.Header.Get("Tus-Resumable") != "1.0.0" {
		http.Error(w, "wrong version", http.StatusPreconditionFailed)
		return
	}
	if r.Method == "POST" {
		s.create(w, r)
		return
	}
	s.mu.Lock()
	u := s.uploads[r.URL.Path]
	s.mu.Unlock()
	switch {
	case u == nil:
		http.Error(w, "no such upload", http.StatusNotFound)
	case r.Header.Get("X-UploadToken") != u.token:
		http.Error(w, "not yours", http.StatusForbidden)
	case r.Method == "HEAD":
		u.mu.Lock()
		defer u.mu.Unlock()
		s.tell(w, u)
		w.Header().Set("Upload-Length", strconv.FormatInt(u.length, 10))
	case r.Method == "PATCH":
		s.patch(w, r, u)
	default:
		http.Error(w, "what?", http.StatusMethodNotAllowed)
	}
}

func (s *tusServer) create(w http.ResponseWriter, r *http.Request) {
	u := &tusUpload{token: r.Header.Get("X-UploadToken"), length: -1}
	if r.Header.Get("Upload-Defer-Length") != "1" {
		n, err := strconv.ParseInt(r.Header.Get("Upload-Length"), 10, 64)
		if err != nil {
			http.Error(w, "no length", http.StatusBadRequest)
			return
		}
		u.length = n
	}
	for _, pair := range strings.Split(r.Header.Get("Upload-Metadata"), ",") {
		key, value, _ := strings.Cut(pair, " ")
		v, _ := base64.StdEncoding.DecodeString(value)
		switch key {
		case "upload":
			u.upload = string(v)
		case "file":
			u.file = string(v)
		}
	}
	if u.upload == "" || u.file == "" || u.token == "" {
		http.Error(w, "of which file?", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	path := fmt.Sprintf("/tus/%d", len(s.uploads)+1)
	s.uploads[path] = u
	w.Header().Set("Location", path)
	s.tell(w, u)
	w.WriteHeader(http.StatusCreated)
}

// patch keeps what comes, even when the connection is lost in between.
func (s *tusServer) patch(w http.ResponseWriter, r *http.Request, u *tusUpload) {
	if !u.mu.TryLock() {
		http.Error(w, "locked", http.StatusLocked)
		return
	}
	defer u.mu.Unlock()
	if r.Header.Get("Upload-Offset") != strconv.Itoa(len(u.data)) || r.Header.Get("Content-Type") != "application/offset+octet-stream" {
		http.Error(w, "wrong offset", http.StatusConflict)
		return
	}
	if v := r.Header.Get("Upload-Length"); v != "" {
		u.length, _ = strconv.ParseInt(v, 10, 64)
	}
	var got bytes.Buffer
	n, err := io.Copy(&got, r.Body)
	u.data = append(u.data, got.Bytes()...)
	s.mu.Lock()
	s.received += n
	s.mu.Unlock()
	if err != nil {
		return
	}
	if u.length >= 0 && int64(len(u.data)) >= u.length && !u.done {
		if err := s.store(u); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		u.done = true
	}
	s.tell(w, u)
	w.WriteHeader(http.StatusNoContent)
}

// tell says how far an upload is.
func (s *tusServer) tell(w http.ResponseWriter, u *tusUpload) {
	w.Header().Set("Upload-Offset", strconv.Itoa(len(u.data)))
	if !s.noSums && !(s.forgets && len(u.data) > 0) {
		w.Header().Set("X-Plik-CRC32", fmt.Sprintf("%08x", crc32.ChecksumIEEE(u.data)))
	}
}

// store gives a complete file to the real daemon.
func (s *tusServer) store(u *tusUpload) error {
	c := plik.NewClient(s.daemon)
	defer c.HTTPClient.CloseIdleConnections()
	upload, err := c.GetUploadWithToken(context.Background(), u.upload, u.token)
	if err != nil {
		return err
	}
	for _, f := range upload.Files() {
		if f.Metadata().ID != u.file {
			continue
		}
		target := s.daemon + "/file/" + u.upload + "/" + u.file + "/" + url.PathEscape(f.Name)
		req, err := c.UploadRequest(upload.Metadata(), "PUT", target, bytes.NewReader(u.data))
		if err != nil {
			return err
		}
		resp, err := c.MakeRequest(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	return fmt.Errorf("no file %s", u.file)
}

// counts returns how many PATCHes there were and how many bytes they brought.
func (s *tusServer) counts() (patches int, received int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.patches, s.received
}

func (s *tusServer) setFault(f func(w http.ResponseWriter, r *http.Request, patch int) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = f
}

// cut ends the connection of a request without an answer.
func cut(w http.ResponseWriter) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(err)
	}
	conn.Close()
}

// cutAfter lets a PATCH bring n bytes, keeps them, and cuts.
func (s *tusServer) cutAfter(w http.ResponseWriter, r *http.Request, n int64) {
	s.mu.Lock()
	u := s.uploads[r.URL.Path]
	s.mu.Unlock()
	u.mu.Lock()
	defer u.mu.Unlock()
	b, _ := io.ReadAll(io.LimitReader(r.Body, n))
	u.data = append(u.data, b...)
	s.mu.Lock()
	s.received += int64(len(b))
	s.mu.Unlock()
	cut(w)
}

// lost does what is asked and loses the answer.
func (s *tusServer) lost(w http.ResponseWriter, r *http.Request) {
	s.tus(httptest.NewRecorder(), r)
	cut(w)
}

// hang takes the body of a request and does not answer until the client is gone.
func hang(r *http.Request) {
	io.Copy(io.Discard, r.Body) // else nobody notices that it went
	<-r.Context().Done()
}

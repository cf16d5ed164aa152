package swift_test

import (
	"bytes"
	"cmp"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/root-gg/plik/server/data/swift"
)

const (
	testUser, testKey = "plik:tester", "the key of the tester"
	account           = "/v1/AUTH_plik"
)

// fake is a Swift in memory, as far as the store uses one. The one of the library answers ranges with
// 200, and not at all past the end.
type fake struct {
	URL string

	mu      sync.Mutex
	tokens  map[string]bool // good ones
	issued  int             // tokens, so far
	stored  map[string]map[string]*stored
	puts    int                     // of objects, begun
	noBulk  bool                    // no deletes in bulk
	entries int                     // that a manifest may have
	before  func(*http.Request) int // a status to answer with at once; 0: none
	after   func(*http.Request) int // the same, once it was done; -1: cut the connection
	cutBody func(*http.Request) int // bytes of an answer, -1: all
}

type stored struct {
	bytes    []byte
	hash     string
	modified time.Time
	manifest []entry // of a large object
}

type entry struct {
	Path  string `json:"path,omitempty"`
	Name  string `json:"name,omitempty"`
	ETag  string `json:"etag,omitempty"`
	Hash  string `json:"hash,omitempty"`
	Size  int64  `json:"size_bytes,omitempty"`
	Bytes int64  `json:"bytes,omitempty"`
	Range string `json:"range,omitempty"`
	Sub   bool   `json:"sub_slo,omitempty"`
}

func newFake(t testing.TB) *fake {
	f := &fake{stored: map[string]map[string]*stored{}, tokens: map[string]bool{}, entries: 1000}
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	f.URL = srv.URL
	return f
}

// options reach the fake with v1 tokens.
func (f *fake) options() swift.Options {
	return swift.Options{AuthUrl: f.URL + "/auth/v1.0", UserName: testUser, ApiKey: testKey, SegmentSize: 1 << 20}
}

// set changes what the fake does.
func (f *fake) set(change func(*fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// names returns what a container has below prefix.
func (f *fake) names(container, prefix string) []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := slices.Sorted(maps.Keys(f.stored[container]))
	return slices.DeleteFunc(all, func(n string) bool { return !strings.HasPrefix(n, prefix) })
}

// age makes all objects older.
func (f *fake) age(by time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.stored {
		for _, o := range c {
			o.modified = o.modified.Add(-by)
		}
	}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	before, after, cut := f.before, f.after, f.cutBody
	f.mu.Unlock()
	if before != nil {
		if status := before(r); status != 0 {
			http.Error(w, "you sent "+fmt.Sprint(r.Header), status)
			return
		}
	}
	rec := httptest.NewRecorder()
	if strings.HasPrefix(r.URL.Path, "/auth/") {
		f.auth(rec, r)
	} else {
		f.storage(rec, r)
	}
	if after != nil {
		switch status := after(r); {
		case status < 0:
			panic(http.ErrAbortHandler)
		case status > 0:
			http.Error(w, "", status)
			return
		}
	}
	maps.Copy(w.Header(), rec.Header())
	if w.Header().Get("Content-Length") == "" && r.Method != http.MethodHead {
		w.Header().Set("Content-Length", strconv.Itoa(rec.Body.Len()))
	}
	w.WriteHeader(rec.Code)
	body := rec.Body.Bytes()
	if cut != nil {
		if n := cut(r); n >= 0 && n < len(body) {
			_, _ = w.Write(body[:n])
			panic(http.ErrAbortHandler)
		}
	}
	_, _ = w.Write(body) // the client may have left
}

func (f *fake) auth(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Auth-User") != testUser || r.Header.Get("X-Auth-Key") != testKey {
		http.Error(w, "no such user", http.StatusUnauthorized)
		return
	}
	w.Header().Set("X-Storage-Url", f.URL+account)
	w.Header().Set("X-Auth-Token", f.newToken())
}

func (f *fake) newToken() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.issued++
	token := fmt.Sprintf("AUTH_tk-%d", f.issued)
	f.tokens[token] = true
	return token
}

func (f *fake) storage(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	ok := f.tokens[r.Header.Get("X-Auth-Token")]
	f.mu.Unlock()
	path, inAccount := strings.CutPrefix(r.URL.Path, account)
	if !ok {
		http.Error(w, "no such token", http.StatusUnauthorized)
		return
	}
	container, name, _ := strings.Cut(strings.Trim(path, "/"), "/")
	switch {
	case !inAccount:
		w.WriteHeader(http.StatusNotFound)
	case container == "" && r.Method == http.MethodDelete && r.URL.Query().Has("bulk-delete"):
		f.bulkDelete(w, r)
	case name == "":
		f.container(w, r, container)
	case r.Method == http.MethodPut:
		f.put(w, r, container, name)
	default:
		f.object(w, r, container, name)
	}
}

// put stores an object when its body came to an end.
func (f *fake) put(w http.ResponseWriter, r *http.Request, container, name string) {
	f.set(func(f *fake) { f.puts++ })
	b, err := io.ReadAll(r.Body)
	if err != nil {
		w.WriteHeader(499)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stored[container] == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	o := &stored{bytes: b, modified: time.Now()}
	if from := r.Header.Get("X-Copy-From"); from != "" {
		source := f.find(from)
		if source == nil || len(b) > 0 {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		o.bytes = source.bytes
	}
	if r.URL.Query().Get("multipart-manifest") == "put" {
		if problem := f.assemble(o, b); problem != "" {
			http.Error(w, problem, http.StatusBadRequest)
			return
		}
	}
	sum := md5.Sum(o.bytes)
	o.hash = hex.EncodeToString(sum[:])
	if want := r.Header.Get("Etag"); want != "" && want != o.hash {
		w.WriteHeader(http.StatusUnprocessableEntity)
		return
	}
	f.stored[container][name] = o
	w.Header().Set("Etag", o.hash)
	w.WriteHeader(http.StatusCreated)
}

// find returns an object by its path, nil without one. The caller has the lock.
func (f *fake) find(path string) *stored {
	container, name, _ := strings.Cut(strings.Trim(path, "/"), "/")
	return f.stored[container][name]
}

// assemble makes o what the manifest b says.
func (f *fake) assemble(o *stored, b []byte) (problem string) {
	if err := json.Unmarshal(b, &o.manifest); err != nil || len(o.manifest) == 0 || len(o.manifest) > f.entries {
		return "Invalid SLO manifest"
	}
	var all []byte
	for i, e := range o.manifest {
		part := f.find(e.Path)
		if part == nil || int64(len(part.bytes)) != e.Size || e.ETag != "" && part.hash != e.ETag {
			return e.Path + ", Etag Mismatch"
		}
		piece := part.bytes
		if e.Range != "" {
			var from, to int
			if _, err := fmt.Sscanf(e.Range, "%d-%d", &from, &to); err != nil || to >= len(piece) || from > to {
				return e.Path + ", Unsatisfiable Range"
			}
			piece = piece[from : to+1]
		}
		all = append(all, piece...)
		o.manifest[i] = entry{Name: e.Path, Hash: part.hash, Bytes: e.Size, Range: e.Range, Sub: part.manifest != nil}
	}
	o.bytes = all
	return ""
}

func (f *fake) object(w http.ResponseWriter, r *http.Request, container, name string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	o := f.stored[container][name]
	if o == nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	if r.Method == http.MethodDelete {
		delete(f.stored[container], name)
		w.WriteHeader(http.StatusNoContent)
		return
	}
	w.Header().Set("Etag", o.hash)
	if o.manifest != nil {
		w.Header().Set("X-Static-Large-Object", "True")
		if r.Method == http.MethodGet && r.URL.Query().Get("multipart-manifest") == "get" {
			_ = json.NewEncoder(w).Encode(o.manifest)
			return
		}
		for _, e := range o.manifest {
			if f.find(e.Name) == nil {
				http.Error(w, "a segment is missing", http.StatusConflict)
				return
			}
		}
	}
	// What it does with ranges and conditions is what Swift does.
	w.Header().Set("Content-Type", cmp.Or(r.Header.Get("Content-Type"), "application/octet-stream"))
	w.Header().Set("Etag", `"`+o.hash+`"`)
	http.ServeContent(w, r, "", o.modified, bytes.NewReader(o.bytes))
}

package handlers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/logs"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/middleware"
	"github.com/root-gg/plik/server/password"
	"github.com/root-gg/plik/server/throttle"
	"github.com/root-gg/plik/server/uploads"
	"github.com/root-gg/plik/testing/backendtest"
	"github.com/root-gg/plik/testing/openapitest"
)

// exercised collects what all tests together have asked for.
var exercised openapitest.Coverage

func TestMain(m *testing.M) {
	code := m.Run()
	// Only when every test ran can a documented answer that nobody saw be called untested.
	if missing := exercised.Missing(); code == 0 && len(missing) > 0 && os.Getenv("PLIK_COVERAGE") != "" {
		fmt.Println("documented answers that no test has seen:\n " + strings.Join(missing, "\n "))
	}
	if err := goleak.Find(); code == 0 && err != nil {
		fmt.Println(err)
		code = 1
	}
	os.Exit(code)
}

// env is a server under test.
type env struct {
	*testing.T
	url    string
	c      *http.Client // checks each answer against openapi.yaml
	plain  *http.Client // does not
	store  *metadata.Store
	data   data.Backend
	svc    *uploads.Service
	dir    string
	now    *clock      // of accounts and sessions
	events *syncBuffer // the audit log

	accounts *accounts.Service // nil without
	sessions *auth.Sessions
	log      *syncBuffer
	checks   *openapitest.Checker
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// change adapts the server under test.
type change func(*handlers.Options, *uploads.Policy)

var on = uploads.Feature{Allowed: true}

func serve(t *testing.T, changes ...change) *env {
	t.Helper()
	e := &env{T: t, dir: t.TempDir(), log: &syncBuffer{}, events: &syncBuffer{}, now: &clock{t: time.Now()}}
	e.store = backendtest.Metadata(t, e.dir)
	e.data = backendtest.Data(t, e.dir)

	keeper, err := password.New(password.Options{})
	require.NoError(t, err)
	cfg := config.Default()
	o := handlers.Options{
		Log: logs.New(e.log, "INFO", false), Config: cfg.Public(), Build: api.BuildInfo{Version: "0.0.0"},
		Proxies: middleware.Proxies{Trusted: cfg.TrustedNetworks}, ResumableLife: 24 * time.Hour,
		TicketKey: sessionKey, RelayKey: sessionKey,
	}
	p := uploads.Policy{
		OneShot: on, Removable: on, Stream: on, Password: on, ExtendTTL: on, Comments: on, SetTTL: on,
		MaxFileSize: 10 << 20, MaxFiles: 1000, DefaultTTL: 3600, MaxTTL: 86400,
	}
	for _, c := range changes {
		c(&o, &p)
	}
	guard, err := throttle.NewGuard(throttle.GuardOptions{Now: e.now.Now})
	require.NoError(t, err)
	e.svc, err = uploads.New(uploads.Options{Store: e.store, Backend: e.data, Passwords: keeper, Policy: p, Guard: guard, Instance: "me"})
	require.NoError(t, err)
	o.Uploads = e.svc
	if o.Sessions != nil { // by withAccounts
		e.addAccounts(&o, keeper)
	}
	h, err := handlers.New(o)
	require.NoError(t, err)
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	e.url = srv.URL + o.Path
	e.checks = openapitest.New(t, &exercised)
	e.c = e.checks.Client(srv.URL, o.Path)
	next := http.DefaultTransport.(*http.Transport).Clone()
	t.Cleanup(next.CloseIdleConnections)
	e.plain = &http.Client{Transport: next, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return e
}

// answer is a response that was read to its end.
type answer struct {
	status int
	http.Header
	body string
	err  error // of reading the body
}

// do sends a request; headers come in pairs of name and value.
func (e *env) do(method, path string, body io.Reader, headers ...string) answer {
	e.Helper()
	return e.with(e.c, method, path, body, headers...)
}

func (e *env) with(c *http.Client, method, path string, body io.Reader, headers ...string) answer {
	e.Helper()
	base := e.url
	if strings.HasPrefix(path, "http") {
		base = ""
	}
	r, err := http.NewRequestWithContext(e.Context(), method, base+path, body)
	require.NoError(e, err)
	r.Header.Set("User-Agent", "curl/8")
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			r.Host = headers[i+1]
		} else {
			r.Header.Set(headers[i], headers[i+1])
		}
	}
	resp, err := c.Do(r)
	require.NoError(e, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(got), err}
}

func (e *env) get(path string, headers ...string) answer {
	e.Helper()
	return e.do("GET", path, nil, headers...)
}

// is requires a status and a body.
func (a answer) is(t testing.TB, status int, body string) {
	t.Helper()
	require.Equal(t, body, a.body)
	require.Equal(t, status, a.status)
}

// create makes an upload.
func (e *env) create(body string, headers ...string) *api.Upload {
	e.Helper()
	a := e.do("POST", "/upload", strings.NewReader(body), headers...)
	require.Equal(e, 200, a.status, a.body)
	u := &api.Upload{}
	require.NoError(e, json.Unmarshal([]byte(a.body), u))
	return u
}

// form is a multipart body with one part of the given field.
func form(field, name, content string) (io.Reader, string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	p, _ := w.CreateFormFile(field, name)
	io.WriteString(p, content)
	w.Close()
	return &b, w.FormDataContentType()
}

// add sends a file that was not declared.
func (e *env) add(u *api.Upload, name, content string) *api.File {
	e.Helper()
	body, kind := form("file", name, content)
	a := e.do("POST", "/file/"+u.ID, body, "Content-Type", kind, "X-UploadToken", u.UploadToken)
	require.Equal(e, 200, a.status, a.body)
	f := &api.File{}
	require.NoError(e, json.Unmarshal([]byte(a.body), f))
	return f
}

// upload makes an upload with one stored file and returns the file's path too.
func (e *env) upload(options, name, content string) (*api.Upload, string) {
	e.Helper()
	u := e.create(options)
	f := e.add(u, name, content)
	return u, link(u, f)
}

func link(u *api.Upload, f *api.File) string {
	return "/file/" + u.ID + "/" + f.ID + "/" + url.PathEscape(f.Name)
}

func (e *env) status(u *api.Upload) (list []string) {
	e.Helper()
	a := e.get("/upload/"+u.ID, "X-UploadToken", u.UploadToken)
	require.Equal(e, 200, a.status, a.body)
	var now api.Upload
	require.NoError(e, json.Unmarshal([]byte(a.body), &now))
	for _, f := range now.Files {
		list = append(list, f.Status)
	}
	return list
}

// eventually waits for something that another goroutine brings about.
func (e *env) eventually(what string, ok func() bool) {
	e.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if ok() {
			return
		}
	}
	e.Fatalf("it never came to this: %s", what)
}

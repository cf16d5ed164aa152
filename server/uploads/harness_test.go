package uploads_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/mem"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/password"
	"github.com/root-gg/plik/server/uploads"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var on = uploads.Feature{Allowed: true}

// everything allowed, with limits that tests can reach.
func generous() uploads.Policy {
	return uploads.Policy{
		OneShot: on, Removable: on, Stream: on, Password: on, ExtendTTL: on, Comments: on, SetTTL: on,
		MaxFileSize: 10 << 20, MaxFiles: 5, DefaultTTL: 3600, MaxTTL: 7200,
	}
}

type fixture struct {
	*uploads.Service
	store     *metadata.Store
	backend   *mem.Store
	passwords *password.Keeper
	now       *clock
}

type clock struct {
	mu sync.Mutex
	t  time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

func setup(t *testing.T, p uploads.Policy) *fixture {
	t.Helper()
	store, err := metadata.Open(t.Context(), metadata.Options{ConnectionString: filepath.Join(t.TempDir(), "plik.db")})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	keeper, err := password.New(password.Options{})
	require.NoError(t, err)
	f := &fixture{store: store, backend: mem.New(), passwords: keeper, now: &clock{t: time.Now()}}
	f.Service, err = uploads.New(uploads.Options{
		Store: store, Backend: f.backend, Passwords: keeper, Policy: p, Instance: "me", Now: f.now.Now,
	})
	require.NoError(t, err)
	return f
}

// declare makes an upload with the named files.
func (f *fixture) declare(t *testing.T, r uploads.Request, names ...string) *core.Upload {
	t.Helper()
	for _, n := range names {
		r.Files = append(r.Files, uploads.NewFile{Name: n})
	}
	u, err := f.Create(t.Context(), uploads.Caller{}, r)
	require.NoError(t, err)
	return u
}

// status is what the store says of a file now.
func (f *fixture) status(t *testing.T, file *core.File) core.Status {
	t.Helper()
	_, now, err := f.store.UploadAndFile(t.Context(), file.UploadID, file.ID)
	require.NoError(t, err)
	require.NotNil(t, now)
	return now.Status
}

// objects counts what the backend holds.
func (f *fixture) objects(t *testing.T) (n int) {
	t.Helper()
	for _, err := range f.backend.List(t.Context()) {
		require.NoError(t, err)
		n++
	}
	return n
}

func text(s string) uploads.Body { return uploads.Body{Reader: strings.NewReader(s), Size: -1} }

// pipe is a body that arrives as the test writes it.
func pipe() (uploads.Body, *io.PipeWriter) {
	r, w := io.Pipe()
	return uploads.Body{Reader: r, Size: -1, Interrupt: func() { r.CloseWithError(errors.New("interrupted")) }}, w
}

// sink records a stream.
type sink struct {
	mu      sync.Mutex
	started chan struct{}
	typ     string
	size    int64
	buf     bytes.Buffer
	came    chan struct{} // one element for each Write
	fail    error
}

func newSink() *sink { return &sink{started: make(chan struct{}), came: make(chan struct{}, 1000)} }

func (s *sink) Start(typ string, size int64) { s.typ, s.size = typ, size; close(s.started) }

func (s *sink) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fail != nil {
		return 0, s.fail
	}
	s.came <- struct{}{}
	return s.buf.Write(p)
}

func (s *sink) Interrupt() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = errors.New("interrupted")
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buf.String()
}

func requireKind(t *testing.T, want core.Kind, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, want, core.KindOf(err), "%v", err)
}

// faulty is a backend whose Put fails after it read everything.
type faulty struct {
	data.Backend
	err error
}

func (b faulty) Put(_ context.Context, _ data.Key, r io.Reader, _ int64) (data.Stored, error) {
	io.Copy(io.Discard, r)
	return data.Stored{}, b.err
}

package swift_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/swift"
)

// keystone hands out tokens of v2 and v3 for a store that has its own.
type keystone struct {
	URL     string
	token   func() string
	storage string // URL
	asked   atomic.Pointer[string]
}

func newKeystone(t *testing.T, storage string, token func() string) *keystone {
	k := &keystone{storage: storage, token: token}
	srv := httptest.NewServer(k)
	t.Cleanup(srv.Close)
	k.URL = srv.URL
	return k
}

func (k *keystone) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, _ := io.ReadAll(r.Body)
	text := string(b)
	k.asked.Store(&text)
	if !json.Valid(b) || !strings.Contains(text, testKey) {
		http.Error(w, "who is "+text, http.StatusUnauthorized)
		return
	}
	const elsewhere = "http://192.0.2.1/never" // RFC 5737: nobody
	switch r.URL.Path {
	case "/v2.0/tokens":
		fmt.Fprintf(w, `{"access": {"token": {"id": %q, "expires": "2099-01-01T00:00:00Z"}, "serviceCatalog": [
			{"type": "compute", "endpoints": [{"publicURL": %q, "region": "one"}]},
			{"type": "object-store", "endpoints": [{"publicURL": %q, "region": "one"}, {"publicURL": %q, "internalURL": %q, "region": "two"}]}]}}`,
			k.token(), elsewhere, elsewhere, k.storage, elsewhere)
	case "/v3/auth/tokens":
		w.Header().Set("X-Subject-Token", k.token())
		w.WriteHeader(http.StatusCreated)
		fmt.Fprintf(w, `{"token": {"expires_at": "2099-01-01T00:00:00.000000Z", "catalog": [
			{"type": "object-store", "endpoints": [{"interface": "public", "url": %q, "region": "one"},
			{"interface": "public", "url": %q, "region": "two"}, {"interface": "internal", "url": %q, "region": "two"}]}]}}`,
			elsewhere, k.storage, elsewhere)
	default:
		http.NotFound(w, r)
	}
}

// roundTrip stores, reads and deletes.
func roundTrip(t *testing.T, s *swift.Store) {
	t.Helper()
	key, want := newKey(), content(1, 2<<20)
	_, err := s.Put(t.Context(), key, bytes.NewReader(want), -1)
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
	require.NoError(t, s.Delete(t.Context(), key))
}

// versions are the ways to get a token, with what has to be in the request.
var versions = map[string]struct {
	path string
	set  func(*swift.Options)
	asks []string
}{
	"v2":            {"/v2.0", func(o *swift.Options) { o.Tenant, o.Region = "files", "two" }, []string{`"tenantName":"files"`, `"username":"plik:tester"`}},
	"v2, tenant id": {"/v2.0", func(o *swift.Options) { o.TenantId, o.Region = "t1", "two" }, []string{`"tenantId":"t1"`}},
	"v3":            {"/v3", func(o *swift.Options) { o.Domain, o.Tenant, o.Region = "corp", "files", "two" }, []string{`"name":"corp"`, `"name":"files"`, `"name":"plik:tester"`}},
	"v3, ids":       {"/v3", func(o *swift.Options) { o.UserId, o.TenantId, o.Region = "u1", "t1", "two" }, []string{`"id":"u1"`, `"id":"t1"`}},
	"v3, said":      {"/v3", func(o *swift.Options) { o.AuthVersion, o.DomainId, o.TenantId, o.Region = 3, "d1", "t1", "two" }, []string{`"id":"d1"`}},
	"v3, credential": {"/v3", func(o *swift.Options) {
		o.ApplicationCredentialId, o.ApplicationCredentialSecret, o.UserName, o.ApiKey, o.Region = "app", testKey, "", "", "two"
	}, []string{`"application_credential"`, `"id":"app"`}},
}

func TestAuth(t *testing.T) {
	t.Parallel()
	t.Run("v1", func(t *testing.T) {
		t.Parallel()
		roundTrip(t, quick(t, newFake(t)))
	})
	t.Run("a token that is known", func(t *testing.T) {
		t.Parallel()
		f := newFake(t)
		s := open(t, swift.Options{StorageUrl: f.URL + account, AuthToken: f.newToken()})
		roundTrip(t, s)
	})
	for title, c := range versions {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			f := newFake(t)
			k := newKeystone(t, f.URL+account, f.newToken)
			o := f.options()
			o.AuthUrl = k.URL + c.path
			c.set(&o)
			roundTrip(t, open(t, o))
			for _, part := range c.asks {
				require.Contains(t, strings.ReplaceAll(*k.asked.Load(), " ", ""), part)
			}
		})
	}
}

// TestRealAuth has tokens of the real Swift from the Keystone of this test.
func TestRealAuth(t *testing.T) {
	t.Parallel()
	o := real(t)
	roundTrip(t, open(t, o))
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, o.AuthUrl, nil)
	require.NoError(t, err)
	req.Header.Set("X-Auth-User", o.UserName)
	req.Header.Set("X-Auth-Key", o.ApiKey)
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, resp.Body.Close())
	http.DefaultClient.CloseIdleConnections()
	token := func() string { return resp.Header.Get("X-Auth-Token") }
	for _, version := range []string{"v2", "v3"} {
		k := newKeystone(t, resp.Header.Get("X-Storage-Url"), token)
		o := swift.Options{Container: o.Container, UserName: testUser, ApiKey: testKey, AuthUrl: k.URL + versions[version].path}
		versions[version].set(&o)
		roundTrip(t, open(t, o))
	}
}

// TestLazy connects when it is used, and not before.
func TestLazy(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s := quick(t, f)
	require.Zero(t, f.issued)
	require.Error(t, func() error {
		f.set(func(f *fake) { f.before = func(*http.Request) int { return http.StatusBadGateway } })
		return s.Check(t.Context())
	}())
	f.alive()
	require.NoError(t, s.Check(t.Context()))
	require.Equal(t, []string{"check"}, f.names(s.Segments(), ""))
}

// TestTokenRunsOut in the middle of everything.
func TestTokenRunsOut(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s, key, want := quick(t, f), newKey(), content(2, 3<<20+9)
	expire := func() { f.set(func(f *fake) { clear(f.tokens) }) }
	for _, said := range []int64{-1, 100, 1 << 20} { // segments, one object, one object
		n := min(int64(len(want)), max(said, 2<<20))
		_, err := s.Put(t.Context(), key, io.MultiReader(bytes.NewReader(want[:10]), hook(expire), bytes.NewReader(want[10:n])), said)
		require.NoError(t, err)
		expire()
		require.True(t, bytes.Equal(want[:n], read(t, s, key, data.Range{})))
		expire()
		require.NoError(t, s.Delete(t.Context(), key))
	}
	piece, err := s.Append(t.Context(), key.File, 0)
	require.NoError(t, err)
	for chunk := range slices.Chunk(want, 1<<20) {
		_, err = piece.Write(chunk)
		require.NoError(t, err)
		expire()
		require.NoError(t, piece.Sync())
	}
	require.NoError(t, piece.Close())
	expire()
	_, err = s.Finish(t.Context(), key.File, key, int64(len(want)))
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
}

// hook reads as nothing and is called once.
type hook func()

func (h hook) Read([]byte) (int, error) {
	h()
	return 0, io.EOF
}

func TestRetries(t *testing.T) {
	t.Parallel()
	for status, tries := range map[int]int32{
		http.StatusServiceUnavailable: 4, http.StatusTooManyRequests: 4, 498: 4, http.StatusRequestTimeout: 4,
		http.StatusForbidden: 1, http.StatusBadRequest: 1, http.StatusNotFound: 2,
	} {
		f := newFake(t)
		s, key := quick(t, f), newKey()
		_, err := s.Put(t.Context(), key, strings.NewReader("hello"), 5)
		require.NoError(t, err)
		var asked atomic.Int32
		f.set(func(f *fake) {
			f.before = func(*http.Request) int {
				asked.Add(1)
				return status
			}
		})
		_, err = s.Open(t.Context(), key, data.Range{})
		require.Error(t, err)
		require.Equal(t, tries, asked.Load(), "%d", status)
		f.set(func(f *fake) {
			f.before = func(*http.Request) int {
				if asked.Add(1)%3 != 0 && status != http.StatusNotFound {
					return status
				}
				return 0
			}
		})
		if tries > 1 {
			require.Equal(t, "hello", string(read(t, s, key, data.Range{})))
			_, err = s.Put(t.Context(), key, strings.NewReader("again"), 5)
			require.NoError(t, err)
		}
	}
}

// TestSecrets are in no error, though the server says what it was sent.
func TestSecrets(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	k := newKeystone(t, f.URL+account, f.newToken)
	v3 := f.options()
	v3.AuthUrl, v3.ApiKey = k.URL+"/v3", "another key, in the request"
	v1 := f.options()
	v1.ApiKey = "another key"
	unreachable := f.options()
	unreachable.AuthUrl = "http://127.0.0.1:1/auth/v1.0"
	lost := f.options()
	lost.AuthUrl = k.URL + "/nowhere/v3"
	for title, o := range map[string]swift.Options{"v3": v3, "v1": v1, "unreachable": unreachable, "not found": lost, "echoes": f.options()} {
		s := open(t, o)
		s.Hurry()
		if title == "echoes" {
			require.NoError(t, s.Check(t.Context()))
			f.set(func(f *fake) { f.before = func(*http.Request) int { return http.StatusBadRequest } })
		}
		key := newKey()
		_, putErr := s.Put(t.Context(), key, bytes.NewReader(content(3, 2<<20)), -1)
		_, openErr := s.Open(t.Context(), key, data.Range{})
		_, appendErr := s.Append(t.Context(), key.File, 0)
		errs := []error{putErr, openErr, appendErr, s.Delete(t.Context(), key), s.Check(t.Context()), s.Drop(t.Context(), key.File)}
		for _, err := range s.List(t.Context()) {
			errs = append(errs, err)
		}
		for _, err := range errs {
			require.Error(t, err, title)
			require.NotEqual(t, core.KindNotFound, core.KindOf(err), "%s: %v: nothing is known of the object", title, err)
			require.NotContains(t, err.Error(), o.ApiKey, title)
			require.NotContains(t, err.Error(), "AUTH_tk", title)
		}
	}
}

func TestOptions(t *testing.T) {
	t.Parallel()
	good := swift.Options{AuthUrl: "http://127.0.0.1/auth/v1.0", UserName: "u", ApiKey: "a secret"}
	for want, change := range map[string]func(*swift.Options){
		"":                     func(*swift.Options) {},
		"missing AuthUrl":      func(o *swift.Options) { o.AuthUrl = "" },
		"invalid Container":    func(o *swift.Options) { o.Container = "a/b" },
		"invalid SegmentSize":  func(o *swift.Options) { o.SegmentSize = 1000 },
		"invalid AuthVersion":  func(o *swift.Options) { o.AuthVersion = 4 },
		"invalid EndpointType": func(o *swift.Options) { o.EndpointType = "secret" },
		"invalid Retries":      func(o *swift.Options) { o.Timeout = -1 },
	} {
		o := good
		change(&o)
		_, err := swift.New(t.Context(), o)
		if want == "" {
			require.NoError(t, err)
			continue
		}
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), o.ApiKey)
	}
}

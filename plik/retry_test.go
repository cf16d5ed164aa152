package plik_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
)

// failing answers some requests with a failure before they reach a real daemon.
func failing(t testing.TB, fail func(w http.ResponseWriter, r *http.Request, n int) bool) (url string, requests *atomic.Int32) {
	t.Helper()
	s, url := newTus(t) // also passes on
	requests = &atomic.Int32{}
	s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		return fail(w, r, int(requests.Add(1)))
	})
	return url, requests
}

func TestWhatIsRepeated(t *testing.T) {
	t.Parallel()
	status := func(code int) func(w http.ResponseWriter, r *http.Request) {
		return func(w http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			http.Error(w, "no", code)
		}
	}
	lost := func(w http.ResponseWriter, r *http.Request) { cut(w) }
	for what, test := range map[string]struct {
		fail        func(w http.ResponseWriter, r *http.Request)
		get, create bool // is repeated
	}{
		"connection lost": {lost, true, false},
		"busy":            {status(503), true, true},
		"too many":        {status(429), true, true},
		"bad gateway":     {status(502), true, false},
		"timeout":         {status(504), true, false},
		"server error":    {status(500), false, false},
		"not found":       {status(404), false, false},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			url, requests := failing(t, func(w http.ResponseWriter, r *http.Request, n int) bool {
				if n == 1 {
					test.fail(w, r)
				}
				return n == 1
			})
			c := client(t, url)
			_, err := c.GetServerVersion()
			require.Equal(t, test.get, err == nil, "%v", err)
			requests.Store(0)
			err = c.NewUpload().Create()
			require.Equal(t, test.create, err == nil, "%v", err)
			requests.Store(0)
			c.Retry.Attempts = 1
			_, err = c.GetServerVersion()
			require.Error(t, err)
		})
	}
}

func TestServerIsNotThere(t *testing.T) {
	t.Parallel()
	c := client(t, "http://127.0.0.1:1")
	_, err := c.GetServerVersion()
	require.ErrorContains(t, err, "connection refused")
	require.ErrorContains(t, c.NewUpload().Create(), "connection refused")
}

// Failures are not for ever.
func TestCreateAgain(t *testing.T) {
	t.Parallel()
	c := client(t, "http://127.0.0.1:1")
	u := c.NewUpload()
	f, err := u.AddFileFromPath(write(t, "name", []byte("x")))
	require.NoError(t, err)
	require.Error(t, u.Upload())
	c.URL = daemon(t, nil)
	require.NoError(t, u.Upload())
	require.Equal(t, "x", string(content(t, f)))
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	url, _ := failing(t, func(w http.ResponseWriter, r *http.Request, n int) bool {
		if n == 1 {
			w.Header().Set("Retry-After", "1")
			http.Error(w, "later", http.StatusServiceUnavailable)
		}
		return n == 1
	})
	start := time.Now()
	_, err := client(t, url).GetServerVersion()
	require.NoError(t, err)
	require.GreaterOrEqual(t, time.Since(start), time.Second)
}

func TestFileIsSentAgain(t *testing.T) {
	t.Parallel()
	b := random(1 << 20)
	for what, fail := range map[string]func(s *tusServer, w http.ResponseWriter, r *http.Request){
		"cut at once": func(s *tusServer, w http.ResponseWriter, r *http.Request) { cut(w) },
		"cut in the middle": func(s *tusServer, w http.ResponseWriter, r *http.Request) {
			r.Body = io.NopCloser(io.MultiReader(io.LimitReader(r.Body, 1000), iotest.ErrReader(errors.New("cut"))))
			defer func() { recover(); cut(w) }()
			s.passOn.ServeHTTP(discard{}, r)
		},
		"answer lost": func(s *tusServer, w http.ResponseWriter, r *http.Request) {
			s.passOn.ServeHTTP(discard{}, r)
			cut(w)
		},
		"busy": func(s *tusServer, w http.ResponseWriter, r *http.Request) {
			http.Error(w, "later", http.StatusServiceUnavailable)
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			s, url := newTus(t)
			var n atomic.Int32
			s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
				if r.Method != "PUT" || n.Add(1) > 1 {
					return false
				}
				fail(s, w, r)
				return true
			})
			c := client(t, url)
			c.Retry.Min, c.Retry.Max = 100*time.Millisecond, time.Second // the server has to notice first
			_, f, err := c.UploadFile(write(t, "name", b))
			require.NoError(t, f.Error())
			require.NoError(t, err)
			require.Equal(t, plik.StatusUploaded, f.Metadata().Status)
			require.Equal(t, sum(b), f.Metadata().Md5)
			require.Equal(t, b, content(t, f))
		})
	}
}

// discard takes an answer that nobody gets.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(p []byte) (int, error) { return len(p), nil }
func (discard) WriteHeader(int)             {}

// What was read from a pipe is gone.
func TestPipeIsNotSentAgain(t *testing.T) {
	t.Parallel()
	puts := 0
	url, _ := failing(t, func(w http.ResponseWriter, r *http.Request, n int) bool {
		if r.Method == "PUT" {
			puts++
			io.CopyN(io.Discard, r.Body, 1000)
			cut(w)
		}
		return r.Method == "PUT"
	})
	c := client(t, url)
	c.Resumable.Off = true
	u := c.NewUpload()
	f := u.AddFileFromReader("name", struct{ io.Reader }{bytes.NewReader(random(large))})
	require.Error(t, u.Upload())
	first := f.Error()
	require.Error(t, first)
	require.Equal(t, 1, puts)
	require.Error(t, u.Upload())
	require.Same(t, first, f.Error(), "it stays failed")
	require.Equal(t, plik.StatusMissing, f.Metadata().Status)
}

func TestReaderFails(t *testing.T) {
	t.Parallel()
	broken := errors.New("io error")
	url := daemon(t, nil)
	for _, after := range []int{0, 1000, large} {
		u := client(t, url).NewUpload()
		f := u.AddFileFromReader("name", io.MultiReader(bytes.NewReader(random(after)), iotest.ErrReader(broken)))
		var heard error
		f.RegisterUploadCallback(func(m *plik.FileMetadata, err error) { heard = err })
		require.ErrorIs(t, u.Upload(), broken)
		require.ErrorIs(t, f.Error(), broken)
		require.ErrorIs(t, heard, broken)
		require.Equal(t, plik.StatusMissing, f.Metadata().Status)
	}
}

func TestDigestIsChecked(t *testing.T) {
	t.Parallel()
	answer := plik.FileMetadata{ID: "f", Name: "name", Status: plik.StatusUploaded, Size: 4}
	for md5, ok := range map[string]bool{
		"":                                 true, // the server does not compute any
		"098f6bcd4621d373cade4e832627b4f6": true,
		"098F6BCD4621D373CADE4E832627B4F6": true,
		"00000000000000000000000000000000": false,
	} {
		answer.Md5 = md5
		c := client(t, serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/upload" {
				fmt.Fprint(w, `{"id":"u","files":[{"id":"f","fileName":"name","status":"missing","reference":"0"}]}`)
				return
			}
			io.Copy(io.Discard, r.Body)
			json.NewEncoder(w).Encode(answer)
		}))
		_, f, err := c.UploadReader("name", strings.NewReader("test"))
		require.Equal(t, ok, err == nil, "%s: %v", md5, f.Error())
		if !ok {
			require.ErrorIs(t, err, plik.ErrDigest)
		}
		_, _, err = c.UploadReader("name", strings.NewReader("longer"))
		require.ErrorIs(t, err, plik.ErrDigest, "the size is wrong, too")
	}
}

func TestSizesAreAnnounced(t *testing.T) {
	t.Parallel()
	c := client(t, daemon(t, nil))
	u := c.NewUpload()
	path := write(t, "path", random(1234))
	_, err := u.AddFileFromPath(path)
	require.NoError(t, err)
	u.AddFileFromReader("bytes", bytes.NewReader(random(5678)))
	u.AddFileFromReader("pipe", struct{ io.Reader }{bytes.NewReader(random(1))})
	wrapped, err := u.AddFileFromPath(path)
	require.NoError(t, err)
	wrapped.WrapReader(func(r io.ReadCloser) io.ReadCloser { return r })
	require.NoError(t, u.Create())
	got, err := c.GetUpload(u.ID())
	require.NoError(t, err)
	for i, n := range []int{1234, 5678, 0, 0} {
		require.EqualValues(t, n, got.Files()[i].Size, i)
	}
}

func TestParallel(t *testing.T) {
	t.Parallel()
	var now, most atomic.Int32
	s, url := newTus(t)
	release := make(chan struct{})
	s.setFault(func(w http.ResponseWriter, r *http.Request, _ int) bool {
		if r.Method == "PUT" {
			if n := now.Add(1); n > most.Load() {
				most.Store(n)
			}
			if now.Load() == 3 {
				close(release) // as many as there may be
			}
			<-release
			now.Add(-1)
			now.Add(-100) // never three again
		}
		return false
	})
	c := client(t, url)
	c.Parallel = 3
	u := c.NewUpload()
	for i := range 20 {
		u.AddFileFromReader(fmt.Sprint(i), strings.NewReader("x"))
	}
	require.NoError(t, u.Upload())
	require.EqualValues(t, 3, most.Load())
}

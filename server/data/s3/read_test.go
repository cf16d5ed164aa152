package s3_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/s3"
)

const testID, testSecret = "AKIDtestTESTtest", "s3cr3t+s3cr3t/s3cr3t"

// fake returns a store whose server is h. The bucket is there.
func fake(t *testing.T, h http.HandlerFunc) *s3.Store {
	t.Helper()
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodHead && strings.Count(strings.Trim(r.URL.Path, "/"), "/") == 0 {
			return
		}
		h(w, r)
	}))
	t.Cleanup(front.Close)
	s := openWith(t, s3.Options{
		Endpoint: strings.TrimPrefix(front.URL, "http://"), AccessKeyID: testID, SecretAccessKey: testSecret,
	})
	s.Hurry(100*time.Millisecond, 100*time.Millisecond)
	t.Cleanup(front.CloseClientConnections)
	return s
}

// served answers with b as S3 does, and at most limit bytes of it before the connection is cut.
func served(b []byte, etag string, limit int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"`+etag+`"`)
		w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 10:00:00 GMT")
		if m := r.Header.Get("If-Match"); m != "" && strings.Trim(m, `"`) != etag {
			refuse(w, http.StatusPreconditionFailed, "PreconditionFailed", "it changed")
			return
		}
		if limit >= 0 {
			w = &cutting{w, limit}
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(b))
	}
}

type cutting struct {
	http.ResponseWriter
	left int
}

func (c *cutting) Write(p []byte) (int, error) {
	if len(p) < c.left {
		c.left -= len(p)
		return c.ResponseWriter.Write(p)
	}
	_, _ = c.ResponseWriter.Write(p[:c.left])
	_ = http.NewResponseController(c.ResponseWriter).Flush()
	panic(http.ErrAbortHandler)
}

func TestReadGoesOn(t *testing.T) {
	t.Parallel()
	all := content(8, 300_000)
	for name, c := range map[string]struct {
		rng  data.Range
		want []byte
	}{
		"all":        {data.Range{}, all},
		"the end":    {data.Range{Offset: 100_000}, all[100_000:]},
		"the middle": {data.Range{Offset: 10, Length: 250_000}, all[10:250_010]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			s := fake(t, func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				served(all, "one", 70_000)(w, r)
			})
			r, err := s.Open(t.Context(), newKey(), c.rng)
			require.NoError(t, err)
			require.NoError(t, iotest.TestReader(struct{ io.Reader }{r}, c.want))
			require.NoError(t, r.Close())
			require.Greater(t, asked.Load(), int32(2))
		})
	}
}

// A body that is not all there is never taken for a whole one.
func TestReadFails(t *testing.T) {
	t.Parallel()
	all := content(9, 300_000)
	for name, c := range map[string]struct {
		then http.HandlerFunc
		want string
	}{
		"nothing comes":   {served(all, "one", 0), "are missing"},
		"it is gone":      {func(w http.ResponseWriter, _ *http.Request) { refuse(w, 404, "NoSuchKey", "gone") }, "are missing"},
		"it was replaced": {served(content(10, 300_000), "two", -1), "replaced"},
		"forbidden":       {func(w http.ResponseWriter, _ *http.Request) { refuse(w, 403, "AccessDenied", "no") }, "are missing"},
		"no ranges": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", fmt.Sprint(len(all)))
			w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 10:00:00 GMT")
			_, _ = w.Write(all)
		}, "are missing"},
		"another length": {served(all[:len(all)-1], "one", -1), "are missing"},
		"other bytes": {func(w http.ResponseWriter, r *http.Request) {
			r.Header.Set("Range", "bytes=5-")
			served(all, "one", -1)(w, r)
		}, "are missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			first := times(1)
			s := fake(t, func(w http.ResponseWriter, r *http.Request) {
				if first() {
					served(all, "one", 70_000)(w, r)
				}
				c.then(w, r)
			})
			r, err := s.Open(t.Context(), newKey(), data.Range{})
			require.NoError(t, err)
			got, err := io.ReadAll(r)
			require.ErrorContains(t, err, c.want)
			require.True(t, bytes.Equal(all[:70_000], got), len(got))
			_, again := r.Read(make([]byte, 1))
			require.Equal(t, err, again)
			require.NoError(t, r.Close())
		})
	}
}

// A connection that says nothing for too long is given up, and made anew.
func TestReadStalls(t *testing.T) {
	t.Parallel()
	all := content(11, 200_000)
	first := times(1)
	over := make(chan struct{})
	s := fake(t, func(w http.ResponseWriter, r *http.Request) {
		if !first() {
			served(all, "one", -1)(w, r)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(len(all)))
		w.Header().Set("ETag", `"one"`)
		w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 10:00:00 GMT")
		_, _ = w.Write(all[:50_000])
		_ = http.NewResponseController(w).Flush()
		<-over
	})
	defer close(over)
	r, err := s.Open(t.Context(), newKey(), data.Range{})
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.True(t, bytes.Equal(all, got))
	require.NoError(t, r.Close())
	_, err = r.Read(make([]byte, 1))
	require.Error(t, err)
}

// The real server, whose connections are cut.
func TestReadCut(t *testing.T) {
	t.Parallel()
	s, p := proxied(t, nil)
	want := content(12, 20*mib)
	key := put(t, s, newKey(), want, -1)
	var cuts atomic.Int32
	p.set(func(w http.ResponseWriter, r *http.Request, f http.Handler) bool {
		if !isGet(r) {
			return false
		}
		cuts.Add(1)
		f.ServeHTTP(&cutting{w, 3*mib + 1}, r)
		return true
	})
	requireObject(t, s, key, want)
	require.EqualValues(t, 7, cuts.Load())
	p.set(nil)
	seeker, err := data.OpenSeeker(t.Context(), s, key, int64(len(want)))
	require.NoError(t, err)
	for _, at := range []int64{15 * mib, 1, int64(len(want)) - 1} {
		_, err := seeker.Seek(at, io.SeekStart)
		require.NoError(t, err)
		got := make([]byte, 1)
		_, err = io.ReadFull(seeker, got)
		require.NoError(t, err)
		require.Equal(t, want[at], got[0])
	}
	require.NoError(t, seeker.Close())
}

// What a store sends that ignores ranges is cut to what was asked for; one that does not say how much
// it sends cannot be trusted with the end.
func TestOddStores(t *testing.T) {
	t.Parallel()
	all := content(27, 100_000)
	whole := func(length bool) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if length {
				w.Header().Set("Content-Length", fmt.Sprint(len(all)))
			}
			w.Header().Set("Last-Modified", "Tue, 24 Nov 2026 10:00:00 GMT")
			_, _ = w.Write(all)
		}
	}
	r, err := fake(t, whole(true)).Open(t.Context(), newKey(), data.Range{Length: 10})
	require.NoError(t, err)
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	require.Equal(t, all[:10], got)
	require.NoError(t, r.Close())
	_, err = fake(t, whole(true)).Open(t.Context(), newKey(), data.Range{Offset: 1})
	require.ErrorContains(t, err, "ignores ranges")
	_, err = fake(t, whole(false)).Open(t.Context(), newKey(), data.Range{})
	require.ErrorContains(t, err, "how much")
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		want   core.Kind
	}{
		"absent":     {func(w http.ResponseWriter, _ *http.Request) { refuse(w, 404, "NoSuchKey", "absent") }, core.KindNotFound},
		"no bucket":  {func(w http.ResponseWriter, _ *http.Request) { refuse(w, 404, "NoSuchBucket", "absent") }, core.KindInternal},
		"forbidden":  {func(w http.ResponseWriter, _ *http.Request) { refuse(w, 403, "AccessDenied", "no") }, core.KindInternal},
		"overloaded": {func(w http.ResponseWriter, _ *http.Request) { refuse(w, 503, "SlowDown", "later") }, core.KindUnavailable},
		"cut":        {func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, core.KindUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := fake(t, c.answer).Open(t.Context(), newKey(), data.Range{})
			require.Error(t, err)
			require.Equal(t, c.want, core.KindOf(err), "%v", err)
		})
	}
}

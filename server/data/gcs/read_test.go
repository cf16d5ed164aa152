package gcs_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
)

// short lets through n bytes of an answer and cuts the connection.
func short(n int, w http.ResponseWriter, r *http.Request, forward http.Handler) {
	recorder := httptest.NewRecorder()
	forward.ServeHTTP(recorder, r)
	for name, values := range recorder.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(recorder.Code)
	_, _ = w.Write(recorder.Body.Bytes()[:min(n, recorder.Body.Len())])
	_ = http.NewResponseController(w).Flush() // it is cut at once
	panic(http.ErrAbortHandler)
}

// TestReadGoesOn where the connection broke, and never ends short.
func TestReadGoesOn(t *testing.T) {
	t.Parallel()
	s, direct, p := proxied(t)
	key, want := newKey(), content(5, 3<<20)
	_, err := direct.Put(t.Context(), key, bytes.NewReader(want), -1)
	require.NoError(t, err)
	var gets atomic.Int32
	p.set(func(w http.ResponseWriter, r *http.Request, forward http.Handler) bool {
		if isGet(r) {
			n := 300_000
			if gets.Add(1)%2 == 0 {
				n = 0
			}
			short(n, w, r, forward)
		}
		return false
	})
	require.True(t, bytes.Equal(want, read(t, s, key, data.Range{})))
	require.True(t, bytes.Equal(want[5:3<<20-5], read(t, s, key, data.Range{Offset: 5, Length: 3<<20 - 10})))
	require.Greater(t, gets.Load(), int32(20))

	t.Run("replaced meanwhile", func(t *testing.T) {
		gets.Store(0)
		r, err := s.Open(t.Context(), key, data.Range{})
		require.NoError(t, err)
		defer r.Close()
		_, err = direct.Put(t.Context(), key, bytes.NewReader(content(6, 3<<20)), -1)
		require.NoError(t, err)
		got, err := io.ReadAll(r)
		require.Error(t, err)
		require.True(t, bytes.HasPrefix(want, got))
		require.Less(t, len(got), len(want))
	})
	t.Run("gone for good", func(t *testing.T) {
		gets.Store(0)
		r, err := s.Open(t.Context(), key, data.Range{})
		require.NoError(t, err)
		defer r.Close()
		p.set(refused(isGet, http.StatusServiceUnavailable))
		got, err := io.ReadAll(r)
		require.Error(t, err)
		require.Less(t, len(got), len(want), "it is short, and says so")
		_, err = s.Open(t.Context(), key, data.Range{})
		require.ErrorContains(t, err, "503")
		require.Equal(t, core.KindInternal, core.KindOf(err))
	})
}

// TestRanges are asked of the service; nothing else is sent.
func TestRanges(t *testing.T) {
	t.Parallel()
	s, direct, p := proxied(t)
	key, want := newKey(), content(7, 1<<20)
	_, err := direct.Put(t.Context(), key, bytes.NewReader(want), -1)
	require.NoError(t, err)
	asked := make(chan string, 1)
	p.set(func(_ http.ResponseWriter, r *http.Request, _ http.Handler) bool {
		if isGet(r) {
			asked <- r.Header.Get("Range")
		}
		return false
	})
	for header, rng := range map[string]data.Range{
		"": {}, "bytes=100-": {Offset: 100}, "bytes=0-99": {Length: 100}, "bytes=500-509": {Offset: 500, Length: 10},
	} {
		end := len(want)
		if rng.Length > 0 {
			end = int(rng.Offset + rng.Length)
		}
		require.True(t, bytes.Equal(want[rng.Offset:end], read(t, s, key, rng)), "%+v", rng)
		require.Equal(t, header, <-asked)
	}
}

// TestNoBucket is not to be mistaken for an object that is not there.
func TestNoBucket(t *testing.T) {
	t.Parallel()
	o := emulator(t)
	o.Bucket = "nobody-has-this-one"
	s := open(t, o)
	key := newKey()
	_, openErr := s.Open(t.Context(), key, data.Range{})
	_, putErr := s.Put(t.Context(), key, bytes.NewReader([]byte("x")), 1)
	_, appendErr := s.Append(t.Context(), key.File, 1)
	_, finishErr := s.Finish(t.Context(), key.File, key, 1)
	for _, err := range []error{openErr, putErr, appendErr, finishErr, s.Check(t.Context()), s.Delete(t.Context(), key)} {
		require.Error(t, err)
		require.Equal(t, core.KindInternal, core.KindOf(err), "%v", err)
	}
}

// TestOtherObjects of the bucket, and of folders beside this one, are nobody's files.
func TestOtherObjects(t *testing.T) {
	t.Parallel()
	o := emulator(t)
	s := open(t, o)
	o.Folder += "-2"
	other := open(t, o)
	key := newKey()
	_, err := s.Put(t.Context(), key, bytes.NewReader([]byte("mine")), 4)
	require.NoError(t, err)
	_, err = other.Put(t.Context(), newKey(), bytes.NewReader([]byte("theirs")), 6)
	require.NoError(t, err)
	mine := string(key.Upload) + "." + string(key.File)
	require.Equal(t, []string{mine}, names(t, s), "as earlier versions name it")
	for _, name := range []string{"readme", "a.b.c", "sub/a.b", "unfinished/x.y"} {
		require.NoError(t, s.Copy(t.Context(), mine, name))
	}
	var found []data.Key
	for e, err := range s.List(t.Context()) {
		require.NoError(t, err)
		require.False(t, e.Partial)
		found = append(found, e.Key)
	}
	require.Equal(t, []data.Key{key}, found)
	for u, err := range s.Unfinished(t.Context()) {
		require.NoError(t, err)
		t.Errorf("unfinished: %s", u.ID)
	}
	gone, err := s.Discard(t.Context(), data.Entry{Name: "readme", Partial: true})
	require.NoError(t, err)
	require.False(t, gone)
}

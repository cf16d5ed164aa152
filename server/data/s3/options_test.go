package s3_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/s3"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	noCert := filepath.Join(t.TempDir(), "none.pem")
	require.NoError(t, os.WriteFile(noCert, []byte("nothing"), 0o600))
	for want, change := range map[string]func(*s3.Options){
		"missing endpoint":          func(o *s3.Options) { o.Endpoint = "" },
		"missing access key ID":     func(o *s3.Options) { o.AccessKeyID = "" },
		"missing secret access key": func(o *s3.Options) { o.SecretAccessKey = "" },
		"invalid part size":         func(o *s3.Options) { o.PartSize = s3.MinPartSize - 1 },
		"invalid SSE":               func(o *s3.Options) { o.SSE = "KMS" },
		"UseSSL":                    func(o *s3.Options) { o.SSE = s3.SSEC },
		"memory":                    func(o *s3.Options) { o.Memory = 1 },
		"without scheme":            func(o *s3.Options) { o.Endpoint = "http://127.0.0.1:1" },
		"no certificate":            func(o *s3.Options) { o.CACert = noCert },
		"no such file":              func(o *s3.Options) { o.CACert = noCert + ".absent" },
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			o := s3.Options{Endpoint: "127.0.0.1:1", AccessKeyID: testID, SecretAccessKey: testSecret}
			change(&o)
			_, err := s3.New(t.Context(), o)
			require.ErrorContains(t, err, "invalid s3 data backend config : ")
			require.ErrorContains(t, err, want)
		})
	}
}

func TestNewWaitsForItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := s3.New(ctx, s3.Options{Endpoint: "127.0.0.1:1", AccessKeyID: testID, SecretAccessKey: testSecret})
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

// Whatever the store says, its secrets are in no error.
func TestDiscreet(t *testing.T) {
	t.Parallel()
	s := fake(t, func(w http.ResponseWriter, r *http.Request) {
		refuse(w, 403, "SignatureDoesNotMatch", testID+" with "+testSecret+" "+r.Header.Get("Authorization"))
	})
	key := newKey()
	_, putErr := s.Put(t.Context(), key, plain([]byte("x")), 1)
	_, openErr := s.Open(t.Context(), key, data.Range{})
	_, appendErr := s.Append(t.Context(), key.File, 0)
	_, finishErr := s.Finish(t.Context(), key.File, key, 1)
	var listErr error
	for _, listErr = range s.List(t.Context()) {
		break
	}
	for _, err := range []error{
		putErr, openErr, appendErr, finishErr, listErr, s.Delete(t.Context(), key), s.Check(t.Context()), s.Drop(t.Context(), key.File),
	} {
		require.Error(t, err)
		text := fmt.Sprintf("%v %+v", err, err)
		require.NotContains(t, text, testID)
		require.NotContains(t, text, testSecret)
	}
	key.Details = `{"SSEKey":"` + strings.Repeat("k", 31) + `"}`
	_, err := s.Open(t.Context(), key, data.Range{})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "kkk")
}

// There are no more requests than needed: one to read, one to store something small.
func TestRequests(t *testing.T) {
	t.Parallel()
	asked := make(chan string, 100)
	s := fake(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r.Method
		if r.Method == http.MethodPut { // in no chunks, with a checksum
			body, err := io.ReadAll(r.Body)
			if err != nil || string(body) != "hello" || r.Header.Get("Content-Encoding") != "" ||
				r.Header.Get("X-Amz-Content-Sha256") != "UNSIGNED-PAYLOAD" || r.Header.Get("X-Amz-Checksum-Crc32c") != "mnG7TA==" {
				refuse(w, 400, "InvalidRequest", "not that way")
			}
		}
		switch r.Method {
		case http.MethodGet:
			served([]byte("hello"), "one", -1)(w, r)
		case http.MethodDelete:
			w.WriteHeader(http.StatusNoContent)
		}
	})
	key := put(t, s, newKey(), []byte("hello"), 5)
	requireObject(t, s, key, []byte("hello"))
	require.NoError(t, s.Delete(t.Context(), key))
	close(asked)
	var all []string
	for m := range asked {
		all = append(all, m)
	}
	require.Equal(t, []string{"PUT", "GET", "DELETE"}, all)
}

func FuzzState(f *testing.F) {
	f.Add([]byte(`{"upload":"u","parts":[{"s":5242880,"e":"etag","c":"AAAAAA=="}],"nonce":"n","tail":7}`))
	f.Add([]byte(`{"nonce":"n","tail":-1}`))
	f.Add([]byte(`{"nonce":"n","upload":"u","parts":[{"s":9223372036854775807},{"s":1}]}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		parts, size, err := s3.ParseState(line)
		if err == nil && (size < 0 || parts > 10_000) {
			t.Fatalf("%d parts, %d bytes", parts, size)
		}
	})
}

func FuzzDetails(f *testing.F) {
	f.Add(`{"SSEKey":"0123456789abcdefghijABCDEFGHIJ01"}`)
	f.Add(`{}`)
	f.Add(``)
	f.Fuzz(func(t *testing.T, text string) {
		key, err := s3.KeyIn(text)
		if err == nil && key != "" && len(key) != 32 {
			t.Fatalf("a key of %d bytes", len(key))
		}
	})
}

package gcs_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/gcs"
)

func TestOptions(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]gcs.Options{
		"":                 {Bucket: "plik", Endpoint: "http://127.0.0.1:1"},
		"missing Bucket":   {Endpoint: "http://127.0.0.1:1"},
		"invalid Endpoint": {Bucket: "plik", Endpoint: "127.0.0.1:1"},
		"without user":     {Bucket: "plik", Endpoint: "https://u:a-secret@127.0.0.1"},
	} {
		s, err := gcs.New(t.Context(), o)
		if want == "" {
			require.NoError(t, err)
			require.NoError(t, s.Close())
			continue
		}
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), "a-secret")
	}
}

// TestSecrets are in no error, though the services say what they were sent. It changes the
// environment, from which the credentials come.
func TestSecrets(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error": "invalid_grant", "error_description": "you sent ` + r.Form.Encode() + `"}`))
	}))
	defer srv.Close()
	file := filepath.Join(t.TempDir(), "credentials.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"type": "authorized_user", "client_id": "me", "client_secret": "hush-1",
		"refresh_token": "hush-2", "token_uri": "`+srv.URL+`"}`), 0o600))
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", file)
	s, err := gcs.New(t.Context(), gcs.Options{Bucket: "plik", Endpoint: "https://127.0.0.1:1"})
	require.NoError(t, err)
	defer s.Close()
	s.Hurry()
	key := newKey()
	_, putErr := s.Put(t.Context(), key, bytes.NewReader([]byte("x")), 1)
	_, openErr := s.Open(t.Context(), key, data.Range{})
	for _, err := range []error{putErr, openErr, s.Check(t.Context())} {
		require.Error(t, err)
		require.Equal(t, core.KindInternal, core.KindOf(err))
		require.NotContains(t, err.Error(), "hush")
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", filepath.Join(t.TempDir(), "absent"))
	_, err = gcs.New(t.Context(), gcs.Options{Bucket: "plik"})
	require.Error(t, err)
}

func TestRedact(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`Put "http://x/o?upload_id=abc&x=1": EOF`:          `Put "http://x/o?upload_id=***&x=1": EOF`,
		`Authorization: Bearer ya29.abc`:                   `Authorization: Bearer ***`,
		`{"access_token":"a","private_key": "b", "c":"d"}`: `{"access_token":"***","private_key": "***", "c":"d"}`,
		`nothing to hide`:                                  `nothing to hide`,
	} {
		require.Equal(t, want, gcs.Redact(text))
	}
}

func FuzzNames(f *testing.F) {
	for _, name := range []string{"a.b", ".b", "a.", "a.b.c", "../x", "0000000000000000005-abc", "-000000000000000005-abc", "+000000000000000005-abc"} {
		f.Add("", name)
		f.Add("folder/", "folder/"+name)
	}
	f.Fuzz(func(t *testing.T, folder, name string) {
		if id, ok := gcs.ParseObject(folder, name); ok {
			require.True(t, data.PlainID(string(id)))
		}
		if offset, ok := gcs.ParsePart(name); ok {
			require.GreaterOrEqual(t, offset, int64(0))
		}
	})
}

// FuzzChain has pieces of any kind in any order: what they make is without a gap.
func FuzzChain(f *testing.F) {
	f.Add([]byte{0, 5, 5, 3, 0, 2, 2, 3, 8, 1})
	f.Add([]byte{1, 5})
	f.Fuzz(func(t *testing.T, b []byte) {
		var offsets, sizes []int64
		var sum int64
		first := false
		for pair := range chunks(b) {
			offsets, sizes = append(offsets, int64(pair[0])), append(sizes, int64(pair[1]))
			first = first || pair[0] == 0
			sum += int64(pair[1])
		}
		pieces, size, ok := gcs.Chain(offsets, sizes)
		require.Equal(t, first, ok)
		require.LessOrEqual(t, pieces, len(offsets))
		require.LessOrEqual(t, size, sum)
	})
}

func chunks(b []byte) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for ; len(b) >= 2 && yield(b[:2]); b = b[2:] {
		}
	}
}

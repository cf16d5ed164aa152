//go:build linux

package load_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/testing/bench/internal/load"
)

// received is what the echo server says of a body, in the header X-Got.
func received(body io.Reader) (string, error) {
	b, err := io.ReadAll(body)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d %x", len(b), bytes.Count(b, []byte("q"))), nil
}

// store is a server that takes what want says, and refuses anything else.
func store(t *testing.T, want string) string {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		var body io.Reader = r.Body
		if r.Method == http.MethodPost {
			form, err := r.MultipartReader()
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			part, err := form.NextPart()
			if err != nil || part.FormName() != "file" || part.FileName() != "name" {
				http.Error(w, fmt.Sprint("bad part ", err), http.StatusBadRequest)
				return
			}
			body = part
		}
		if got, err := received(body); err != nil || got != want || r.Header.Get("X-Token") != "secret" {
			http.Error(w, fmt.Sprint("got ", got, err), http.StatusBadRequest)
		}
	})
	return s.URL + "/dir/name"
}

func TestClientsSendTheFile(t *testing.T) {
	t.Parallel()
	content := bytes.Repeat([]byte("quick brown fox\r\n--"), 100_000)
	file := filepath.Join(t.TempDir(), "source")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	want, err := received(bytes.NewReader(content))
	require.NoError(t, err)
	header := http.Header{"X-Token": {"secret"}}
	for name, client := range map[string]load.Client{"curl": load.Curl{}, "lean": load.Lean{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := store(t, want)
			require.NoError(t, client.Put(t.Context(), url, file, header))
			require.NoError(t, client.Post(t.Context(), url, file, header))
			require.Error(t, client.Put(t.Context(), url, file, http.Header{"X-Token": {"wrong"}}))
			require.Error(t, client.Put(t.Context(), url, file+"-absent", header))
		})
	}
}

func TestClientsNoticeAFailedDownload(t *testing.T) {
	t.Parallel()
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/whole":
			_, _ = w.Write(make([]byte, 1<<20))
		case "/short":
			w.Header().Set("Content-Length", strconv.Itoa(2<<20))
			_, _ = w.Write(make([]byte, 1<<20))
		default:
			http.NotFound(w, r)
		}
	})
	for name, client := range map[string]load.Client{"curl": load.Curl{}, "lean": load.Lean{}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NoError(t, client.Get(t.Context(), s.URL+"/whole"))
			require.Error(t, client.Get(t.Context(), s.URL+"/short"))
			require.Error(t, client.Get(t.Context(), s.URL+"/absent"))
		})
	}
}

func TestPaced(t *testing.T) {
	t.Parallel()
	const size = 300_000
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = w.Write(make([]byte, size))
			return
		}
		if n, err := io.Copy(io.Discard, r.Body); n != size || err != nil {
			http.Error(w, fmt.Sprint(n, err), http.StatusBadRequest)
		}
	})
	client := load.Paced{Rate: 100e6}
	require.NoError(t, client.Put(t.Context(), s.URL+"/", nil, size))
	require.NoError(t, client.Get(t.Context(), s.URL+"/"))
}

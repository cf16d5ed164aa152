package update_test

import (
	"crypto/ed25519"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/update"
	"github.com/root-gg/plik/plik"
	"github.com/root-gg/plik/plik/api"
)

func TestOlder(t *testing.T) {
	t.Parallel()
	order := []string{"1.0-RC1", "1.0-RC2", "1.0", "1.3", "1.3.8", "1.4.0-RC1", "1.4.0", "1.10", "2.0"}
	for i, a := range order {
		for j, b := range order {
			require.Equal(t, i < j, update.Older(a, b), "%s %s", a, b)
		}
	}
	for _, odd := range []string{"", "x", "1.2.3.4", "0.0.0", "1.-2", "1..2"} {
		require.False(t, update.Older(odd, "1.0"), odd)
		require.False(t, update.Older("1.0", odd), odd)
	}
}

// offer serves a client, with a signature if there is one.
func offer(t *testing.T, content, signature string) *update.Updater {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /version", func(w http.ResponseWriter, _ *http.Request) {
		json.NewEncoder(w).Encode(api.BuildInfo{
			Version: "1.5", Releases: []api.Release{{Name: "1.3"}, {Name: "1.4"}, {Name: "1.5-RC1"}, {Name: "1.5"}},
			Clients: []api.Client{{OS: "plan9", Arch: "mips", Path: "../clients/plan9-mips/plik", MD5: fmt.Sprintf("%x", md5.Sum([]byte(content)))}},
		})
	})
	mux.HandleFunc("GET /clients/plan9-mips/plik", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, content) })
	mux.HandleFunc("GET /changelog/1.5", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "news") })
	mux.HandleFunc("GET /clients/plan9-mips/plik.sig", func(w http.ResponseWriter, r *http.Request) {
		if signature == "" {
			http.NotFound(w, r)
			return
		}
		fmt.Fprintln(w, signature)
	})
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	path := filepath.Join(t.TempDir(), "plik")
	require.NoError(t, os.WriteFile(path, []byte("current"), 0o700))
	return &update.Updater{Client: plik.NewClient(srv.URL), Current: "1.4", OS: "plan9", Arch: "mips", Path: path}
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	public, private, err := ed25519.GenerateKey(nil)
	require.NoError(t, err)
	sign := func(version, content string) string {
		sum := fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
		return base64.StdEncoding.EncodeToString(ed25519.Sign(private, update.Message(version, "plan9", "mips", sum)))
	}
	for name, c := range map[string]struct {
		signature string
		change    func(*update.Updater)
		want      string // "" for success
	}{
		"signed":             {signature: sign("1.5", "next")},
		"not signed":         {want: "is not signed for this one"},
		"another version":    {signature: sign("1.4", "next"), want: "the signature of the client is not right"},
		"other content":      {signature: sign("1.5", "evil"), want: "the signature of the client is not right"},
		"nonsense":           {signature: "!", want: "the signature of the client is damaged"},
		"no key linked in":   {signature: sign("1.5", "next"), change: func(u *update.Updater) { u.Key = "" }, want: "is not signed for this one"},
		"unsigned, loopback": {change: func(u *update.Updater) { u.Unsigned = true }},
		"unsigned, far away": {change: func(u *update.Updater) {
			u.Unsigned = true
			u.Client.URL = "http://plik.example.org"
		}, want: "over https with a valid certificate only"},
		"older":           {signature: sign("1.5", "next"), change: func(u *update.Updater) { u.Current = "1.6" }, want: "the server offers an older version"},
		"older, accepted": {signature: sign("1.5", "next"), change: func(u *update.Updater) { u.Current, u.Downgrade = "1.6", true }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := offer(t, "next", c.signature)
			u.Key = base64.StdEncoding.EncodeToString(public)
			o, err := u.Check(t.Context())
			require.NoError(t, err)
			require.False(t, o.UpToDate)
			if c.change != nil {
				c.change(u)
			}
			err = u.Apply(t.Context(), o)
			content, lost := os.ReadFile(u.Path)
			require.NoError(t, lost)
			if c.want == "" {
				require.NoError(t, err)
				require.Equal(t, "next", string(content))
			} else {
				require.ErrorContains(t, err, c.want)
				require.Equal(t, "current", string(content))
			}
			names, lost := os.ReadDir(filepath.Dir(u.Path))
			require.NoError(t, lost)
			require.Len(t, names, 1, "nothing is left beside the program")
			info, lost := os.Stat(u.Path)
			require.NoError(t, lost)
			require.NotZero(t, info.Mode()&0o100)
		})
	}
}

func TestDamaged(t *testing.T) {
	t.Parallel()
	u := offer(t, "next", "")
	u.Unsigned = true
	o, err := u.Check(t.Context())
	require.NoError(t, err)
	u.Client.URL = offer(t, "nexT", "").Client.URL // as if it was altered on its way
	require.ErrorContains(t, u.Apply(t.Context(), o), "md5sum 82a4d18d5e5c239348c3016ec5d724b5 does not match")
	content, err := os.ReadFile(u.Path)
	require.NoError(t, err)
	require.Equal(t, "current", string(content))
}

func TestCheck(t *testing.T) {
	t.Parallel()
	u := offer(t, "current", "")
	o, err := u.Check(t.Context())
	require.NoError(t, err)
	require.True(t, o.UpToDate)
	require.Equal(t, []string{"1.5-RC1", "1.5"}, o.Notes)
	text, err := u.Note(t.Context(), "1.5")
	require.NoError(t, err)
	require.Equal(t, "news", text)
	_, err = u.Note(t.Context(), "1.5-RC1")
	require.Error(t, err)
	u.Arch = "vax"
	_, err = u.Check(t.Context())
	require.EqualError(t, err, "Server does not offer a plan9-vax client")
}

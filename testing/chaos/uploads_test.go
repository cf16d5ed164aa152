package chaos_test

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/password"
	"github.com/root-gg/plik/server/uploads"
	"github.com/root-gg/plik/testing/chaos"
)

const (
	files    = 200
	workers  = 20
	ferocity = 100 << 10 // bytes
)

// TestUploads sends files over a bad line in all the ways there are. Each arrives.
func TestUploads(t *testing.T) {
	t.Parallel()
	seed, err := chaos.Seed()
	require.NoError(t, err)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("repeat this with %s=%d", chaos.SeedVariable, seed)
		}
	})
	dir := t.TempDir()
	s := serve(t, dir)
	direct := "http://" + s.Addr().String()
	line, err := chaos.New(chaos.Options{
		Target: s.Addr().String(), Fate: func(n int) chaos.Line { return chaos.Random(seed, n, ferocity) },
	})
	require.NoError(t, err)
	client, plain := httpClient(t), httpClient(t)

	var wg sync.WaitGroup
	var next, lost atomic.Int64
	for range workers {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < files && !t.Failed(); i = next.Add(1) - 1 {
				t.Run(strconv.FormatInt(i, 10), func(t *testing.T) {
					snd := newSender(t, client, "http://"+line.Addr(), seed, int(i))
					to, way := snd.sendSomehow(i)
					arrived(t, plain, direct, to, snd.content, way)
					lost.Add(int64(snd.lost))
				})
			}
		})
	}
	wg.Wait()
	client.CloseIdleConnections()
	require.NoError(t, line.Close())
	t.Logf("the line: %s; %d creations had to be made anew", line, lost.Load())
	for _, k := range []chaos.Kind{chaos.Cut, chaos.Stalled, chaos.Hiccup, chaos.Truncated, chaos.Slowed} {
		require.Positive(t, line.Struck(k), "%s", k)
	}
	plain.CloseIdleConnections()
	stop(t, s)
	require.LessOrEqual(t, int64(len(leftovers(t, dir))), lost.Load(), "only what no client knows of")
	expire(t, dir)
	require.Empty(t, leftovers(t, dir))
}

func newSender(t *testing.T, client *http.Client, base string, seed uint64, i int) *sender {
	rnd := rand.New(rand.NewPCG(seed^0xc1a05, uint64(i)))
	size := rnd.IntN(1 << (4 + rnd.IntN(18))) // up to 2 MB
	switch i % 20 {
	case 0:
		size = 0
	case 1:
		size = 3 << 20
	case 2:
		size = chunkSize
	}
	content := make([]byte, size)
	var key [32]byte
	key[0] = byte(i)
	rand.NewChaCha8(key).Read(content)
	return &sender{TB: t, client: client, base: base, rnd: rnd, content: content, meta: pairs("filename", "f"+strconv.Itoa(i))}
}

// sendSomehow sends the content in one of the ways, and tells which.
func (s *sender) sendSomehow(i int64) (*transfer, string) {
	s.Helper()
	checksums := s.rnd.IntN(2) == 0
	way := []string{"plain", "with the creation", "deferred", "parts"}[s.rnd.IntN(4)]
	if s.rnd.IntN(2) == 0 {
		s.declare("f" + strconv.FormatInt(i, 10))
	}
	length := strconv.Itoa(len(s.content))
	var t *transfer
	switch way {
	case "parts":
		return s.parts(1+s.rnd.IntN(4), checksums), way
	case "with the creation":
		t = s.begin(append([]byte{}, s.content[:min(len(s.content), chunkSize)]...), "Upload-Length", length)
	case "deferred":
		t = s.begin(nil, "Upload-Defer-Length", "1")
	default:
		t = s.begin(nil, "Upload-Length", length)
	}
	s.send(t, s.content, checksums, way == "deferred")
	return t, way
}

// arrived checks a file by another way than that by which it came.
func arrived(t *testing.T, client *http.Client, direct string, to *transfer, content []byte, way string) {
	t.Helper()
	path := to.link[strings.Index(to.link, "/file/"):]
	got := get(t, client, direct+path)
	require.Equal(t, sha256.Sum256(content), sha256.Sum256(got), "%s: %d bytes of %d", way, len(got), len(content))
	sum := md5.Sum(content)
	digest := func() string {
		var u struct {
			Files []struct {
				ID, FileMd5, Status string
				FileSize            int
			}
		}
		require.NoError(t, json.Unmarshal(get(t, client, direct+"/upload/"+to.upload), &u))
		for _, f := range u.Files {
			if strings.Contains(path, f.ID) {
				require.Equal(t, "uploaded", f.Status)
				require.Equal(t, len(content), f.FileSize)
				return f.FileMd5
			}
		}
		t.Fatal("the file is not listed")
		return ""
	}
	if way != "parts" {
		require.Equal(t, hex.EncodeToString(sum[:]), digest(), way)
		return
	}
	require.Eventually(t, func() bool { return digest() == hex.EncodeToString(sum[:]) }, time.Minute, 5*time.Millisecond)
}

func get(t *testing.T, client *http.Client, url string) []byte {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	require.NoError(t, err)
	resp, err := client.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	require.Equal(t, 200, resp.StatusCode, "%s", got)
	return got
}

func httpClient(t *testing.T) *http.Client {
	tr := &http.Transport{MaxIdleConnsPerHost: workers}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// configuration is that of a server in dir.
func configuration(t *testing.T, dir string) *config.Config {
	t.Helper()
	c := config.Default()
	c.ListenAddress, c.ListenPort = "127.0.0.1", 0
	c.DataBackendConfig = map[string]any{"Directory": filepath.Join(dir, "files")}
	c.MetadataBackendConfig = map[string]any{"ConnectionString": filepath.Join(dir, "plik.db")}
	_, err := c.Resolve()
	require.NoError(t, err)
	return c
}

func serve(t *testing.T, dir string) *server.Server {
	t.Helper()
	log := logrus.New()
	log.SetOutput(io.Discard)
	s, err := server.New(t.Context(), server.Options{Config: configuration(t, dir), Log: log})
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))
	return s
}

func stop(t *testing.T, s *server.Server) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	require.NoError(t, s.Stop(ctx))
}

// leftovers returns the names of the files that are not whole.
func leftovers(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, "files", ".partial"))
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// expire does what the cleaner does the day after.
func expire(t *testing.T, dir string) {
	t.Helper()
	store, err := metadata.Open(t.Context(), metadata.Options{ConnectionString: filepath.Join(dir, "plik.db")})
	require.NoError(t, err)
	defer store.Close()
	backend, err := file.New(file.Options{Directory: filepath.Join(dir, "files")})
	require.NoError(t, err)
	defer backend.Close()
	keeper, err := password.New(password.Options{})
	require.NoError(t, err)
	s, err := uploads.New(uploads.Options{
		Store: store, Backend: backend, Passwords: keeper, Now: func() time.Time { return time.Now().Add(25 * time.Hour) },
	})
	require.NoError(t, err)
	_, err = s.ExpireResumables(t.Context(), 24*time.Hour)
	require.NoError(t, err)
	for f, err := range store.EachFile(t.Context()) {
		require.NoError(t, err)
		require.Contains(t, []core.Status{core.Uploaded, core.Missing}, f.Status)
	}
	list, err := store.Resumables(t.Context(), "", 1000)
	require.NoError(t, err)
	for _, r := range list {
		require.True(t, r.Done && r.Digest, "it waits for its digest only")
	}
}

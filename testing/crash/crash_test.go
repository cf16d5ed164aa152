// Package crash_test kills the real daemon and looks at what is left.
package crash_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

var plikd string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "plikd")
	if err != nil {
		panic(err)
	}
	plikd = filepath.Join(dir, "plikd")
	build := exec.Command("go", "build", "-o", plikd, "github.com/root-gg/plik/cmd/plikd")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Printf("build plikd: %v\n%s", err, out)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// daemon is a running plikd.
type daemon struct {
	*testing.T
	cmd  *exec.Cmd
	out  *output
	url  string
	done chan struct{} // closed when the process has ended
	err  error         // how it ended
}

// output collects what a daemon prints and tells when it serves.
type output struct {
	mu   sync.Mutex
	b    bytes.Buffer
	addr chan string
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.b.Write(p)
	if _, rest, ok := strings.Cut(o.b.String(), `serving address="`); ok && o.addr != nil {
		if url, _, ok := strings.Cut(rest, `"`); ok {
			o.addr <- strings.TrimSuffix(url, "/")
			o.addr = nil
		}
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start runs plikd in dir, on a free port, and waits until it serves.
func start(t *testing.T, dir string, env ...string) *daemon {
	t.Helper()
	addr := make(chan string, 1)
	d := &daemon{T: t, cmd: exec.Command(plikd), out: &output{addr: addr}, done: make(chan struct{})}
	d.cmd.Dir, d.cmd.Stdout, d.cmd.Stderr = dir, d.out, d.out
	d.cmd.Env = append(os.Environ(), append([]string{"PLIKD_LISTEN_ADDRESS=127.0.0.1", "PLIKD_LISTEN_PORT=0", "PLIKD_MAX_FILE_SIZE_STR=unlimited"}, env...)...)
	require.NoError(t, d.cmd.Start())
	go func() { d.err = d.cmd.Wait(); close(d.done) }()
	t.Cleanup(func() { d.signal(syscall.SIGKILL); <-d.done })
	select {
	case d.url = <-addr:
	case <-d.done:
		t.Fatalf("plikd did not start: %v\n%s", d.err, d.out)
	case <-time.After(30 * time.Second):
		t.Fatalf("plikd does not serve:\n%s", d.out)
	}
	return d
}

func (d *daemon) signal(s syscall.Signal) { d.cmd.Process.Signal(s) }

func (d *daemon) kill() {
	d.signal(syscall.SIGKILL)
	<-d.done
}

func (d *daemon) request(method, path string, body io.Reader, token string) (int, string, error) {
	r, err := http.NewRequestWithContext(d.Context(), method, d.url+path, body)
	if err != nil {
		return 0, "", err
	}
	if token != "" {
		r.Header.Set("X-UploadToken", token)
	}
	if _, ok := body.(*slow); ok {
		r.Header.Set("Expect", "100-continue") // when it is read, plikd is reading
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(got), err
}

var client = &http.Client{Transport: &http.Transport{ExpectContinueTimeout: time.Minute, MaxIdleConnsPerHost: 16}}

// acknowledged is a file that the daemon said it has.
type acknowledged struct {
	path string
	sum  [32]byte
}

// load uploads files of all sizes from several clients until the daemon dies.
func load(d *daemon) []acknowledged {
	var mu sync.Mutex
	var list []acknowledged
	var wg sync.WaitGroup
	for c := range 8 {
		wg.Go(func() {
			rnd := rand.New(rand.NewPCG(uint64(c), 1))
			for i := 0; ; i++ {
				content := make([]byte, rnd.IntN(1<<(8+rnd.IntN(14))))
				for j := range content {
					content[j] = byte(rnd.Uint32())
				}
				status, link, err := d.request("PUT", fmt.Sprintf("/f-%d-%d", c, i), bytes.NewReader(content), "")
				if err != nil || status != 200 {
					return
				}
				mu.Lock()
				list = append(list, acknowledged{strings.TrimSpace(strings.TrimPrefix(link, d.url)), sha256.Sum256(content)})
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return list
}

// TestKill kills the daemon under load, several times, and checks each time that every
// acknowledged file is there, byte for byte, and that nothing else is.
func TestKill(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var all []acknowledged
	for round := range 5 {
		d := start(t, dir)
		if round > 0 {
			check(d, all)
		}
		dead := time.AfterFunc(time.Duration(50+100*round)*time.Millisecond, func() { d.signal(syscall.SIGKILL) })
		all = append(all, load(d)...)
		dead.Stop()
		d.kill()
	}
	d := start(t, dir)
	require.NotEmpty(t, all)
	check(d, all)
	t.Logf("%d acknowledged files survived 5 kills", len(all))

	// What was under way is found, and can be taken away.
	status, _, err := d.request("GET", "/health", nil, "")
	require.NoError(t, err)
	require.Equal(t, 200, status)
	out, err := d.command("fsck", "--repair", "--min-age", "1ns")
	require.NoError(t, err, out)
	out, err = d.command("fsck", "--min-age", "1ns")
	require.NoError(t, err, out)
	require.Contains(t, out, " 0 problems found")
	check(d, all)
}

func check(d *daemon, all []acknowledged) {
	d.Helper()
	for _, f := range all {
		status, body, err := d.request("GET", f.path, nil, "")
		require.NoError(d, err)
		require.Equal(d, 200, status, body)
		require.Equal(d, f.sum, sha256.Sum256([]byte(body)), f.path)
	}
}

// command runs another plikd beside the daemon.
func (d *daemon) command(args ...string) (string, error) {
	cmd := exec.CommandContext(d.Context(), plikd, args...)
	cmd.Dir = d.cmd.Dir
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// slow is a body of n bytes that stops in the middle until it is released.
type slow struct {
	n       int
	half    chan struct{} // closed when half is sent, to a plikd that has asked for it
	release chan struct{}
}

func (s *slow) Read(p []byte) (int, error) {
	if s.n == 0 {
		return 0, io.EOF
	}
	if s.half != nil {
		n := min(len(p), s.n/2)
		s.n -= n
		close(s.half)
		s.half = nil
		return n, nil
	}
	<-s.release
	n := min(len(p), s.n)
	s.n -= n
	return n, nil
}

// TestKillInMidUpload: what was not acknowledged is not served, can be sent anew, and its
// bytes are gone.
func TestKillInMidUpload(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	d := start(t, dir)
	status, body, err := d.request("POST", "/upload", strings.NewReader(`{"files":[{"fileName":"x"}]}`), "")
	require.NoError(t, err)
	require.Equal(t, 200, status)
	upload, token, file := field(body, "id"), field(body, "uploadToken"), field(body[strings.Index(body, "files"):], "id")
	path := "/file/" + upload + "/" + file + "/x"

	half := make(chan struct{})
	release := make(chan struct{})
	sent := make(chan struct{})
	go func() {
		defer close(sent)
		d.request("PUT", path, &slow{n: 200 << 10, half: half, release: release}, token)
	}()
	<-half
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(time.Millisecond) {
		if _, body, _ := d.request("GET", "/upload/"+upload, nil, ""); strings.Contains(body, `"uploading"`) {
			break
		}
	}
	d.kill()
	close(release)
	<-sent

	d = start(t, dir)
	_, body, err = d.request("GET", "/upload/"+upload, nil, "")
	require.NoError(t, err)
	require.Contains(t, body, `"status":"missing"`, "recovered before the first request is served")
	status, _, err = d.request("GET", path, nil, "")
	require.NoError(t, err)
	require.Equal(t, 404, status)
	status, body, err = d.request("PUT", path, strings.NewReader("whole"), token)
	require.NoError(t, err)
	require.Equal(t, 200, status, body)
	_, body, err = d.request("GET", path, nil, "")
	require.NoError(t, err)
	require.Equal(t, "whole", body)
}

// field takes a text out of flat JSON.
func field(json, name string) string {
	_, rest, _ := strings.Cut(json, `"`+name+`":"`)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// TestTerm: what is running finishes, nothing new is taken, the exit is clean.
func TestTerm(t *testing.T) {
	t.Parallel()
	d := start(t, t.TempDir())
	half, release := make(chan struct{}), make(chan struct{})
	type answer struct {
		status int
		body   string
		err    error
	}
	sent := make(chan answer, 1)
	go func() {
		status, body, err := d.request("PUT", "/x", &slow{n: 200 << 10, half: half, release: release}, "")
		sent <- answer{status, body, err}
	}()
	waiting := make(chan answer, 1)
	go func() {
		status, body, err := d.request("PUT", "/y?stream", &slow{n: 10, release: release}, "")
		waiting <- answer{status, body, err}
	}()
	<-half
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until) && !strings.Contains(d.out.String(), "POST /upload"); time.Sleep(time.Millisecond) {
		if status, _, _ := d.request("POST", "/upload", nil, ""); status == 200 {
			break
		}
	}
	d.signal(syscall.SIGTERM)
	require.Eventually(t, func() bool { return strings.Contains(d.out.String(), "stopping") }, 10*time.Second, time.Millisecond)
	a := <-waiting
	require.True(t, a.err != nil || a.status == 503, "a waiting stream is told: %+v", a)
	close(release)
	b := <-sent
	require.NoError(t, b.err)
	require.Equal(t, 200, b.status, b.body)
	<-d.done
	require.NoError(t, d.err, d.out.String())
	require.Contains(t, d.out.String(), "stopped")
}

// TestSecondTerm: asked twice, it ends at once.
func TestSecondTerm(t *testing.T) {
	t.Parallel()
	d := start(t, t.TempDir())
	half, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	go d.request("PUT", "/x", &slow{n: 200 << 10, half: half, release: release}, "")
	<-half
	d.signal(syscall.SIGTERM)
	require.Eventually(t, func() bool { return strings.Contains(d.out.String(), "stopping") }, 10*time.Second, time.Millisecond)
	d.signal(syscall.SIGTERM)
	select {
	case <-d.done:
		require.Error(t, d.err)
	case <-time.After(20 * time.Second):
		t.Fatal("it does not end")
	}
}

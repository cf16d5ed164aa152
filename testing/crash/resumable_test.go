package crash_test

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// resumed is an upload that goes on after a kill.
type resumed struct {
	content []byte
	chunk   int      // bytes of one PATCH
	parts   []*piece // one, unless they are joined in the end
	joining bool     // it may have been joined, and nobody told
	upload  string
	link    string // path; empty: nobody told
}

// piece is a tus upload: a file, or a part of one.
type piece struct {
	from, to int
	path     string // empty: not begun
	safe     int    // bytes that were acknowledged
	sent     int    // bytes that may be there
}

// tus sends a request of the protocol. err: no answer came.
func (d *daemon) tus(method, path string, body io.Reader, headers ...string) (*http.Response, string, error) {
	r, err := http.NewRequestWithContext(d.Context(), method, d.url+path, body)
	if err != nil {
		return nil, "", err
	}
	r.Header.Set("Tus-Resumable", "1.0.0")
	if method == "PATCH" {
		r.Header.Set("Content-Type", "application/offset+octet-stream")
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	return resp, string(got), err
}

// path takes the address of the server away, which changes with each start.
func path(url string) string {
	if i := strings.Index(url, "://"); i >= 0 {
		url = url[i+3:]
		return url[strings.Index(url, "/"):]
	}
	return url
}

var (
	errUnexpected = errors.New("unexpected answer")
	errAbsent     = fmt.Errorf("%w: it is not there", errUnexpected)
)

// begin makes a piece known to the server.
func (d *daemon) begin(u *resumed, p *piece) error {
	headers := []string{"Upload-Length", strconv.Itoa(p.to - p.from), "Upload-Metadata", "filename " + base64.StdEncoding.EncodeToString([]byte("x"))}
	if len(u.parts) > 1 {
		headers = append(headers, "Upload-Concat", "partial")
	}
	resp, body, err := d.tus("POST", "/tus/", nil, headers...)
	if err != nil {
		return err
	}
	if resp.StatusCode != 201 {
		return fmt.Errorf("%w: creation: %d %s", errUnexpected, resp.StatusCode, body)
	}
	p.path = path(resp.Header.Get("Location"))
	if len(u.parts) == 1 {
		u.upload, u.link = resp.Header.Get("X-Plik-Upload"), path(resp.Header.Get("X-Plik-URL"))
	}
	return nil
}

// look asks how far a piece is: never less than was acknowledged, never more than was sent.
func (d *daemon) look(p *piece) error {
	resp, body, err := d.tus("HEAD", p.path, nil)
	if err != nil {
		return err
	}
	if resp.StatusCode == 404 {
		return errAbsent
	}
	offset, err := strconv.Atoi(resp.Header.Get("Upload-Offset"))
	if resp.StatusCode != 200 || err != nil || offset < p.safe || offset > p.sent {
		return fmt.Errorf("%w: HEAD: %d %s, the offset is %q, %d bytes were acknowledged and %d sent", errUnexpected,
			resp.StatusCode, body, resp.Header.Get("Upload-Offset"), p.safe, p.sent)
	}
	p.safe = offset
	return nil
}

// goOn sends what is missing until the daemon dies.
func (d *daemon) goOn(u *resumed, throttle func(io.Reader) io.Reader) error {
	if len(u.parts) > 1 && u.link != "" {
		return nil
	}
	for _, p := range u.parts {
		if p.path == "" {
			if err := d.begin(u, p); err != nil {
				return err
			}
		} else if err := d.look(p); errors.Is(err, errAbsent) && u.joining { // then the parts are gone
			for _, p := range u.parts {
				*p = piece{from: p.from, to: p.to}
			}
			u.joining = false
			return d.goOn(u, throttle)
		} else if err != nil {
			return err
		}
		for p.safe < p.to-p.from {
			chunk := u.content[p.from+p.safe : min(p.to, p.from+p.safe+u.chunk)]
			p.sent = max(p.sent, p.safe+len(chunk))
			resp, body, err := d.tus("PATCH", p.path, throttle(bytes.NewReader(chunk)), "Upload-Offset", strconv.Itoa(p.safe))
			if err != nil {
				return err
			}
			if resp.StatusCode != 204 || resp.Header.Get("Upload-Offset") != strconv.Itoa(p.safe+len(chunk)) {
				return fmt.Errorf("%w: PATCH: %d %s", errUnexpected, resp.StatusCode, body)
			}
			p.safe += len(chunk)
		}
	}
	if len(u.parts) == 1 {
		return nil
	}
	return d.join(u)
}

// join makes one file of the parts. When the daemon died after that, before it could say so, they are gone.
func (d *daemon) join(u *resumed) error {
	var list []string
	for _, p := range u.parts {
		list = append(list, p.path)
	}
	u.joining = true
	resp, body, err := d.tus("POST", "/tus/", nil, "Upload-Concat", "final;"+strings.Join(list, " "),
		"Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("x")))
	if err != nil {
		return err
	}
	if resp.StatusCode != 201 {
		return fmt.Errorf("%w: joining: %d %s", errUnexpected, resp.StatusCode, body)
	}
	u.upload, u.link = resp.Header.Get("X-Plik-Upload"), path(resp.Header.Get("X-Plik-URL"))
	return nil
}

// slowly is a reader that takes some time for each megabyte.
type slowly struct {
	r    io.Reader
	left int
}

func (s *slowly) Read(p []byte) (int, error) {
	if s.left -= len(p); s.left < 0 {
		time.Sleep(time.Duration(rand.IntN(10)) * time.Millisecond) // so that kills meet some in each state
		s.left = 1 << 20
	}
	return s.r.Read(p)
}

// uploadsToResume are 50 of all kinds.
func uploadsToResume() (list []*resumed) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 50 {
		u := &resumed{content: make([]byte, rnd.IntN(3<<20)), chunk: 1 << 30}
		var key [32]byte
		key[0] = byte(i)
		rand.NewChaCha8(key).Read(u.content)
		parts := 1
		switch i % 3 {
		case 1:
			u.chunk = 100_000
		case 2:
			u.chunk, parts = 200_000, 2+rnd.IntN(3)
		}
		for n := range parts {
			u.parts = append(u.parts, &piece{from: len(u.content) * n / parts, to: len(u.content) * (n + 1) / parts})
		}
		list = append(list, u)
	}
	return list
}

// TestKillInMidResumables kills the daemon in the middle of 50 resumable uploads, again and again. Each
// goes on where the next one says, and arrives.
func TestKillInMidResumables(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	list := uploadsToResume()
	const kills = 4
	cut := 0
	for round := range kills + 1 {
		d := start(t, dir)
		dead := time.AfterFunc(time.Duration(100+100*round)*time.Millisecond, func() {
			if round < kills {
				d.signal(syscall.SIGKILL)
			}
		})
		throttle := func(r io.Reader) io.Reader { return r }
		if round < kills {
			throttle = func(r io.Reader) io.Reader { return &slowly{r: r, left: 1 << 20} }
		}
		errs := make([]error, len(list))
		var wg sync.WaitGroup
		for i, u := range list {
			wg.Go(func() { errs[i] = d.goOn(u, throttle) })
		}
		wg.Wait()
		for i, err := range errs {
			require.NotErrorIs(t, err, errUnexpected, "upload %d", i)
			if round == kills {
				require.NoError(t, err, "upload %d", i)
			} else if err != nil {
				cut++
			}
		}
		if round < kills {
			dead.Stop()
			d.kill()
			continue
		}
		for i, u := range list {
			d.arrived(i, u)
		}
		out, err := d.command("fsck", "--min-age", "1ns")
		require.NoError(t, err, out)
		require.Contains(t, out, " 0 problems found")
	}
	require.Positive(t, cut, "no kill came in time")
	t.Logf("%d transfers were cut by %d kills", cut, kills)
}

// arrived checks a file and what is known of it; the digest of a joined one may follow.
func (d *daemon) arrived(i int, u *resumed) {
	d.Helper()
	status, body, err := d.request("GET", u.link, nil, "")
	require.NoError(d, err)
	require.Equal(d, 200, status, "upload %d: %s", i, body)
	require.Equal(d, sha256.Sum256(u.content), sha256.Sum256([]byte(body)), "upload %d", i)
	sum := md5.Sum(u.content)
	digest := func() string {
		var got struct {
			Files []struct{ FileMd5, Status string }
		}
		_, body, err := d.request("GET", "/upload/"+u.upload, nil, "")
		require.NoError(d, err)
		require.NoError(d, json.Unmarshal([]byte(body), &got))
		require.Equal(d, "uploaded", got.Files[0].Status)
		return got.Files[0].FileMd5
	}
	if len(u.parts) == 1 {
		require.Equal(d, hex.EncodeToString(sum[:]), digest(), "upload %d", i)
		return
	}
	require.Eventually(d, func() bool { return digest() == hex.EncodeToString(sum[:]) }, 20*time.Second, time.Millisecond)
}

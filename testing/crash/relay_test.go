package crash_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
)

// peers starts two daemons that know where the other is.
func peers(t *testing.T) (a, b *daemon) {
	t.Helper()
	dir := t.TempDir()
	one := func() *daemon {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		port := l.Addr().(*net.TCPAddr).Port
		require.NoError(t, l.Close())
		return start(t, dir, fmt.Sprintf("PLIKD_LISTEN_PORT=%d", port), fmt.Sprintf("PLIKD_ADVERTISE_URL=http://127.0.0.1:%d", port))
	}
	return one(), one()
}

// streamed is a file to be streamed.
type streamed struct{ path, token, upload string }

func (d *daemon) stream() streamed {
	d.Helper()
	status, body, err := d.request("POST", "/upload", strings.NewReader(`{"stream":true,"files":[{"fileName":"s.txt","fileType":"text/x-odd"}]}`), "")
	require.NoError(d, err)
	require.Equal(d, 200, status, body)
	var u api.Upload
	require.NoError(d, json.Unmarshal([]byte(body), &u))
	return streamed{"/stream/" + u.ID + "/" + u.Files[0].ID + "/s.txt", u.UploadToken, u.ID}
}

type answer struct {
	status int
	body   string
	err    error
}

func (d *daemon) later(method, path string, body io.Reader, token string) <-chan answer {
	done := make(chan answer, 1)
	go func() {
		status, text, err := d.request(method, path, body, token)
		done <- answer{status, text, err}
	}()
	return done
}

func (d *daemon) soon(c <-chan answer) answer {
	d.Helper()
	select {
	case a := <-c:
		return a
	case <-time.After(30 * time.Second):
		d.Fatal("nobody tells that the other side is gone")
		return answer{}
	}
}

func TestStreamsBetweenDaemons(t *testing.T) {
	t.Parallel()
	a, b := peers(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<18) // 4 MiB

	t.Run("the receiver is there first", func(t *testing.T) {
		s := a.stream()
		received := b.later("GET", s.path+"?wait=60", nil, "")
		sent := a.later("PUT", s.path, bytes.NewReader(content), s.token)
		got := b.soon(received)
		require.NoError(t, got.err)
		require.Equal(t, 200, got.status, got.body)
		require.True(t, got.body == string(content))
		require.Equal(t, 200, a.soon(sent).status)
		status, _, err := b.request("GET", s.path, nil, "")
		require.NoError(t, err)
		require.Equal(t, 404, status)
	})

	// Both ends see the headers of a stream before its end.
	begin := func(t *testing.T) (s streamed, out *slow, sent <-chan answer, in *http.Response) {
		s = b.stream()
		out = &slow{n: 1 << 20, half: make(chan struct{}), release: make(chan struct{})}
		half := out.half
		sent = a.later("PUT", s.path, out, s.token)
		<-half
		require.Eventually(t, func() bool {
			r, err := http.NewRequestWithContext(t.Context(), "GET", b.url+s.path, nil)
			require.NoError(t, err)
			in, err = client.Do(r)
			require.NoError(t, err)
			if in.StatusCode != 200 {
				in.Body.Close()
			}
			return in.StatusCode == 200
		}, 20*time.Second, 20*time.Millisecond)
		require.Equal(t, "text/plain; charset=utf-8", in.Header.Get("Content-Type"), "as on one machine")
		return s, out, sent, in
	}

	t.Run("the receiver leaves", func(t *testing.T) {
		s, out, sent, in := begin(t)
		in.Body.Close()
		got := a.soon(sent)
		close(out.release)
		require.NoError(t, got.err)
		require.Equal(t, 409, got.status, got.body)
		require.Contains(t, got.body, "the receiver left")
		// It can be sent again.
		received := b.later("GET", s.path+"?wait=60", nil, "")
		sent = a.later("PUT", s.path, strings.NewReader("again"), s.token)
		require.Equal(t, "again", b.soon(received).body)
		require.Equal(t, 200, a.soon(sent).status)
	})

	t.Run("the upload is deleted at the other daemon", func(t *testing.T) {
		s := a.stream()
		out := &slow{n: 1 << 20, half: make(chan struct{}), release: make(chan struct{})}
		half := out.half
		sent := a.later("PUT", s.path, out, s.token)
		<-half
		status, body, err := b.request("DELETE", "/upload/"+s.upload, nil, s.token)
		require.NoError(t, err)
		require.Equal(t, 200, status, body)
		got := a.soon(sent)
		close(out.release)
		require.NoError(t, got.err)
		require.Equal(t, 409, got.status, got.body)
		require.Contains(t, got.body, "deleted")
	})

	t.Run("others may not ask", func(t *testing.T) {
		s := a.stream()
		status, body, err := a.request("GET", strings.TrimSuffix(strings.Replace(s.path, "/stream/", "/relay/", 1), "/s.txt"), nil, s.token)
		require.NoError(t, err)
		require.Equal(t, 403, status, body)
	})

	t.Run("the daemon with the sender is killed", func(t *testing.T) {
		s, out, sent, in := begin(t)
		a.kill()
		_, err := io.Copy(io.Discard, in.Body)
		in.Body.Close()
		require.ErrorIs(t, err, io.ErrUnexpectedEOF, "never a clean short body")
		close(out.release) // the client of this test waits for its body
		require.Error(t, a.soon(sent).err)
		got := b.soon(b.later("GET", s.path, nil, ""))
		require.Equal(t, 503, got.status, got.body)
		require.Contains(t, got.body, "cannot be reached")
	})
}

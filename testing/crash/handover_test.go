package crash_test

import (
	"bytes"
	"encoding/base64"
	"io"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTransferGoesOnElsewhere sends a file in pieces to two daemons, which never work on it together.
func TestTransferGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	a, b := peers(t)
	content := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB
	begin := func(d *daemon) (location, link string) {
		resp, body, err := d.tus("POST", "/tus/", nil, "Upload-Length", strconv.Itoa(len(content)),
			"Upload-Metadata", "filename "+base64.StdEncoding.EncodeToString([]byte("x")))
		require.NoError(t, err)
		require.Equal(t, 201, resp.StatusCode, body)
		return path(resp.Header.Get("Location")), path(resp.Header.Get("X-Plik-URL"))
	}
	// rest asks how far the file is and sends what is missing.
	rest := func(d *daemon, location string) {
		var offset int
		require.Eventually(t, func() bool {
			resp, body, err := d.tus("HEAD", location, nil)
			require.NoError(t, err)
			if resp.StatusCode == http.StatusServiceUnavailable { // asks to try again
				return false
			}
			require.Equal(t, 200, resp.StatusCode, body)
			offset, err = strconv.Atoi(resp.Header.Get("Upload-Offset"))
			require.NoError(t, err)
			return true
		}, time.Minute, 100*time.Millisecond)
		resp, body, err := d.tus("PATCH", location, bytes.NewReader(content[offset:]), "Upload-Offset", strconv.Itoa(offset))
		require.NoError(t, err)
		require.Equal(t, 204, resp.StatusCode, body)
	}
	same := func(d *daemon, link string) {
		status, got, err := d.request("GET", link, nil, "")
		require.NoError(t, err)
		require.Equal(t, 200, status)
		require.True(t, got == string(content))
	}

	t.Run("in turn", func(t *testing.T) {
		location, link := begin(a)
		for i, offset := range []int{0, 200_000, 400_001, 777_777} {
			d := []*daemon{b, a}[i%2]
			end := []int{200_000, 400_001, 777_777, len(content)}[i]
			resp, body, err := d.tus("PATCH", location, bytes.NewReader(content[offset:end]), "Upload-Offset", strconv.Itoa(offset))
			require.NoError(t, err)
			require.Equal(t, 204, resp.StatusCode, body)
		}
		same(a, link)
	})

	// half sends half of the file to a, and no end.
	half := func(t *testing.T, location string) (release func(), over <-chan answer) {
		r, w := io.Pipe()
		done := make(chan answer, 1)
		go func() {
			resp, body, err := a.tus("PATCH", location, r, "Upload-Offset", "0", "Expect", "100-continue") // what is asked for is being read
			r.Close()
			if err != nil {
				done <- answer{err: err}
				return
			}
			done <- answer{resp.StatusCode, body, nil}
		}()
		_, err := w.Write(content[:len(content)/2])
		require.NoError(t, err)
		return func() { w.Close() }, done
	}

	t.Run("another daemon takes over what hangs", func(t *testing.T) {
		location, link := begin(b)
		release, over := half(t, location)
		rest(b, location)
		same(b, link)
		release()
		got := a.soon(over)
		require.True(t, got.err != nil || got.status >= 400, "the one that hung was ended: %+v", got)
		same(a, link)
	})

	t.Run("the daemon is killed", func(t *testing.T) {
		location, link := begin(a)
		release, over := half(t, location)
		a.kill()
		rest(b, location)
		same(b, link)
		release()
		a.soon(over)
	})
}

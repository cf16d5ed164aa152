package handlers_test

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// A PATCH that another request has ended is not its sender's fault: it is told so that it goes on, as
// foreign clients do after 409 and not after 400.
func TestResumableInterrupted(t *testing.T) {
	t.Parallel()
	e := serve(t)
	content := strings.Repeat("x", 300_000)
	a := e.beginTus(len(content), "Upload-Metadata", tusMeta("filename", "x"))
	to := a.Get("Location")
	r, w := io.Pipe()
	defer w.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, "PATCH", to, r)
	require.NoError(t, err)
	req.ContentLength = int64(len(content))
	req.Header.Set("Tus-Resumable", "1.0.0")
	req.Header.Set("Upload-Offset", "0")
	req.Header.Set("Content-Type", "application/offset+octet-stream")
	status, began := make(chan int, 1), make(chan struct{})
	go func() {
		resp, err := e.plain.Do(req)
		if err != nil {
			status <- 0
			return
		}
		resp.Body.Close()
		status <- resp.StatusCode
	}()
	go func() {
		io.WriteString(w, content[:200_000])
		close(began)
	}()
	<-began
	for done := false; !done; { // the first ones may come before it
		head := e.tus("HEAD", to, nil)
		require.Equal(t, 200, head.status)
		select {
		case got := <-status:
			require.Equal(t, 409, got, e.log)
			done = true
		default:
		}
	}
	head := e.tus("HEAD", to, nil)
	require.Equal(t, 200, head.status)
	offset, err := strconv.Atoi(head.Get("Upload-Offset"))
	require.NoError(t, err)
	require.Equal(t, 204, e.patch(to, offset, content[offset:]).status)
	e.get(a.Get("X-Plik-URL")).is(t, 200, content)
}

package handlers_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
)

// sender sends the content of a stream as the test writes it.
type sender struct {
	*io.PipeWriter
	leave  context.CancelFunc
	answer chan answer
}

func (e *env) send(u *api.Upload, path string) *sender {
	e.Helper()
	r, w := io.Pipe()
	ctx, leave := context.WithCancel(e.Context())
	s := &sender{w, leave, make(chan answer, 1)}
	e.Cleanup(func() { leave(); w.Close() })
	req, err := http.NewRequestWithContext(ctx, "PUT", e.url+path, r)
	require.NoError(e, err)
	req.Header.Set("X-UploadToken", u.UploadToken)
	go func() {
		resp, err := e.c.Do(req)
		if err != nil {
			s.answer <- answer{err: err}
			return
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		s.answer <- answer{resp.StatusCode, resp.Header, string(body), err}
	}()
	e.eventually("the sender waits", func() bool { return e.status(u)[0] == "uploading" })
	return s
}

func streamPath(u *api.Upload) string {
	return strings.Replace(link(u, u.Files[0]), "/file/", "/stream/", 1)
}

func TestStream(t *testing.T) {
	t.Parallel()
	e := serve(t)
	for _, options := range []string{`"stream":true`, `"stream":true,"oneShot":true`} {
		for _, mode := range []string{"/file/", "/stream/"} {
			u := e.create(`{` + options + `,"files":[{"fileName":"x","fileType":"image/svg+xml"}]}`)
			path := streamPath(u)
			e.get(path).is(t, 404, "file x ("+u.Files[0].ID+") is not available : missing\n")
			s := e.send(u, path)
			head := e.do("HEAD", path, nil)
			require.Equal(t, 200, head.status)
			require.NotContains(t, head.Get("Content-Type"), "svg")
			go func() { io.WriteString(s, "hello"); s.Close() }()
			got := e.get(strings.Replace(path, "/stream/", mode, 1))
			got.is(t, 200, "hello")
			require.Equal(t, "no-cache, no-store, must-revalidate", got.Get("Cache-Control"))
			sent := <-s.answer
			require.Equal(t, 200, sent.status, sent.body)
			require.Contains(t, sent.body, `"status":"deleted","fileMd5":"`+md5OfHello+`"`)
			require.Contains(t, e.get(path).body, ": deleted")
			s.leave()
		}
	}
	e.empty()
}

func TestStreamWait(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{"stream":true,"files":[{"fileName":"x"}]}`)
	path := streamPath(u)
	got := make(chan answer, 1)
	go func() { got <- e.get(path + "?wait=60") }()
	s := &sender{answer: make(chan answer, 1)}
	go func() {
		s.answer <- e.do("PUT", path, strings.NewReader("hello"), "X-UploadToken", u.UploadToken)
	}()
	(<-got).is(t, 200, "hello")
	require.Equal(t, 200, (<-s.answer).status)

	late := e.create(`{"stream":true,"files":[{"fileName":"x"}]}`)
	require.Contains(t, e.get(streamPath(late)+"?wait=0").body, ": missing")
	require.Equal(t, 404, e.get(streamPath(late)+"?wait=1").status)
	for _, bad := range []string{"x", "-1", "3601"} {
		require.Equal(t, 400, e.get(streamPath(late)+"?wait="+bad).status)
	}
}

func TestStreamSenderLeaves(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{"stream":true,"files":[{"fileName":"x"}]}`)
	s := e.send(u, streamPath(u))
	s.leave() // while it waits
	e.eventually("the file can be sent again", func() bool { return e.status(u)[0] == "missing" })

	s = e.send(u, streamPath(u))
	defer s.leave()
	resp, err := e.plain.Get(e.url + streamPath(u))
	require.NoError(t, err)
	defer resp.Body.Close()
	io.WriteString(s, "some")
	_, err = io.ReadFull(resp.Body, make([]byte, 4))
	require.NoError(t, err)
	s.leave()
	_, err = io.ReadAll(resp.Body)
	require.Error(t, err, "a short stream must not look whole")
	e.eventually("the file can be sent again", func() bool { return e.status(u)[0] == "missing" })
}

func TestStreamReceiverLeaves(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{"stream":true,"files":[{"fileName":"x"}]}`)
	s := e.send(u, streamPath(u))
	defer s.leave()
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", e.url+streamPath(u), nil)
	require.NoError(t, err)
	resp, err := e.plain.Do(req)
	require.NoError(t, err)
	io.WriteString(s, "some")
	_, err = io.ReadFull(resp.Body, make([]byte, 4))
	require.NoError(t, err)
	leave()
	resp.Body.Close()
	got := <-s.answer // though it sends nothing more
	got.is(t, 409, "the receiver left before the end of the file, send it again\n")
	require.Equal(t, []string{"missing"}, e.status(u))
}

func TestStreamTakenAndDeleted(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{"stream":true,"files":[{"fileName":"x"}]}`)
	s := e.send(u, streamPath(u))
	defer s.leave()
	resp, err := e.plain.Get(e.url + streamPath(u))
	require.NoError(t, err)
	defer resp.Body.Close()
	e.get(streamPath(u)).is(t, 404, "someone else is receiving this file already\n")
	e.do("DELETE", streamPath(u), nil, "X-UploadToken", u.UploadToken).is(t, 200, "ok")
	(<-s.answer).is(t, 409, "the file was deleted while it was being uploaded\n")
	_, err = io.ReadAll(resp.Body)
	require.Error(t, err)
}

func TestQuickStream(t *testing.T) {
	t.Parallel()
	e := serve(t)
	conn, err := net.Dial("tcp", strings.TrimPrefix(e.url, "http://"))
	require.NoError(t, err)
	defer conn.Close()
	io.WriteString(conn, "PUT /x?stream HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello")
	in := bufio.NewReader(conn)
	resp, err := http.ReadResponse(in, nil)
	require.NoError(t, err)
	line, err := bufio.NewReader(resp.Body).ReadString('\n')
	require.NoError(t, err, "the URL comes before the body has ended")
	got := make(chan answer, 1)
	go func() { got <- e.get(strings.Replace(strings.TrimSpace(line), "http://h", e.url, 1)) }()
	io.WriteString(conn, "world")
	a := <-got
	a.is(t, 200, "helloworld")
	require.Equal(t, "10", a.Get("Content-Length"))
	rest, err := io.ReadAll(resp.Body)
	require.NoError(t, err, "the sender's answer ends well")
	require.Empty(t, rest)
}

package handlers_test

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/uploads"
)

// tusMeta encodes the header Upload-Metadata from pairs of key and value.
func tusMeta(pairs ...string) string {
	var list []string
	for i := 0; i < len(pairs); i += 2 {
		list = append(list, pairs[i]+" "+base64.StdEncoding.EncodeToString([]byte(pairs[i+1])))
	}
	return strings.Join(list, ",")
}

// tus sends a request of the protocol; headers come in pairs.
func (e *env) tus(method, to string, body io.Reader, headers ...string) answer {
	e.Helper()
	to = strings.TrimPrefix(to, e.url)
	return e.do(method, to, body, append([]string{"Tus-Resumable", "1.0.0"}, headers...)...)
}

// beginTus begins a transfer of a length and returns the answer.
func (e *env) beginTus(length int, headers ...string) answer {
	e.Helper()
	a := e.tus("POST", "/tus/", nil, append([]string{"Upload-Length", strconv.Itoa(length)}, headers...)...)
	require.Equal(e, 201, a.status, a.body)
	require.Regexp(e, `^`+e.url+`/tus/[a-zA-Z0-9]{32}$`, a.Get("Location"))
	return a
}

func (e *env) patch(to string, offset int, body string, headers ...string) answer {
	e.Helper()
	return e.tus("PATCH", to, strings.NewReader(body), append([]string{
		"Upload-Offset", strconv.Itoa(offset), "Content-Type", "application/offset+octet-stream",
	}, headers...)...)
}

func md5hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func TestResumable(t *testing.T) {
	t.Parallel()
	e := serve(t)
	options := e.do("OPTIONS", "/tus/", nil)
	require.Equal(t, 200, options.status)
	require.Equal(t, "creation,creation-with-upload,creation-defer-length,termination,concatenation,checksum,expiration", options.Get("Tus-Extension"))
	require.Equal(t, "sha1,sha256,crc32c", options.Get("Tus-Checksum-Algorithm"))

	content := strings.Repeat("0123456789", 30_000)
	a := e.beginTus(len(content), "Upload-Metadata", tusMeta("filename", "a b.txt", "filetype", "text/html", "ttl", "1h", "removable", "true", "comments", "hi"))
	to, link := a.Get("Location"), a.Get("X-Plik-URL")
	require.Equal(t, e.url+"/file/"+a.Get("X-Plik-Upload")+"/", link[:len(link)-len("XXXXXXXXXXXXXXXX/a%20b.txt")])
	require.NotEmpty(t, a.Get("Upload-Expires"))
	u := into[api.Upload](t, e.get("/upload/"+a.Get("X-Plik-Upload"), "X-UploadToken", a.Get("X-UploadToken")))
	require.True(t, u.Admin)
	require.Equal(t, 3600, u.TTL)
	require.True(t, u.Removable)
	require.Equal(t, "hi", u.Comments)
	require.Equal(t, "uploading", u.Files[0].Status)
	require.Equal(t, 404, e.get(link).status)

	offset := 0
	for _, n := range []int{1, 99_999, 0, 150_000, 50_000} {
		a := e.patch(to, offset, content[offset:offset+n])
		require.Equal(t, 204, a.status, a.body)
		offset += n
		require.Equal(t, strconv.Itoa(offset), a.Get("Upload-Offset"))
		require.Empty(t, a.Get("X-UploadToken"))
		require.Equal(t, offset == len(content), a.Get("X-Plik-URL") != "")
		head := e.tus("HEAD", to, nil)
		require.Equal(t, 200, head.status)
		require.Equal(t, strconv.Itoa(offset), head.Get("Upload-Offset"))
		require.Equal(t, strconv.Itoa(len(content)), head.Get("Upload-Length"))
		require.Equal(t, tusMeta("filename", "a b.txt"), strings.Split(sorted(head.Get("Upload-Metadata")), ",")[1])
	}
	got := e.get(link)
	got.is(t, 200, content)
	require.Equal(t, "text/plain; charset=utf-8", got.Get("Content-Type"), "what it is, not what was said")
	f := into[api.Upload](t, e.get("/upload/"+u.ID)).Files[0]
	require.Equal(t, md5hex(content), f.MD5)
	require.EqualValues(t, len(content), f.Size)
	require.Equal(t, 204, e.patch(to, offset, "").status, "nothing more")
	require.Equal(t, 413, e.patch(to, offset, "x").status)
	zip := e.get("/archive/" + u.ID + "/a.zip")
	require.Equal(t, 200, zip.status)
	require.NotContains(t, e.log.String(), to[len(to)-32:], "its id is a secret")
}

// sorted sorts a list with commas.
func sorted(list string) string {
	parts := strings.Split(list, ",")
	for i := range parts {
		for j := i + 1; j < len(parts); j++ {
			if parts[j] < parts[i] {
				parts[i], parts[j] = parts[j], parts[i]
			}
		}
	}
	return strings.Join(parts, ",")
}

func TestResumableErrors(t *testing.T) {
	t.Parallel()
	e := serve(t)
	for _, c := range []struct {
		status  int
		headers []string
	}{
		{412, []string{"Upload-Length", "5", "Tus-Resumable", "0.2.2"}},
		{400, nil},
		{400, []string{"Upload-Length", "-1"}},
		{400, []string{"Upload-Length", "99999999999999999999"}},
		{400, []string{"Upload-Length", "x"}},
		{400, []string{"Upload-Length", "10485761", "Upload-Metadata", tusMeta("filename", "x")}},
		{400, []string{"Upload-Length", "5"}}, // no name
		{400, []string{"Upload-Length", "5", "Upload-Metadata", tusMeta("filename", "../x")}},
		{400, []string{"Upload-Length", "5", "Upload-Metadata", tusMeta("filename", "x", "ttl", "soon")}},
		{400, []string{"Upload-Length", "5", "Upload-Metadata", tusMeta("filename", "x", "stream", "true")}},
		{400, []string{"Upload-Length", "5", "Upload-Metadata", tusMeta("filename", "x"), "Upload-Checksum", "md6 x"}},
		{404, []string{"Upload-Length", "5", "Upload-Metadata", tusMeta("upload", "x", "file", "y")}},
	} {
		a := e.tus("POST", "/tus/", nil, c.headers...)
		require.Equal(t, c.status, a.status, "%v: %s", c.headers, a.body)
	}
	st, err := e.store.Stats(t.Context())
	require.NoError(t, err)
	require.Zero(t, st.Uploads, "nothing is left of what was refused")

	to := e.beginTus(10, "Upload-Metadata", tusMeta("filename", "x")).Get("Location")
	require.Equal(t, 400, e.tus("PATCH", to, strings.NewReader("x"), "Upload-Offset", "0").status)
	require.Equal(t, 400, e.patch(to, -1, "x").status)
	require.Equal(t, 409, e.patch(to, 1, "x").status, "before the end of what is there")
	require.Equal(t, 413, e.patch(to, 0, "01234567890").status)
	require.Equal(t, "0", e.tus("HEAD", to, nil).Get("Upload-Offset"), "not a byte of too many")
	lying := e.tus("PATCH", to, chunked("0123456789ab"), "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")
	require.Equal(t, 413, lying.status)
	for _, id := range []string{"x", strings.Repeat("x", 32), "..", "%2e%2e%2fx"} {
		require.Contains(t, []int{404, 301}, e.with(e.plain, "HEAD", "/tus/"+id, nil, "Tus-Resumable", "1.0.0").status, id)
	}
	require.Equal(t, 405, e.get("/tus/"+strings.Repeat("x", 32)).status)
}

// chunked hides the length of a body.
func chunked(s string) io.Reader { return struct{ io.Reader }{strings.NewReader(s)} }

// Our own clients send files of uploads that they made before, and show their right each time.
func TestResumableOfUpload(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	u := e.create(`{"password":"secret","files":[{"fileName":"a","reference":"1"},{"fileName":"b"}]}`)
	meta := tusMeta("upload", u.ID, "file", u.Files[0].ID)
	for _, as := range []who{nil, {"X-UploadToken", "x"}, e.session(e.enroll("mallory", false)), {"Authorization", basicAuth("plik", "secret")}} {
		a := e.tus("POST", "/tus/", nil, append(as, "Upload-Length", "5", "Upload-Metadata", meta)...)
		require.Contains(t, []int{401, 403}, a.status)
	}
	mine := who{"X-UploadToken", u.UploadToken}
	a := e.beginTus(5, append(mine, "Upload-Metadata", meta)...)
	require.Empty(t, a.Get("X-UploadToken"))
	to := a.Get("Location")
	require.Equal(t, 400, e.tus("POST", "/tus/", nil, append(mine, "Upload-Length", "5", "Upload-Metadata", meta)...).status, "it is on its way")
	for _, method := range []string{"HEAD", "PATCH", "DELETE"} {
		for _, as := range []who{nil, {"X-UploadToken", "x"}, e.session(e.enroll("mallory"+method, false))} {
			a := e.tus(method, to, nil, append(as, "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream")...)
			require.Contains(t, []int{401, 403}, a.status, method)
		}
	}
	require.Equal(t, 204, e.patch(to, 0, "hello", mine...).status)
	e.get(link(u, u.Files[0]), mine...).is(t, 200, "hello")

	// Given up, a file may be sent anew.
	to = e.beginTus(5, append(mine, "Upload-Metadata", tusMeta("upload", u.ID, "file", u.Files[1].ID))...).Get("Location")
	require.Equal(t, 204, e.patch(to, 0, "hel", mine...).status)
	require.Equal(t, 204, e.tus("DELETE", to, nil, mine...).status)
	require.Equal(t, 404, e.tus("HEAD", to, nil, mine...).status)
	require.Equal(t, "missing", e.status(u)[1])
	a = e.do("PUT", link(u, u.Files[1]), strings.NewReader("again"), mine...)
	require.Equal(t, 200, a.status, a.body)

	// A file that was not declared.
	a = e.beginTus(1, append(mine, "Upload-Metadata", tusMeta("upload", u.ID, "filename", "c"))...)
	require.Equal(t, 204, e.patch(a.Get("Location"), 0, "c", mine...).status)
	e.get(a.Get("X-Plik-URL"), mine...).is(t, 200, "c")

	stream := e.create(`{"stream":true,"files":[{"fileName":"a"}]}`)
	a = e.tus("POST", "/tus/", nil, "X-UploadToken", stream.UploadToken, "Upload-Length", "5", "Upload-Metadata", tusMeta("upload", stream.ID, "file", stream.Files[0].ID))
	a.is(t, 400, "streams cannot be resumed\n")
}

func TestResumableWays(t *testing.T) {
	t.Parallel()
	e := serve(t)
	name := tusMeta("filename", "x")
	url := func(a answer) string { return a.Get("X-Plik-URL") }

	// All with the creation.
	a := e.tus("POST", "/tus/", strings.NewReader("hello"), "Upload-Length", "5", "Upload-Metadata", name, "Content-Type", "application/offset+octet-stream")
	require.Equal(t, 201, a.status, a.body)
	e.get(url(a)).is(t, 200, "hello")
	// Nothing at all.
	e.get(url(e.beginTus(0, "Upload-Metadata", name))).is(t, 200, "")
	// The length comes later.
	a = e.tus("POST", "/tus/", nil, "Upload-Defer-Length", "1", "Upload-Metadata", name)
	require.Equal(t, 201, a.status, a.body)
	to := a.Get("Location")
	require.Equal(t, 204, e.patch(to, 0, "hel").status)
	require.Equal(t, "1", e.tus("HEAD", to, nil).Get("Upload-Defer-Length"))
	require.Equal(t, 400, e.patch(to, 3, "lo", "Upload-Length", "2").status)
	require.Equal(t, 204, e.patch(to, 3, "lo", "Upload-Length", "5").status)
	e.get(url(a)).is(t, 200, "hello")
	// By POST, where nothing else passes.
	a = e.beginTus(5, "Upload-Metadata", name)
	require.Equal(t, 204, e.tus("POST", a.Get("Location"), strings.NewReader("hello"), "X-HTTP-Method-Override", "PATCH", "Upload-Offset", "0", "Content-Type", "application/offset+octet-stream").status)
	e.get(url(a)).is(t, 200, "hello")
	// With checksums.
	a = e.beginTus(10, "Upload-Metadata", name)
	to = a.Get("Location")
	sum := sha1.Sum([]byte("hello"))
	right := "sha1 " + base64.StdEncoding.EncodeToString(sum[:])
	require.Equal(t, 204, e.patch(to, 0, "hello", "Upload-Checksum", right).status)
	require.Equal(t, 460, e.patch(to, 5, "hallo", "Upload-Checksum", right).status)
	require.Equal(t, "5", e.tus("HEAD", to, nil).Get("Upload-Offset"), "nothing of it is kept")
	require.Equal(t, 460, e.patch(to, 5, "hell", "Upload-Checksum", right).status)
	require.Equal(t, 204, e.patch(to, 5, "hello", "Upload-Checksum", right).status)
	e.get(url(a)).is(t, 200, "hellohello")
	require.Equal(t, md5hex("hellohello"), into[api.Upload](t, e.get("/upload/"+a.Get("X-Plik-Upload"))).Files[0].MD5)
}

func TestResumableParts(t *testing.T) {
	t.Parallel()
	e := serve(t)
	ctx, cancel := context.WithCancel(t.Context())
	var digests sync.WaitGroup
	digests.Go(func() { e.svc.RunDigests(ctx) })
	defer digests.Wait()
	defer cancel()

	var parts []string
	content := strings.Repeat("<html>part", 30_000)
	half := len(content) / 2
	for _, p := range []string{content[:half], content[half:]} {
		a := e.beginTus(len(p), "Upload-Concat", "partial")
		require.Empty(t, a.Get("X-Plik-URL"))
		require.Equal(t, "partial", e.tus("HEAD", a.Get("Location"), nil).Get("Upload-Concat"))
		require.Equal(t, 204, e.patch(a.Get("Location"), 0, p).status)
		parts = append(parts, a.Get("Location"))
	}
	open := e.beginTus(5, "Upload-Concat", "partial").Get("Location")
	final := func(urls ...string) answer {
		return e.tus("POST", "/tus/", nil, "Upload-Concat", "final;"+strings.Join(urls, " "), "Upload-Metadata", tusMeta("filename", "x.html"))
	}
	require.Equal(t, 404, final(parts[0], e.url+"/tus/"+strings.Repeat("x", 32)).status)
	require.Equal(t, 400, final(parts[0], open).status)
	a := final(parts[0], strings.TrimPrefix(parts[1], e.url))
	require.Equal(t, 201, a.status, a.body)
	e.get(a.Get("X-Plik-URL")).is(t, 200, content)
	head := e.tus("HEAD", a.Get("Location"), nil)
	require.Equal(t, "final;"+parts[0]+" "+parts[1], head.Get("Upload-Concat"))
	require.Equal(t, strconv.Itoa(len(content)), head.Get("Upload-Offset"))
	require.Equal(t, 403, e.patch(a.Get("Location"), len(content), "x").status)
	require.Equal(t, 404, e.tus("HEAD", parts[0], nil).status, "they are a file now")
	require.Equal(t, 200, e.get("/archive/"+a.Get("X-Plik-Upload")+"/a.zip").status, "with a checksum made of theirs")
	e.eventually("the digest follows", func() bool {
		return into[api.Upload](t, e.get("/upload/"+a.Get("X-Plik-Upload"))).Files[0].MD5 == md5hex(content)
	})
}

// A transfer that is cut keeps what came, and the next request ends one that hangs.
func TestResumableCut(t *testing.T) {
	t.Parallel()
	e := serve(t)
	content := strings.Repeat("x", 1_000_000)
	a := e.beginTus(len(content), "Upload-Metadata", tusMeta("filename", "x"))
	to := a.Get("Location")
	offset, kept := 0, 0
	for i := 0; kept < 3; i++ {
		require.Less(t, i, 100, "something must get through")
		r, w := io.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		req, err := http.NewRequestWithContext(ctx, "PATCH", to, r)
		require.NoError(t, err)
		req.Header.Set("Tus-Resumable", "1.0.0")
		req.Header.Set("Upload-Offset", strconv.Itoa(offset))
		req.Header.Set("Content-Type", "application/offset+octet-stream")
		done := make(chan struct{})
		go func() {
			defer close(done)
			if resp, err := e.plain.Do(req); err == nil {
				resp.Body.Close()
			}
		}()
		io.WriteString(w, content[offset:offset+200_000]) // it may be interrupted in this
		switch {
		case i%10 == 9: // on a slow store each may be cut before anything is kept
			w.Close()
			<-done
		case i%2 == 0:
			cancel()
		}
		head := e.tus("HEAD", to, nil) // ends the PATCH, if it hangs
		require.Equal(t, 200, head.status, head.body)
		now, err := strconv.Atoi(head.Get("Upload-Offset"))
		require.NoError(t, err)
		require.GreaterOrEqual(t, now, offset)
		if now > offset {
			kept++
		}
		offset = now
		w.Close()
		cancel()
		<-done
	}
	// One that was cancelled may reach the server only now, and interrupt the last: then one goes on.
	last := e.patch(to, offset, content[offset:])
	for i := 0; i < 10 && last.status == 409; i++ {
		now, err := strconv.Atoi(e.tus("HEAD", to, nil).Get("Upload-Offset"))
		require.NoError(t, err)
		last = e.patch(to, now, content[now:])
	}
	require.Equal(t, 204, last.status, last.body)
	e.get(a.Get("X-Plik-URL")).is(t, 200, content)
}

func TestResumableEnds(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts)
	name := tusMeta("filename", "x")
	begun := func() (answer, *api.Upload) {
		a := e.beginTus(10, "Upload-Metadata", name)
		require.Equal(t, 204, e.patch(a.Get("Location"), 0, "hello").status)
		return a, &api.Upload{ID: a.Get("X-Plik-Upload"), UploadToken: a.Get("X-UploadToken")}
	}
	a, u := begun()
	e.do("DELETE", "/upload/"+u.ID, nil, "X-UploadToken", u.UploadToken).is(t, 200, "ok")
	require.Equal(t, 410, e.patch(a.Get("Location"), 5, "world").status)
	require.Equal(t, 410, e.tus("HEAD", a.Get("Location"), nil).status)

	a, u = begun()
	f := into[api.Upload](t, e.get("/upload/"+u.ID)).Files[0]
	e.do("DELETE", link(u, f), nil, "X-UploadToken", u.UploadToken).is(t, 200, "ok")
	require.Equal(t, 410, e.patch(a.Get("Location"), 5, "world").status)

	kept, _ := begun()
	n, err := e.svc.ExpireResumables(t.Context(), time.Hour)
	require.NoError(t, err)
	require.Equal(t, 2, n, "those that nobody waits for")
	require.Equal(t, 200, e.tus("HEAD", kept.Get("Location"), nil).status)
	n, err = e.svc.ExpireResumables(t.Context(), -time.Hour)
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, 404, e.tus("HEAD", kept.Get("Location"), nil).status)
	require.Equal(t, "missing", e.status(&api.Upload{ID: kept.Get("X-Plik-Upload")})[0])
	e.empty()
}

// A quota holds for what arrives in pieces, and is given back.
func TestResumableQuota(t *testing.T) {
	t.Parallel()
	e := serve(t, withAccounts, func(_ *handlers.Options, p *uploads.Policy) { p.MaxUserSize = 1000 })
	u := e.enroll("alice", false)
	token := e.token(u, core.ScopeUpload)
	begin := func(n int) answer {
		return e.tus("POST", "/tus/", nil, append(token, "Upload-Length", strconv.Itoa(n), "Upload-Metadata", tusMeta("filename", "x"))...)
	}
	require.Equal(t, 400, begin(1001).status)
	a := begin(900)
	require.Equal(t, 201, a.status, a.body)
	require.Equal(t, 400, begin(101).status, "what was begun is reserved")
	require.Equal(t, 204, e.tus("DELETE", a.Get("Location"), nil).status)
	a = begin(1000)
	require.Equal(t, 201, a.status)
	require.Equal(t, 204, e.patch(a.Get("Location"), 0, strings.Repeat("x", 1000)).status, "its id is right enough")
	require.Equal(t, 400, begin(1).status)

	var deferred []string
	_, err := e.accounts.RemoveUploads(t.Context(), u.ID, "")
	require.NoError(t, err)
	for range 10 {
		a := e.tus("POST", "/tus/", nil, append(token, "Upload-Defer-Length", "1", "Upload-Metadata", tusMeta("filename", "x"))...)
		require.Equal(t, 201, a.status)
		deferred = append(deferred, a.Get("Location"))
	}
	var wg sync.WaitGroup
	passed := make(chan bool, 10)
	for _, to := range deferred {
		wg.Go(func() { passed <- e.patch(to, 0, strings.Repeat("x", 300)).status == 204 })
	}
	wg.Wait()
	close(passed)
	n := 0
	for ok := range passed {
		if ok {
			n++
		}
	}
	require.Equal(t, 3, n)
	used, err := e.store.QuotaUsed(t.Context(), u.ID)
	require.NoError(t, err)
	require.LessOrEqual(t, used, int64(1000))
}

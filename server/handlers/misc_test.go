package handlers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/uploads"
	"github.com/root-gg/plik/testing/openapitest"
)

func TestRoutesAreDocumented(t *testing.T) {
	t.Parallel()
	documented := openapitest.New(t).Routes()
	served := handlers.Routes()
	for _, r := range served {
		require.True(t, documented[r], "%s is served but not in openapi.yaml", r)
		delete(documented, r)
	}
	require.Empty(t, documented, "in openapi.yaml but not served")
}

func TestServerRoutes(t *testing.T) {
	t.Parallel()
	e := serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Web = web })
	e.get("/config").is(t, 200, `{"maxFileSize":10000000000,"maxUserSize":-1,"maxFilePerUpload":1000,"defaultTTL":2592000,"maxTTL":2592000,"downloadDomain":"","downloadDomainAlias":null,"abuseContact":"","feature_authentication":"disabled","feature_one_shot":"enabled","feature_removable":"enabled","feature_stream":"enabled","feature_password":"enabled","feature_comments":"enabled","feature_set_ttl":"enabled","feature_extend_ttl":"disabled","feature_clients":"enabled","feature_github":"enabled","feature_text":"enabled","authentication":false,"noAnonymousUploads":false,"oneShot":true,"removable":true,"stream":true,"protectedByPassword":true,"googleAuthentication":false,"ovhAuthentication":false,"ovhApiEndpoint":"https://eu.api.ovh.com/1.0"}`)
	e.get("/version").is(t, 200, `{"version":"0.0.0","date":0,"isRelease":false,"isMint":false,"clients":null,"releases":null}`)
	e.get("/health").is(t, 200, "ok\n")
	e.get("/ready").is(t, 200, "ok\n")
	for _, p := range []string{"/config", "/version", "/health", "/ready", "/qrcode"} {
		e.do("HEAD", p, nil).is(t, 200, "")
		e.do("DELETE", p, nil).is(t, 405, "method not allowed\n")
	}
	a := e.do("DELETE", "/config", nil)
	require.Equal(t, "GET, HEAD, PUT", a.Get("Allow"), "PUT makes a file called config")
	u := e.create(`{}`)
	require.Equal(t, "GET, HEAD, DELETE", e.with(e.plain, "POST", "/upload/"+u.ID, nil).Get("Allow"))
	for path, allow := range map[string]string{"/upload": "POST", "/file/x": "POST"} {
		a := e.with(e.plain, "GET", path, nil)
		require.Equal(t, 405, a.status)
		require.Equal(t, allow, a.Get("Allow"))
	}
}

func TestReadyTells(t *testing.T) {
	t.Parallel()
	e := serve(t, func(o *handlers.Options, _ *uploads.Policy) {
		o.Ready = func(context.Context) error { return errors.New("database: password is hunter2") }
	})
	a := e.get("/ready")
	require.Equal(t, 503, a.status)
	require.True(t, strings.HasPrefix(a.body, "not ready, see the server's log (ref "), a.body)
	require.Equal(t, 200, e.get("/health").status)
}

func TestStrictVersion(t *testing.T) {
	t.Parallel()
	e := serve(t, func(o *handlers.Options, _ *uploads.Policy) {
		o.Strict = true
		o.Build = api.BuildInfo{Version: "1.4.0", GitFullRevision: "abc", IsMint: true, Date: 5}
	})
	e.get("/version").is(t, 200, `{"version":"1.4.0","date":0,"isRelease":false,"isMint":false,"clients":null,"releases":null}`)
}

func TestQRCode(t *testing.T) {
	t.Parallel()
	e := serve(t)
	for query, size := range map[string]int{"": 250, "?url=http://x&size=100": 100, "?size=x": 250, "?size=1000": 1000} {
		a := e.get("/qrcode" + query)
		require.Equal(t, 200, a.status, a.body)
		img, err := png.Decode(strings.NewReader(a.body))
		require.NoError(t, err)
		require.Equal(t, size, img.Bounds().Dx())
	}
	e.get("/qrcode?size=0").is(t, 400, "QRCode size must be positive\n")
	e.get("/qrcode?size=1001").is(t, 400, "QRCode size must be lower than 1000\n")
	e.get("/qrcode?size=5").is(t, 400, "QRCode size must be at least 29 for this text\n")
	e.get("/qrcode?url="+strings.Repeat("x", 3000)).is(t, 400, "this text is too long for a QRCode\n")
}

func TestErrorRedirects(t *testing.T) {
	t.Parallel()
	e := serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Path = "/p" })
	u := e.create(`{"files":[{"fileName":"a & b#.txt"}]}`)
	path := link(u, u.Files[0])
	for name, c := range map[string]struct {
		headers  []string
		redirect bool
	}{
		"curl":              {[]string{"User-Agent", "curl/8", "Accept", "*/*"}, false},
		"browser":           {[]string{"User-Agent", "Mozilla/5.0", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}, true},
		"old browser":       {[]string{"User-Agent", "Mozilla/4.0"}, true},
		"script in browser": {[]string{"User-Agent", "Mozilla/5.0", "Accept", "*/*"}, false},
		"python":            {[]string{"User-Agent", "python-requests/2"}, false},
		"no agent":          {[]string{"User-Agent", ""}, false},
	} {
		a := e.get(path+"?dl=1", c.headers...)
		if !c.redirect {
			require.Equal(t, 404, a.status, name)
			continue
		}
		require.Equal(t, 302, a.status, name)
		require.Equal(t, "no-store", a.Get("Cache-Control"))
		to, ok := strings.CutPrefix(a.Get("Location"), "/p/#/?")
		require.True(t, ok, a.Get("Location"))
		require.NotContains(t, to, "+")
		q, err := url.ParseQuery(to)
		require.NoError(t, err)
		require.Equal(t, "404", q.Get("errcode"))
		require.Equal(t, "file a & b#.txt ("+u.Files[0].ID+") is not available : missing", q.Get("err"))
		require.Equal(t, "/p"+path+"?dl=1", q.Get("uri"))
	}
	// Only where people go with their browsers.
	require.Equal(t, 404, e.get("/upload/nope", "Accept", "text/html").status)
}

func TestProblemJSON(t *testing.T) {
	t.Parallel()
	e := serve(t)
	for accept, want := range map[string]bool{
		"application/json": true, "application/problem+json": true, "application/problem+json, */*": true,
		"application/json, text/plain, */*": false, "*/*": false, "": false,
	} {
		a := e.get("/upload/nope", "Accept", accept)
		require.Equal(t, 404, a.status)
		if !want {
			require.Equal(t, "upload nope not found\n", a.body, accept)
			continue
		}
		var p api.Problem
		require.NoError(t, json.Unmarshal([]byte(a.body), &p))
		require.Equal(t, "upload_not_found", p.Code)
		p.Code = ""
		require.Equal(t, api.Problem{Type: "about:blank", Title: "Not Found", Status: 404, Detail: "upload nope not found"}, p)
	}
}

func TestServerErrors(t *testing.T) {
	t.Parallel()
	for name, debug := range map[string]bool{"production": false, "debug": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Debug = debug })
			_, path := e.upload(`{}`, "a.txt", "hello")
			require.NoError(t, e.loseBytes())
			a := e.get(path)
			require.Equal(t, 500, a.status)
			ref := a.Get("X-Request-Id")
			require.Contains(t, a.body, "(ref "+ref+")\n")
			require.Equal(t, debug, strings.Contains(a.body, "are gone"), a.body)
			require.True(t, debug || strings.HasPrefix(a.body, "internal server error (ref "), a.body)
			e.eventually("the cause is in the log", func() bool {
				return strings.Contains(e.log.String(), "ref=\""+ref+"\"") && strings.Contains(e.log.String(), "are gone")
			})
		})
	}
}

var web = fstest.MapFS{
	"index.html":      {Data: []byte("<html>page</html>")},
	"assets/x-123.js": {Data: []byte("alert(1)")},
	"linux-amd64/pl":  {Data: []byte("\x7fELF")},
	"assets/y.css":    {Data: []byte("plain")},
	"assets/y.css.br": {Data: []byte("brotli")},
	"assets/y.css.gz": {Data: []byte("gzip")},
}

func TestStatic(t *testing.T) {
	t.Parallel()
	e := serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Web, o.Clients, o.Changelog = web, web, web })
	get := func(path string, headers ...string) answer { return e.with(e.plain, "GET", path, nil, headers...) }
	page := get("/")
	page.is(t, 200, "<html>page</html>")
	require.Equal(t, "text/html; charset=utf-8", page.Get("Content-Type"))
	require.Contains(t, page.Get("Content-Security-Policy"), "default-src 'self'")
	require.NotContains(t, page.Get("Content-Security-Policy"), "unsafe")
	require.Equal(t, "no-cache", page.Get("Cache-Control"))
	get("/", "If-None-Match", page.Get("Etag")).is(t, 304, "")
	require.Contains(t, get("/assets/x-123.js").Get("Cache-Control"), "immutable")
	require.Equal(t, "application/octet-stream", get("/clients/linux-amd64/pl").Get("Content-Type"))
	for _, p := range []string{"/clients/", "/clients/linux-amd64", "/clients/linux-amd64/", "/assets", "/assets/", "/changelog/", "/nope.html", "/clients/..%2f..%2fx"} {
		require.Contains(t, []int{301, 404}, get(p).status, p)
	}
	require.Equal(t, 405, e.with(e.plain, "DELETE", "/assets/x-123.js", nil).status)

	bare := serve(t)
	require.Equal(t, 405, bare.with(bare.plain, "GET", "/", nil).status)
	require.Equal(t, 404, bare.with(bare.plain, "GET", "/no/such/page", nil).status)
}

func TestPrecompressed(t *testing.T) {
	t.Parallel()
	e := serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Web = web })
	etags := map[string]bool{}
	for header, want := range map[string]struct{ body, coding string }{
		"identity":              {"plain", ""},
		"gzip, deflate":         {"gzip", "gzip"},
		"gzip, deflate, br":     {"brotli", "br"},
		"gzip;q=1, br;q=0.5":    {"brotli", "br"},
		"br;q=0, gzip;q=0.0":    {"plain", ""},
		"BR ; q=x, GZIP ;Q=0.1": {"gzip", "gzip"},
		"*":                     {"plain", ""},
	} {
		a := e.with(e.plain, "GET", "/assets/y.css", nil, "Accept-Encoding", header)
		require.Equal(t, want.body, a.body, header)
		require.Equal(t, want.coding, a.Get("Content-Encoding"), header)
		require.Equal(t, "text/css; charset=utf-8", a.Get("Content-Type"), header)
		require.Equal(t, "Accept-Encoding", a.Get("Vary"), header)
		etags[a.Get("Etag")] = true
	}
	require.Len(t, etags, 3)
	e.with(e.plain, "GET", "/assets/y.css", nil, "Accept-Encoding", "br", "Range", "bytes=1-2").is(t, 206, "la")
}

func TestPathPrefix(t *testing.T) {
	t.Parallel()
	e := serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Path, o.Web = "/plik", web })
	_, path := e.upload(`{}`, "a.txt", "hello")
	e.get(path).is(t, 200, "hello")
	root := strings.TrimSuffix(e.url, "/plik")
	for p, want := range map[string]struct {
		status   int
		location string
	}{
		"/plik": {301, "/plik/"}, "/plik?x=1": {301, "/plik/?x=1"}, "/plikhealth": {404, ""}, "/health": {404, ""}, "/": {404, ""},
		"/plik/": {200, ""}, "/plik//config": {301, "/plik/config"}, "/plik/x/../config?a=b": {301, "/plik/config?a=b"}, "/plik/health": {200, ""},
	} {
		a := e.with(e.plain, "GET", root+p, nil)
		require.Equal(t, want.status, a.status, p)
		require.Equal(t, want.location, a.Get("Location"), p)
	}
	require.Equal(t, 308, e.with(e.plain, "POST", root+"/plik", nil).status)
}

func TestCanariesStaySecret(t *testing.T) {
	t.Parallel()
	e := serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Dump = true })
	u, path := e.upload(`{"login":"canarylogin","password":"canarypassword"}`, "a.txt", "hello")
	var seen strings.Builder
	for _, p := range []string{"/upload/" + u.ID, path, "/archive/" + u.ID + "/a.zip", "/config", "/version", "/upload/nope"} {
		for _, h := range [][]string{{}, {"Authorization", "Basic Y2FuYXJ5bG9naW46Y2FuYXJ5cGFzc3dvcmQ="}} {
			a := e.get(p, h...)
			seen.WriteString(a.body)
			a.Header.Write(&seen)
		}
	}
	e.get(path+"?password=canarypassword", "X-UploadToken", u.UploadToken, "Cookie", "plik-session=canarycookie", "X-PlikToken", "canarytoken", "X-Plik-Password", "canary", "X-Whatever", "canary")
	e.tus("HEAD", "/tus/canary", nil)
	e.do("DELETE", "/me/token/canary", nil)
	e.eventually("the requests are logged", func() bool { return strings.Count(e.log.String(), "\n") >= 19 })
	for _, canary := range []string{"canary", "Y2FuYXJ5", u.UploadToken, "argon2"} {
		require.NotContains(t, seen.String(), canary)
		require.NotContains(t, e.log.String(), canary)
	}
}

func TestLogLinesCannotBeForged(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create("{\"files\":[{\"fileName\":\"a\u202e\u2028b\"}]}")
	e.do("PUT", link(u, u.Files[0]), strings.NewReader("x"), "X-UploadToken", u.UploadToken)
	e.with(e.plain, "GET", "/x%0a[11/23/2026%2021:04:02][INFO]%1b[31m", nil)
	e.eventually("three lines", func() bool { return strings.Count(e.log.String(), "\n") >= 3 })
	require.Equal(t, 3, strings.Count(e.log.String(), "\n"))
	require.NotContains(t, e.log.String(), "\x1b")
	require.NotContains(t, e.log.String(), "\u202e")
}

func TestJSONBodyMayBeCut(t *testing.T) {
	t.Parallel()
	e := serve(t)
	r, err := http.NewRequest("POST", e.url+"/upload", io.MultiReader(bytes.NewReader([]byte("{")), strings.NewReader("}")))
	require.NoError(t, err)
	resp, err := e.c.Do(r)
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, 200, resp.StatusCode)
}

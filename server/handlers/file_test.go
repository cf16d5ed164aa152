package handlers_test

import (
	"archive/zip"
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/uploads"
	"github.com/root-gg/plik/testing/backendtest"
)

const md5OfHello = "5d41402abc4b2a76b9719d911017c592"

func TestAddFile(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{"files":[{"fileName":"a.txt","reference":"0"},{"fileName":"b.txt"}]}`)
	a, b := link(u, u.Files[0]), link(u, u.Files[1])

	body, kind := form("file", "a.txt", "hello")
	e.do("POST", a, body, "Content-Type", kind).is(t, 403, "you are not allowed to add file to this upload\n")
	send := func(field, name string) answer {
		body, kind := form(field, name, "hello")
		return e.do("POST", a, body, "Content-Type", kind, "X-UploadToken", u.UploadToken)
	}
	e.do("POST", a, strings.NewReader("x"), "X-UploadToken", u.UploadToken).is(t, 400, "invalid multipart form : request Content-Type isn't multipart/form-data\n")
	send("fil", "a.txt").is(t, 400, "missing file from multipart form\n")
	send("file", "").is(t, 400, "missing file name from multipart form\n")
	send("file", "other.txt").is(t, 400, "invalid file name\n")
	ok := send("file", "../../a.txt")
	require.Equal(t, 200, ok.status, ok.body)
	require.Contains(t, ok.body, `"fileMd5":"`+md5OfHello+`","fileType":"text/plain; charset=utf-8","fileSize":5,"reference":"0"`)
	send("file", "a.txt").is(t, 400, "invalid file status uploaded, expected missing\n")

	e.get(b).is(t, 404, "file b.txt ("+u.Files[1].ID+") is not available : missing\n")
	put := e.do("PUT", b, strings.NewReader("hello"), "X-UploadToken", u.UploadToken)
	require.Equal(t, 200, put.status, put.body)
	require.Contains(t, put.body, md5OfHello)
	e.do("PUT", b, strings.NewReader("hello")).is(t, 403, "you are not allowed to add file to this upload\n")
	e.get(b).is(t, 200, "hello")
	e.get(strings.Replace(b, "/file/", "/stream/", 1)).is(t, 200, "hello")
}

func TestFileRouteErrors(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u, path := e.upload(`{}`, "a.txt", "hello")
	other, _ := e.upload(`{}`, "a.txt", "hello")
	id := strings.Split(path, "/")[3]
	e.get("/file/"+u.ID+"/nope/a.txt").is(t, 404, "file nope not found\n")
	e.get("/file/"+other.ID+"/"+id+"/a.txt").is(t, 404, "file "+id+" not found\n")
	e.get("/file/"+u.ID+"/"+id+"/A.txt").is(t, 400, "invalid file name\n")
	e.get("/file/nope/"+id+"/a.txt").is(t, 404, "upload nope not found\n")
	for _, p := range []string{"/file/..%2f..%2fetc/x/y", "/file/" + u.ID + "/%5c..%5c/a.txt", "/file/" + u.ID + "/" + strings.Repeat("x", 8000) + "/a.txt"} {
		require.Contains(t, []int{301, 404}, e.with(e.plain, "GET", p, nil).status, p)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	e := serve(t)
	for _, name := range []string{"été 日本.txt", `"><svg onload=1>.txt`, `";filename=evil.exe`, "a\u202eb.txt", strings.Repeat("é", 512), "CON", "🐟", "%2e%2e", "a b+c#d?e", "..."} {
		f := e.create(fmt.Sprintf(`{"files":[{"fileName":%q}]}`, name))
		path := link(f, f.Files[0])
		up := e.do("PUT", path, strings.NewReader("hello"), "X-UploadToken", f.UploadToken)
		require.Equal(t, 200, up.status, "%q: %s", name, up.body)
		got := e.get(path)
		got.is(t, 200, "hello")
		require.NotContains(t, got.Get("Content-Disposition"), "\n")
		quick := e.do("PUT", "/"+url.PathEscape(name), strings.NewReader("hello"))
		require.Equal(t, 200, quick.status, "%q: %s", name, quick.body)
		e.get(strings.TrimSpace(quick.body)).is(t, 200, "hello")
	}
	for _, name := range []string{`a\b`, "a\x01b", "a\x7fb", strings.Repeat("x", 1025)} {
		require.Equal(t, 400, e.do("PUT", "/"+url.PathEscape(name), strings.NewReader("x")).status, "%q", name)
	}
}

func TestDownloadHeaders(t *testing.T) {
	t.Parallel()
	e := serve(t)
	_, path := e.upload(`{}`, "a.txt", "hello")
	a := e.get(path)
	a.is(t, 200, "hello")
	require.Equal(t, "5", a.Get("Content-Length"))
	require.Equal(t, `"`+md5OfHello+`"`, a.Get("Etag"))
	require.Equal(t, "bytes", a.Get("Accept-Ranges"))
	require.Equal(t, "nosniff", a.Get("X-Content-Type-Options"))
	require.Contains(t, a.Get("Content-Security-Policy"), "sandbox")
	require.NotEmpty(t, a.Get("Last-Modified"))
	require.True(t, strings.HasPrefix(a.Get("Content-Disposition"), "inline"), a.Get("Content-Disposition"))
	require.True(t, strings.HasPrefix(e.get(path+"?dl=0").Get("Content-Disposition"), "attachment"))

	head := e.do("HEAD", path, nil)
	head.is(t, 200, "")
	for _, k := range []string{"Content-Length", "Etag", "Content-Type", "Content-Disposition", "Last-Modified", "Content-Security-Policy"} {
		require.Equal(t, a.Get(k), head.Get(k), k)
	}
	e.get(path, "If-None-Match", a.Get("Etag")).is(t, 304, "")
	e.get(path, "If-Modified-Since", a.Get("Last-Modified")).is(t, 304, "")
	e.get(path, "If-Match", `"other"`).is(t, 412, "the file is not the one that the conditions of the request name\n")
}

func TestRanges(t *testing.T) {
	t.Parallel()
	e := serve(t)
	content := strings.Repeat("0123456789", 10000)
	_, path := e.upload(`{}`, "a.bin", content)
	etag := e.do("HEAD", path, nil).Get("Etag")
	for rng, want := range map[string]string{
		"bytes=0-0": "0", "bytes=5-9": "56789", "bytes=-3": "789", "bytes=99995-": "56789", "bytes=99999-200000": "9",
	} {
		a := e.get(path, "Range", rng)
		a.is(t, 206, want)
		require.Contains(t, a.Get("Content-Range"), "/100000")
		e.get(path, "Range", rng, "If-Range", etag).is(t, 206, want)
	}
	e.get(path, "Range", "bytes=0-0", "If-Range", `"other"`).is(t, 200, content)
	a := e.get(path, "Range", "bytes=100000-")
	require.Equal(t, 416, a.status)
	require.Equal(t, "bytes */100000", a.Get("Content-Range"))
	multi := e.get(path, "Range", "bytes=0-1,10-11")
	require.Equal(t, 206, multi.status)
	require.Contains(t, multi.Get("Content-Type"), "multipart/byteranges")
	require.Contains(t, multi.body, "\r\n\r\n01\r\n")
}

func TestEmptyFile(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{"files":[{"fileName":"empty","fileSize":100,"fileType":"text/plain"}]}`)
	path := link(u, u.Files[0])
	a := e.do("PUT", path, http.NoBody, "X-UploadToken", u.UploadToken)
	require.Contains(t, a.body, `"fileType":"","fileSize":0`)
	got := e.get(path)
	got.is(t, 200, "")
	require.Equal(t, "0", got.Get("Content-Length"))
	require.Equal(t, "application/octet-stream", got.Get("Content-Type"))
}

// TestActiveContent: nothing that a user sends may run in the name of the site.
func TestActiveContent(t *testing.T) {
	t.Parallel()
	for name, strict := range map[string]bool{"default": false, "EnhancedWebSecurity": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Strict = strict })
			for file, content := range map[string]string{
				"x.html": "<html><script>alert(1)</script>", "x.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
				"x.xml": `<?xml version="1.0"?><?xml-stylesheet href="x.xsl"?><a/>`, "x.xhtml": `<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><script>1</script></html>`,
				"x.pdf": "%PDF-1.4 /JavaScript", "x.js": "alert(1)", "x.gif": "GIF89a/*<script>*/=1;", "x.mht": "MIME-Version: 1.0\nContent-Type: multipart/related\n",
			} {
				u, path := e.upload(`{}`, file, content)
				for _, p := range []string{path, path + "?dl=1", "/archive/" + u.ID + "/x.zip"} {
					for _, h := range [][]string{{}, {"Range", "bytes=0-1"}, {"If-None-Match", "*"}} {
						a := e.get(p, h...)
						require.Equal(t, "nosniff", a.Get("X-Content-Type-Options"), "%s %v", p, h)
						require.Contains(t, a.Get("Content-Security-Policy"), "sandbox", "%s %v", p, h)
						require.NotContains(t, a.Get("Content-Security-Policy"), "allow-scripts")
						kind := a.Get("Content-Type")
						for _, bad := range []string{"html", "svg", "xml", "pdf", "javascript", "multipart/related"} {
							require.NotContains(t, kind, bad, "%s %v", p, h)
						}
					}
				}
			}
			e.get("/file/x/y/<script>").is(t, 404, "upload x not found\n")
		})
	}
}

func TestRemoveFile(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u, path := e.upload(`{}`, "a.txt", "hello")
	e.do("DELETE", path, nil).is(t, 403, "you are not allowed to remove files from this upload\n")
	for range 2 {
		e.do("DELETE", path, nil, "X-UploadToken", u.UploadToken).is(t, 200, "ok")
	}
	require.Equal(t, []string{"deleted"}, e.status(u))
	require.Contains(t, e.get(path).body, ": deleted")
	e.empty()
	stream := e.create(`{"stream":true,"removable":true,"files":[{"fileName":"x"}]}`)
	e.do("DELETE", strings.Replace(link(stream, stream.Files[0]), "/file/", "/stream/", 1), nil).is(t, 200, "ok")
}

// empty requires that no bytes are stored, of finished files or of others.
func (e *env) empty() {
	e.Helper()
	for entry, err := range e.data.(data.Lister).List(e.Context()) {
		require.NoError(e, err)
		e.Errorf("%+v is left", entry)
	}
	for u, err := range e.data.(data.Appender).Unfinished(e.Context()) {
		require.NoError(e, err)
		e.Errorf("%s is left, unfinished", u.ID)
	}
}

func TestTooBig(t *testing.T) {
	t.Parallel()
	e := serve(t, func(_ *handlers.Options, p *uploads.Policy) { p.MaxFileSize = 10 })
	const text = "file too big (limit is set to 10 B)\n"
	u := e.create(`{"files":[{"fileName":"a"}]}`)
	a := link(u, u.Files[0])
	e.do("PUT", a, strings.NewReader(strings.Repeat("x", 11)), "X-UploadToken", u.UploadToken).is(t, 400, text)
	body, kind := form("file", "a", strings.Repeat("x", 11))
	e.do("POST", a, body, "Content-Type", kind, "X-UploadToken", u.UploadToken).is(t, 400, text)
	e.do("PUT", "/quick", strings.NewReader(strings.Repeat("x", 11))).is(t, 400, text)
	require.Equal(t, []string{"missing"}, e.status(u))
	e.empty()
	require.Equal(t, 200, e.do("PUT", a, strings.NewReader(strings.Repeat("x", 10)), "X-UploadToken", u.UploadToken).status)
}

func TestQuick(t *testing.T) {
	t.Parallel()
	e := serve(t)
	body, kind := form("file", "my file é.txt", "hello")
	a := e.do("POST", "/", body, "Content-Type", kind)
	require.Equal(t, 200, a.status, a.body)
	require.Equal(t, a.Get("X-Plik-Url")+"\n", a.body)
	require.True(t, strings.HasPrefix(a.body, e.url+"/file/"+a.Get("X-Plik-Upload")+"/"), a.body)
	require.True(t, strings.HasSuffix(a.body, "/my%20file%20%C3%A9.txt\n"), a.body)
	e.get(strings.TrimSpace(a.body)).is(t, 200, "hello")
	e.do("DELETE", "/upload/"+a.Get("X-Plik-Upload"), nil, "X-UploadToken", a.Get("X-UploadToken")).is(t, 200, "ok")

	for name, send := range map[string]func() answer{
		"headers": func() answer {
			return e.do("PUT", "/x", strings.NewReader("hello"), "X-Plik-TTL", "1h", "X-Plik-OneShot", "true", "X-Plik-Removable", "1", "X-Plik-Comments", "hi", "X-Plik-Password", "p")
		},
		"query": func() answer {
			return e.do("PUT", "/x?ttl=3600&oneshot&removable=true&comments=hi&password=p", strings.NewReader("hello"), "X-Plik-OneShot", "false")
		},
		"form": func() answer {
			body, kind := form("file", "x", "hello")
			return e.do("POST", "/?ttl=1h&oneshot=1&removable&comments=hi&password=p&login=plik", body, "Content-Type", kind)
		},
	} {
		a := send()
		require.Equal(t, 200, a.status, "%s: %s", name, a.body)
		got := e.get("/upload/"+a.Get("X-Plik-Upload"), "X-UploadToken", a.Get("X-UploadToken")).body
		for _, want := range []string{`"ttl":3600`, `"oneShot":true`, `"removable":true`, `"comments":"hi"`, `"protectedByPassword":true`} {
			require.Contains(t, got, want, name)
		}
		require.NotContains(t, e.log.String(), "password=p")
	}
	e.do("PUT", "/x?oneshot=maybe", strings.NewReader("x")).is(t, 400, "invalid value \"maybe\" of option oneshot, use true or false\n")
	e.do("PUT", "/x?ttl=1y", strings.NewReader("x")).is(t, 400, "invalid value \"1y\" of option ttl, use seconds or a duration such as 12h or 30d\n")
	require.Equal(t, 403, serve(t, func(o *handlers.Options, _ *uploads.Policy) { o.Whitelist = noOne }).do("PUT", "/x", strings.NewReader("x")).status)
}

func TestQuickURLs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  change
		headers []string
		want    string
	}{
		"download domain": {func(o *handlers.Options, _ *uploads.Policy) { o.DownloadDomain = "https://dl.example.com/" }, nil, "https://dl.example.com/file/"},
		"public URL":      {func(o *handlers.Options, _ *uploads.Policy) { o.PublicURL, o.Path = "https://plik.example.com", "/p" }, nil, "https://plik.example.com/p/file/"},
		"host":            {nil, []string{"Host", "example.org:81"}, "http://example.org:81/file/"},
		"behind TLS":      {nil, []string{"Host", "example.org", "X-Forwarded-Proto", "https"}, "https://example.org/file/"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var changes []change
			if c.change != nil {
				changes = append(changes, c.change)
			}
			e := serve(t, changes...)
			a := e.do("PUT", "/x", strings.NewReader("x"), c.headers...)
			require.True(t, strings.HasPrefix(a.body, c.want), a.body)
		})
	}
}

func TestOneShotRace(t *testing.T) {
	t.Parallel()
	e := serve(t)
	content := strings.Repeat("x", 100_000)
	u, path := e.upload(`{"oneShot":true}`, "a.bin", content)
	var got atomic.Int32
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			var a answer
			switch i % 4 {
			case 0:
				a = e.get(path, "Range", "bytes=0-99")
			case 1:
				a = e.get("/archive/" + u.ID + "/archive.zip")
			default:
				a = e.get(path)
			}
			switch a.status {
			case 200:
				got.Add(1)
				if len(a.body) < len(content) {
					t.Errorf("only %d bytes", len(a.body))
				}
			case 404:
			default:
				t.Errorf("status %d: %s", a.status, a.body)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 1, got.Load())
	e.eventually("the bytes are gone", func() bool { return e.status(u)[0] == "deleted" })
	e.empty()
}

func TestOneShotIsNotSpentByLooking(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u, path := e.upload(`{"oneShot":true}`, "a.txt", "hello")
	zip := "/archive/" + u.ID + "/a.zip"
	for _, p := range []string{path, zip} {
		require.Equal(t, 200, e.do("HEAD", p, nil).status)
		require.Equal(t, 503, e.get(p, "Sec-Purpose", "prefetch;prerender").status)
		require.Equal(t, 412, e.get(p, "If-None-Match", `"x"`).status)
		require.Equal(t, 412, e.get(p, "If-Modified-Since", "Fri, 15 May 2026 09:16:20 GMT").status)
		require.Equal(t, 416, e.get(p, "Range", "bytes=0-0").status)
		require.Equal(t, 405, e.with(e.plain, "OPTIONS", p, nil).status)
	}
	a := e.get(path, "Range", "bytes=1-2")
	a.is(t, 200, "hello")
	require.Equal(t, "no-cache, no-store, must-revalidate", a.Get("Cache-Control"))
	require.Equal(t, "none", a.Get("Accept-Ranges"))
	require.Contains(t, e.get(path).body, "is not available : ")
	require.Equal(t, 404, e.get(zip).status)
}

func TestArchive(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{}`)
	var ids []string
	for i, name := range []string{"a.txt", "a.txt", "A.TXT", "été.txt", "CON"} {
		ids = append(ids, e.add(u, name, strings.Repeat("x", i*1000)).ID)
	}
	path := "/archive/" + u.ID + "/archive.zip"
	a := e.get(path)
	require.Equal(t, 200, a.status)
	require.Equal(t, fmt.Sprint(len(a.body)), a.Get("Content-Length"))
	require.Equal(t, "application/zip", a.Get("Content-Type"))
	names := func(body string) (list []string) {
		r, err := zip.NewReader(strings.NewReader(body), int64(len(body)))
		require.NoError(t, err)
		for _, f := range r.File {
			require.Equal(t, zip.Store, f.Method)
			rc, err := f.Open()
			require.NoError(t, err)
			_, err = io.Copy(io.Discard, rc)
			require.NoError(t, err)
			list = append(list, f.Name)
		}
		return list
	}
	require.Len(t, names(a.body), 5)
	require.Contains(t, names(a.body), "a (1).txt")
	e.get(path, "Range", "bytes=100-2999").is(t, 206, a.body[100:3000])
	e.get(path, "If-None-Match", a.Get("Etag")).is(t, 304, "")
	require.Equal(t, a.Get("Content-Length"), e.do("HEAD", path, nil).Get("Content-Length"))
	require.Len(t, names(e.get(path+"?files="+ids[3]+","+ids[1]).body), 2)

	folders := e.create(`{"files":[{"fileName":"a.txt","reference":"/photos/2026/a.txt"},{"fileName":"a.txt","reference":"/photos/a.txt"},
		{"fileName":"b.txt","reference":"/../../etc/b.txt"},{"fileName":"c.txt","reference":"/photos/other.txt"},{"fileName":"d.txt","reference":"7"}]}`)
	for _, f := range folders.Files {
		require.Equal(t, 200, e.do("PUT", link(folders, f), strings.NewReader("x"), "X-UploadToken", folders.UploadToken).status)
	}
	require.ElementsMatch(t, []string{"photos/2026/a.txt", "photos/a.txt", "etc/b.txt", "c.txt", "d.txt"}, names(e.get("/archive/"+folders.ID+"/a.zip").body))

	e.get(path+"?files=nope").is(t, 404, "file nope is not available\n")
	e.get("/archive/"+u.ID+"/archive.tar").is(t, 400, "invalid archive name, missing .zip extension\n")
	e.get("/archive/"+u.ID+"/"+strings.Repeat("x", 1100)+".zip").is(t, 400, "invalid archive name too long, maximum 1024 characters\n")
	e.get("/archive/"+e.create(`{}`).ID+"/a.zip").is(t, 400, "nothing to archive\n")
	e.get("/archive/"+e.create(`{"stream":true}`).ID+"/a.zip").is(t, 400, "archive feature is not available in stream mode\n")

	// A file that Plik 1.3 stored has no checksum yet.
	for _, file := range []string{ids[1], ids[2]} {
		require.NoError(t, e.forgetChecksum(file))
	}
	require.True(t, bytes.Equal([]byte(a.body), []byte(e.get(path).body)))
}

func TestOneShotArchive(t *testing.T) {
	t.Parallel()
	e := serve(t)
	u := e.create(`{"oneShot":true}`)
	e.add(u, "a", "hello")
	first := link(u, e.add(u, "b", "hello"))
	e.get(first).is(t, 200, "hello")
	path := "/archive/" + u.ID + "/archive.zip"
	a := e.get(path)
	require.Equal(t, 200, a.status)
	r, err := zip.NewReader(strings.NewReader(a.body), int64(len(a.body)))
	require.NoError(t, err)
	require.Len(t, r.File, 1)
	e.get(path).is(t, 404, "the files of this upload were downloaded already\n")
	e.eventually("the bytes are gone", func() bool { return slices.Equal(e.status(u), []string{"deleted", "deleted"}) })
	e.empty()
}

func TestDownloadDomain(t *testing.T) {
	t.Parallel()
	e := serve(t, func(o *handlers.Options, _ *uploads.Policy) {
		o.DownloadDomain, o.DownloadHosts = "https://dl.example.com", []string{"dl.example.com", "alias.example.com:81"}
	})
	u, path := e.upload(`{}`, "a.txt", "hello")
	require.Equal(t, "https://dl.example.com", u.DownloadDomain)
	for _, p := range []string{path, "/archive/" + u.ID + "/a.zip"} {
		require.Equal(t, 200, e.get(p, "Host", "dl.example.com").status)
		require.Equal(t, 200, e.get(p, "Host", "alias.example.com:81").status)
		e.get(p, "Host", "alias.example.com").is(t, 400, "Invalid download domain alias.example.com\n")
	}
	require.Equal(t, 200, e.get("/upload/"+u.ID).status)
}

// noOne is a whitelist that no client of the tests is on.
var noOne = []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}

// forgetChecksum makes a file look as if an older server had stored it.
func (e *env) forgetChecksum(id string) error {
	if !backendtest.Local() {
		e.Skip("the rows of SQLite alone are changed by hand")
	}
	db, err := sql.Open("sqlite", filepath.Join(e.dir, "plik.db"))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(e.Context(), `UPDATE files SET crc32 = NULL WHERE id = ?`, id)
	return err
}

// loseBytes deletes everything that is stored.
func (e *env) loseBytes() error {
	for entry, err := range e.data.(data.Lister).List(e.Context()) {
		if err == nil {
			err = e.data.Delete(e.Context(), entry.Key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

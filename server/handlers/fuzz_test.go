package handlers_test

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/handlers"
	"github.com/root-gg/plik/server/handlers/compat"
)

// FuzzMultipart: whatever a form is, reading it ends, and a name that comes out has no
// folder in it.
func FuzzMultipart(f *testing.F) {
	body, kind := form("file", "a.txt", "hello")
	content, _ := io.ReadAll(body)
	f.Add(kind, content)
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"../../a\"\r\n\r\nhello\r\n--x--"))
	f.Add("multipart/form-data; boundary=x", []byte("--x\r\nContent-Disposition: form-data; name=file; filename*=UTF-8''%2e%2e%2fa\r\n\r\n"))
	f.Fuzz(func(t *testing.T, kind string, body []byte) {
		r := &http.Request{Header: http.Header{"Content-Type": {kind}}}
		name, content, err := handlers.ReadForm(r, bytes.NewReader(body))
		chopped, again, err2 := handlers.ReadForm(r, iotest.OneByteReader(bytes.NewReader(body)))
		if name != chopped || !bytes.Equal(content, again) || (err == nil) != (err2 == nil) {
			t.Errorf("%q %q %v, but byte by byte %q %q %v", name, content, err, chopped, again, err2)
		}
		asStandardLibrary(t, kind, body, name, content, err)
		if err != nil {
			if name == "" && core.KindOf(err) != core.KindInvalid {
				t.Errorf("%v is not the client's fault", err)
			}
			return
		}
		if name == "" || strings.Contains(name, "/") && name != "/" {
			t.Errorf("name %q", name)
		}
		if len(content) > len(body) {
			t.Errorf("%d bytes out of %d", len(content), len(body))
		}
	})
}

// asStandardLibrary compares with what mime/multipart makes of a form that it likes.
func asStandardLibrary(t *testing.T, kind string, body []byte, name string, content []byte, err error) {
	t.Helper()
	_, params, perr := mime.ParseMediaType(kind)
	if perr != nil || params["boundary"] == "" || len(params["boundary"]) > 70 {
		return
	}
	in := multipart.NewReader(bytes.NewReader(body), params["boundary"])
	for range 50 {
		p, perr := in.NextRawPart()
		if perr != nil {
			return
		}
		want, perr := io.ReadAll(p)
		if perr != nil {
			return
		}
		if p.FormName() != "file" {
			continue
		}
		if p.FileName() != "" && err == nil && !bytes.Equal(content, want) {
			t.Errorf("%q of %q, the standard library reads %q", content, name, want)
		}
		return
	}
}

// TestFormContent: boundaries at every place of the reader's buffers, and things that look
// like boundaries.
func TestFormContent(t *testing.T) {
	t.Parallel()
	const boundary = "xYz"
	for _, size := range []int{0, 1, 2, 3, 100, 1023, 1024, 1025, 65535, 65536, 65537, 131071, 131072, 131073, 300_000} {
		for _, tail := range []string{"", "\r", "\r\n", "\r\n-", "\r\n--xY", "\r\n--xYzA", "\r\n--xYzA\r\n--xY", "--xYz", "--xYzA"} {
			want := strings.Repeat("a", size) + tail
			if want == "--xYz" {
				continue // a boundary right after the header counts, as some clients send nothing so
			}
			text := "preamble\r\n--xYz\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nx\r\n" +
				"--xYz \r\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\n" + want + "\r\n--xYz--\r\n"
			for name, r := range map[string]io.Reader{"whole": strings.NewReader(text), "halves": iotest.HalfReader(strings.NewReader(text))} {
				got, content, err := handlers.ReadForm(&http.Request{Header: http.Header{"Content-Type": {"multipart/form-data; boundary=" + boundary}}}, r)
				if err != nil || got != "f" || string(content) != want {
					t.Fatalf("%s, %d bytes and %q: %d bytes, %v", name, size, tail, len(content), err)
				}
			}
		}
	}
}

// FuzzV1: what is taken for the old shape has files of the old shape.
func FuzzV1(f *testing.F) {
	for _, s := range []string{`{"files":{"0":{"fileName":"x"}}}`, `{"files":[]}`, `{"files":{"a":null}}`, `{"FILES":{}}`, `{`, `null`, `{"files":{"a":{"fileName":5}}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		n, ok := compat.ParseV1(body)
		if ok && (n == nil || !bytes.Contains(body, []byte("{"))) {
			t.Errorf("%q is not of the old shape", body)
		}
	})
}

// FuzzRange: a range gives the bytes it names, or all of them, or a refusal.
func FuzzRange(f *testing.F) {
	for _, s := range []string{"bytes=0-0", "bytes=5-", "bytes=-5", "bytes=0-1,3-4", "bytes=9-1", "lines=1", "bytes=18446744073709551616-", "bytes=0-,0-,0-"} {
		f.Add(s)
	}
	const content = "0123456789"
	f.Fuzz(func(t *testing.T, header string) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["Range"] = []string{header}
		w := httptest.NewRecorder()
		err := handlers.ServeContent(w, r, time.Time{}, strings.NewReader(content))
		switch {
		case err != nil:
			if core.KindOf(err) != core.KindInvalid {
				t.Error(err)
			}
		case w.Code == 200:
			if w.Body.String() != content {
				t.Errorf("%q: %q", header, w.Body)
			}
		case w.Code == 206 && strings.HasPrefix(w.Header().Get("Content-Range"), "bytes "):
			var from, to, size int
			fmt.Sscanf(w.Header().Get("Content-Range"), "bytes %d-%d/%d", &from, &to, &size)
			if size != len(content) || w.Body.String() != content[from:to+1] {
				t.Errorf("%q: %q is %q", header, w.Header().Get("Content-Range"), w.Body)
			}
		case w.Code == 206 && strings.HasPrefix(w.Header().Get("Content-Type"), "multipart/byteranges"):
		default:
			t.Errorf("%q: %d", header, w.Code)
		}
	})
}

// FuzzName: a name that is accepted goes into a header and comes back.
func FuzzName(f *testing.F) {
	for _, s := range []string{"a.txt", "", "..", "a/b", "\x00", "é", "a\u202eb", "\xff", strings.Repeat("x", 1025)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if core.CheckName(name) != nil {
			return
		}
		if name == "" || len(name) > 1024 || !utf8.ValidString(name) || strings.ContainsAny(name, "/\\\r\n\x00") || name == "." || name == ".." {
			t.Errorf("%q is accepted", name)
		}
	})
}

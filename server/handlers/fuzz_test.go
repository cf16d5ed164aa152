package handlers_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
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
		if err != nil {
			if core.KindOf(err) != core.KindInvalid {
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

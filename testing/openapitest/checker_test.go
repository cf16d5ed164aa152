package openapitest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/testing/openapitest"
)

// answer is what the test server says.
type answer struct {
	status int
	header map[string]string // beside X-Request-Id, which is sent unless it is "-"
	body   string
}

func (a answer) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("X-Request-Id", "7k2mq9xw")
	w.Header()["Content-Type"] = nil // no sniffing
	for name, value := range a.header {
		if value == "-" {
			w.Header().Del(name)
		} else {
			w.Header().Set(name, value)
		}
	}
	w.WriteHeader(a.status)
	io.WriteString(w, a.body)
}

// ask sends one request and returns what the checker reports of the answer.
func ask(t *testing.T, method, path string, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	defer server.Close()
	rec := &recorder{}
	checker := openapitest.New(rec)
	defer rec.end()
	req, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, nil)
	require.NoError(t, err)
	resp, err := checker.Client(server.URL, "").Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	if a, ok := h.(answer); ok && method != http.MethodHead {
		require.Equal(t, a.body, string(got), "the body must reach the caller as it was sent")
	}
	return rec.String()
}

const (
	file    = `{"id":"f","fileName":"a.txt","status":"missing","fileMd5":"","fileType":"","fileSize":0,"reference":"0","createdAt":"2026-11-23T21:00:48.140692488Z"}`
	head    = `{"id":"u","ttl":60,"extend_ttl":false,"downloadDomain":"","comments":"",`
	tail    = `"stream":false,"oneShot":false,"removable":false,"protectedByPassword":false,"createdAt":"2026-11-23T21:00:48Z","expireAt":null}`
	upload  = head + `"files":[` + file + `],"admin":false,` + tail
	created = head + `"files":null,"uploadToken":"s","admin":true,` + tail
	v1      = `{"id":"u","uploadDate":1795467648,"ttl":60,"downloadDomain":"","comments":"","files":{"f":` + file + `},"uploadToken":"s","admin":false,` +
		`"stream":false,"oneShot":false,"removable":false,"protectedByPassword":false,"protectedByYubikey":false}`
	problem = `{"type":"about:blank","title":"Not Found","status":404,"code":"upload_not_found","detail":"upload u not found"}`
)

func with(header ...string) map[string]string {
	m := map[string]string{}
	for i := 0; i < len(header); i += 2 {
		m[header[i]] = header[i+1]
	}
	return m
}

var (
	asJSON   = with("Content-Type", "application/json")
	asText   = with("Content-Type", "text/plain; charset=utf-8")
	asError  = with("Content-Type", "text/plain; charset=utf-8", "X-Content-Type-Options", "nosniff")
	asQuick  = with("Content-Type", "text/plain; charset=utf-8", "X-Plik-URL", "http://h/file/u/f/a", "X-Plik-Upload", "u", "X-UploadToken", "s")
	fileHead = []string{"X-Content-Type-Options", "nosniff", "Content-Security-Policy", "default-src 'none'; sandbox",
		"Content-Disposition", `inline; filename="a.txt"`}
)

func TestTrueAnswersPass(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method, path string
		answer       answer
	}{
		"upload":        {"GET", "/upload/u", answer{200, asJSON, upload}},
		"charset":       {"GET", "/upload/u", answer{200, with("Content-Type", "application/json; charset=utf-8"), upload}},
		"head":          {"HEAD", "/upload/u", answer{200, asJSON, ""}},
		"created":       {"POST", "/upload", answer{200, asJSON, created}},
		"created V1":    {"POST", "/upload", answer{200, asJSON, v1}},
		"done":          {"DELETE", "/upload/u", answer{200, asText, "ok"}},
		"text error":    {"GET", "/upload/u", answer{404, asError, "upload u not found\n"}},
		"problem":       {"GET", "/upload/u", answer{404, with("Content-Type", "application/problem+json", "X-Content-Type-Options", "nosniff"), problem}},
		"server error":  {"GET", "/upload/u", answer{500, asError, "internal server error (ref 7k2mq9xw)\n"}},
		"file":          {"GET", "/file/u/f/a.txt", answer{200, with(append(fileHead, "Content-Type", "image/png")...), "\x89PNG"}},
		"escaped name":  {"GET", "/stream/u/f/a%2Fb%20%C3%A9", answer{200, with(append(fileHead, "Content-Type", "image/png")...), ""}},
		"not modified":  {"GET", "/file/u/f/a.txt", answer{304, with(append(fileHead, "ETag", `"x"`)...), ""}},
		"quick":         {"PUT", "/a.txt", answer{200, asQuick, "http://h/file/u/f/a\n"}},
		"quick named":   {"PUT", "/config", answer{200, asQuick, "http://h/file/u/f/config\n"}},
		"other method":  {"PATCH", "/upload", answer{405, with("Content-Type", "text/plain", "X-Content-Type-Options", "nosniff", "Allow", "POST"), "method not allowed\n"}},
		"error page":    {"GET", "/file/u/f/a", answer{302, with("Location", "/plik/#/?err=a%20b&errcode=404&uri=%2Ffile", "Cache-Control", "no-store"), ""}},
		"common header": {"GET", "/health", answer{200, with("Content-Type", "text/plain", "Referrer-Policy", "same-origin"), "ok\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Empty(t, ask(t, tc.method, tc.path, tc.answer))
		})
	}
}

func TestFalseAnswersAreReported(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		method, path string
		answer       answer
		want         string
	}{
		"unknown field":     {"GET", "/upload/u", answer{200, asJSON, strings.Replace(upload, `{`, `{"uploadIp":"::1",`, 1)}, `"uploadIp" is unsupported`},
		"field of a file":   {"GET", "/upload/u", answer{200, asJSON, strings.Replace(upload, `"status"`, `"Details":"","status"`, 1)}, `/files/0`},
		"missing field":     {"GET", "/upload/u", answer{200, asJSON, strings.Replace(upload, `"ttl":60,`, ``, 1)}, `"ttl" is missing`},
		"wrong type":        {"GET", "/upload/u", answer{200, asJSON, strings.Replace(upload, `"ttl":60`, `"ttl":"60"`, 1)}, `/ttl`},
		"null":              {"GET", "/upload/u", answer{200, asJSON, strings.Replace(upload, `[`+file+`]`, `null`, 1)}, `/files`},
		"enum":              {"GET", "/upload/u", answer{200, asJSON, strings.Replace(upload, `"missing"`, `"lost"`, 1)}, `/files/0/status`},
		"date":              {"GET", "/upload/u", answer{200, asJSON, strings.Replace(upload, `2026-11-23T21:00:48Z`, `yesterday`, 1)}, `/createdAt`},
		"token to visitors": {"POST", "/upload", answer{200, asJSON, upload}, `does not match`},
		"unknown status":    {"GET", "/upload/u", answer{201, asJSON, upload}, "the status is not documented"},
		"unknown type":      {"GET", "/upload/u", answer{200, asText, upload}, `the Content-Type "text/plain; charset=utf-8" is not documented`},
		"no type":           {"GET", "/upload/u", answer{200, nil, upload}, `invalid Content-Type ""`},
		"type of a HEAD":    {"HEAD", "/upload/u", answer{200, asText, ""}, `is not documented`},
		"missing header":    {"GET", "/upload/u", answer{200, with("Content-Type", "application/json", "X-Request-Id", "-"), upload}, "header X-Request-Id is missing"},
		"header of a HEAD":  {"HEAD", "/config", answer{200, with("Content-Type", "application/json", "X-Request-Id", "-"), ""}, "header X-Request-Id is missing"},
		"header of a 304":   {"GET", "/file/u/f/a", answer{304, nil, ""}, "header Content-Security-Policy is missing"},
		"header value":      {"GET", "/file/u/f/a", answer{200, with(append(fileHead, "Content-Type", "a/b", "ETag", "x")...), ""}, "header Etag"},
		"unknown header":    {"GET", "/config", answer{200, with("Content-Type", "text/plain", "X-Powered-By", "x"), "ok"}, "header X-Powered-By is not documented"},
		"not JSON":          {"GET", "/upload/u", answer{200, asJSON, "{"}, "the body is not JSON"},
		"two values":        {"GET", "/upload/u", answer{200, asJSON, upload + upload}, "more than one JSON value"},
		"error text":        {"GET", "/upload/u", answer{404, asError, "two\nlines\n"}, "does not match"},
		"no reference":      {"GET", "/upload/u", answer{500, asError, "internal server error\n"}, "does not match"},
		"text of a success": {"DELETE", "/upload/u", answer{200, asText, "ok\n"}, "does not match"},
		"raw location":      {"GET", "/file/u/f/a", answer{302, with("Location", "/#/?err=a b&errcode=404&uri=/f", "Cache-Control", "no-store"), ""}, "header Location"},
		"body of a 302":     {"GET", "/file/u/f/a", answer{302, with("Content-Type", "text/html"), "Found"}, "no content is documented"},
		"unknown path":      {"GET", "/nowhere", answer{200, asJSON, "{}"}, "405 was expected"},
		"unknown deep path": {"GET", "/a/b/c/d/e", answer{200, asJSON, "{}"}, "the path is not documented"},
		"empty segment":     {"GET", "/upload/", answer{200, asJSON, "{}"}, "the path is not documented"},
		"unknown method":    {"PATCH", "/upload/u", answer{200, asJSON, upload}, "405 was expected"},
		"405 without Allow": {"PATCH", "/upload/u", answer{405, asError, "method not allowed\n"}, "header Allow is missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			assert.Contains(t, ask(t, tc.method, tc.path, tc.answer), tc.want)
		})
	}
}

package plik_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
)

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	problem := "application/problem+json"
	for _, test := range []struct {
		status     int
		kind, body string
		want, code string
	}{
		{500, "text/plain; charset=utf-8", "plik_api_error\n", "500 Internal Server Error : plik_api_error", ""},
		{500, "", "", "500 Internal Server Error", ""},
		{404, problem, `{"type":"about:blank","title":"Not Found","status":404,"code":"upload_not_found","detail":"upload x not found"}`, "404 Not Found : upload x not found", "upload_not_found"},
		{404, problem + "; charset=utf-8", `{"title":"Not Found"}`, "404 Not Found : Not Found", ""},
		{404, problem, `not json`, "404 Not Found : not json", ""},
		{502, "text/html", "<html>\r\n\x1b[31mred\x00</html>", "502 Bad Gateway : <html>\n[31mred</html>", ""},
		{599, "", "\xff", "599 : \uFFFD", ""},
	} {
		e := plik.ParseError(test.status, test.kind, []byte(test.body))
		require.EqualError(t, e, test.want)
		require.Equal(t, test.code, e.Code)
		require.Equal(t, test.status, e.Status)
	}
}

// FuzzParseError: whatever a server sends becomes text that a terminal can show.
func FuzzParseError(f *testing.F) {
	f.Add(404, "application/problem+json", []byte(`{"code":"a","detail":"b\u0007"}`))
	f.Add(500, "text/plain", []byte("text\n"))
	f.Fuzz(func(t *testing.T, status int, kind string, body []byte) {
		e := plik.ParseError(status, kind, body)
		for _, s := range []string{e.Error(), e.Text} {
			if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }) {
				t.Fatalf("%q", s)
			}
		}
	})
}

func TestRetryAfterValues(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for v, want := range map[string]time.Duration{
		"": 0, "3": 3 * time.Second, " 3 ": 3 * time.Second, "-1": 0, "x": 0, "99999999999": 24 * time.Hour,
		"Tue, 24 Nov 2026 12:00:10 GMT": 10 * time.Second, "Tue, 24 Nov 2026 11:00:00 GMT": 0,
	} {
		require.Equal(t, want, plik.ParseRetryAfter(v, now), v)
	}
}

func TestPauses(t *testing.T) {
	t.Parallel()
	r := plik.Retry{Min: time.Second, Max: 10 * time.Second}
	for n, most := range map[int]time.Duration{1: 1, 2: 2, 3: 4, 4: 8, 5: 10, 6: 10, 100: 10} {
		for range 100 {
			d := r.Pause(n, nil)
			require.LessOrEqual(t, d, most*time.Second)
			require.GreaterOrEqual(t, d, most*time.Second/2)
		}
	}
	require.Equal(t, time.Minute, r.Pause(1, &plik.Error{RetryAfter: time.Minute}))
	require.Equal(t, 2*time.Minute, r.Pause(1, &plik.Error{RetryAfter: time.Hour}), "not for ever")
}

func TestContentRanges(t *testing.T) {
	t.Parallel()
	for v, want := range map[string][2]int64{
		"bytes 5-9/10": {5, 10}, "bytes 0-0/1": {0, 1}, "bytes */10": {0, 10}, "bytes 5-9/*": {5, -1},
		"": {}, "bytes */*": {}, "bytes 9-5/10": {}, "bytes 5-10/10": {}, "bytes -5-9/10": {}, "items 5-9/10": {}, "bytes 5/10": {}, "bytes 5-9/x": {}, "bytes x-9/10": {},
	} {
		start, size, ok := plik.ParseContentRange(v)
		require.Equal(t, want != [2]int64{}, ok, v)
		if ok {
			require.Equal(t, want, [2]int64{start, size}, v)
		}
	}
}

func FuzzParseContentRange(f *testing.F) {
	f.Add("bytes 5-9/10")
	f.Add("bytes */10")
	f.Fuzz(func(t *testing.T, v string) {
		start, size, ok := plik.ParseContentRange(v)
		if ok && (start < 0 || size < -1 || size >= 0 && start > size) {
			t.Fatal(start, size)
		}
	})
}

// Secrets go with each piece: it must never leave the server.
func TestLocations(t *testing.T) {
	t.Parallel()
	for location, want := range map[string]string{
		"/plik/tus/abc":                "https://h:1/plik/tus/abc",
		"abc":                          "https://h:1/plik/tus/abc",
		"https://h:1/plik/tus/abc?x=1": "https://h:1/plik/tus/abc?x=1",
		"http://h:1/tus/abc":           "https://h:1/plik/tus/abc", // a proxy ends TLS
		"https://evil/x/abc":           "https://h:1/plik/tus/abc",
		"//evil/a%3fb":                 "https://h:1/plik/tus/a%3Fb",
		"":                             "", "https://evil/": "", "https://evil/..": "", "%zz": "",
	} {
		got, err := plik.Locate("https://h:1/plik/tus/", location)
		require.Equal(t, want == "", err != nil, location)
		require.Equal(t, want, got, location)
	}
}

func FuzzLocate(f *testing.F) {
	f.Add("/tus/a")
	f.Add("https://evil/a")
	f.Fuzz(func(t *testing.T, location string) {
		got, err := plik.Locate("https://h:1/plik/tus/", location)
		if err == nil && !strings.HasPrefix(got, "https://h:1/") {
			t.Fatal(got)
		}
	})
}

func TestDigest(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 5<<20 + 3} {
		b := random(n)
		d := plik.NewDigest()
		for off := 0; off < n; {
			piece := min(n-off, 1+rand.IntN(100_000))
			back := min(off, rand.IntN(1000)) // some is sent twice
			d.Write(int64(off-back), b[off-back:off+piece])
			off += piece
			if rand.IntN(10) == 0 { // it goes on in another process
				restored, ok := plik.RestoreDigest(d.State(), d.Pos())
				require.True(t, ok)
				d.Stop()
				d = restored
			}
		}
		require.Equal(t, sum(b), d.Sum())
		require.Equal(t, sum(b), d.Sum())
		d.Stop()
		d.Stop()
		d.Write(int64(n), bytes.Repeat([]byte("late"), 1<<20)) // is ignored
	}
	_, ok := plik.RestoreDigest([]byte("nonsense"), 5)
	require.False(t, ok)
}

func TestDebug(t *testing.T) {
	t.Parallel()
	_, url := newTus(t)
	var out bytes.Buffer
	c := client(t, url)
	c.Debug, c.DebugOutput, c.Parallel = true, &out, 1
	c.Resumable.Off = true
	c.Login, c.Password = "somebody", "secret-password"
	_, f, err := c.UploadReader("name", strings.NewReader("file content"))
	require.NoError(t, err)
	_, err = c.GetServerVersion()
	require.NoError(t, err)
	content(t, f)
	dump := out.String()
	for _, want := range []string{"X-Clientapp: plik_client", "X-Clientversion: ", "User-Agent: plik_client/", "PUT /file/", `"fileName":"name"`, `"isMint":false`, "X-Uploadtoken: ***", "Authorization: ***", `"password":"***"`, `"uploadToken":"***"`} {
		require.Contains(t, dump, want)
	}
	for _, secret := range []string{"file content", "secret-password", f.Metadata().ID + "nothing"} {
		require.NotContains(t, dump, secret)
	}
	require.Equal(t, 1, strings.Count(dump, "GET /version"))
}

func TestInvalidAnswers(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"invalid": "invalid character 'i' looking for beginning of value",
		`{}`:      "the server did not say the id of the upload",
		`{"id":"x","files":[{"id":"f","reference":"77"}]}`: "no file match for file reference 77",
	} {
		c := client(t, serve(t, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, body) }))
		_, _, err := c.UploadReader("name", strings.NewReader("x"))
		require.EqualError(t, err, want)
	}
	c := client(t, serve(t, func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusCreated) }))
	require.EqualError(t, c.NewUpload().Create(), "201 Created")
	for url, want := range map[string]string{
		"127.0.0.1:8080": "first path segment in URL cannot contain colon", "plik.example.org": "invalid server URL", "ftp://x": "invalid server URL", "": "invalid server URL",
	} {
		_, err := client(t, url).GetServerVersion()
		require.ErrorContains(t, err, want)
	}
}

// Secrets stay with the host they are for, and nothing that was sent becomes a GET.
func TestRedirects(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 1)
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen <- r.Header
		fmt.Fprint(w, `{"id":"u"}`)
	})
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, strings.Replace(other, "127.0.0.1", "localhost", 1)+r.URL.Path, http.StatusFound)
	})
	c := client(t, url)
	c.Token, c.Login, c.Password = "token", "login", "password"
	_, err := c.GetUploadWithToken(t.Context(), "u", "upload token")
	require.NoError(t, err)
	h := <-seen
	for _, k := range []string{"X-PlikToken", "X-UploadToken", "Authorization"} {
		require.Empty(t, h.Get(k), k)
	}
	require.ErrorContains(t, c.NewUpload().Create(), "the server redirects to http://localhost")

	c.HTTPClient.Transport.(*http.Transport).CloseIdleConnections()
	c.Insecure()
	t.Cleanup(c.HTTPClient.CloseIdleConnections)
	require.True(t, c.HTTPClient.Transport.(*http.Transport).TLSClientConfig.InsecureSkipVerify)
}

func TestRequestsOfPrograms(t *testing.T) {
	t.Parallel()
	c := client(t, "http://127.0.0.1:1")
	req, err := c.UploadRequest(&plik.UploadMetadata{Token: "t", UploadToken: "u", Login: "l", Password: "p"}, "GET", "http://h/", nil)
	require.NoError(t, err)
	require.Equal(t, "t", req.Header.Get("X-PlikToken"))
	require.Equal(t, "u", req.Header.Get("X-UploadToken"))
	login, password, ok := req.BasicAuth()
	require.True(t, ok)
	require.Equal(t, "l p", login+" "+password)
	req, err = c.UploadRequest(&plik.UploadMetadata{Login: "l"}, "GET", "http://h/", nil)
	require.NoError(t, err)
	require.Empty(t, req.Header)
	_, err = c.UploadRequest(nil, "GET", "http://[", nil)
	require.Error(t, err)

	c.URL = serve(t, func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, "my program", r.Header.Get("X-ClientApp"))
		io.WriteString(w, "answer")
	})
	c.ClientName = "my program"
	req, err = c.UploadRequest(nil, "GET", c.URL, nil)
	require.NoError(t, err)
	resp, err := c.MakeRequest(req)
	require.NoError(t, err)
	require.Equal(t, "answer", string(read(t, resp.Body, nil)))
}

package plik_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
)

func TestParseLink(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]*plik.Link{
		"https://h/#/?id=abc":                      {Server: "https://h", UploadID: "abc"},
		" https://h/plik/#/?id=abc&uploadToken=t ": {Server: "https://h/plik", UploadID: "abc", UploadToken: "t"},
		"http://h:1/file/u/f/a%20b%2523.txt":       {Server: "http://h:1", UploadID: "u", FileID: "f", FileName: "a b%23.txt"},
		"http://h/p/q/stream/u/f/file?dl=1":        {Server: "http://h/p/q", UploadID: "u", FileID: "f", FileName: "file"},
		"http://h/file/file/file/file":             {Server: "http://h", UploadID: "file", FileID: "file", FileName: "file"},
		"http://h/archive/u/archive.zip":           {Server: "http://h", UploadID: "u", Archive: true},
		"http://h/file/archive/u/x.zip":            {Server: "http://h", UploadID: "archive", FileID: "u", FileName: "x.zip"},
		"https://l:p%3A@h/file/u/f/n":              {Server: "https://h", UploadID: "u", FileID: "f", FileName: "n", Login: "l", Password: "p:"},
		"http://[::1]:80/#/?id=abc":                {Server: "http://[::1]:80", UploadID: "abc"},
	} {
		got, err := plik.ParseLink(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", "abc", "h/file/u/f/n", "ftp://h/file/u/f/n", "http:///file/u/f/n", "http://h/", "http://h/#/?id=", "http://h/#/?id=a/b", "http://h/#/?id=..",
		"http://h/file/u/f", "http://h/file/u/f/", "http://h/file//f/n", "http://h/archive/u", "http://h/file/%2e%2e/f/n", "http://h/file/u/a%2Fb/n", "http://h/#/clients", "http://h/%zz",
	} {
		_, err := plik.ParseLink(text)
		require.Error(t, err, text)
	}
	_, err := plik.ParseLink("http://l:secret@h/%zz")
	require.NotContains(t, err.Error(), "secret")
}

// FuzzParseLink: what comes out is safe to put into the paths of requests to that server.
func FuzzParseLink(f *testing.F) {
	f.Add("https://h/#/?id=abc")
	f.Add("https://h/plik/file/u/f/n%20m")
	f.Add("https://l:p@h/archive/u/archive.zip")
	f.Fuzz(func(t *testing.T, text string) {
		l, err := plik.ParseLink(text)
		if err != nil {
			return
		}
		if l.UploadID == "" || strings.ContainsAny(l.UploadID+l.FileID, "/\\?#") || (l.FileID == "") != (l.FileName == "") {
			t.Fatalf("%+v", l)
		}
		u, err := url.Parse(l.Server)
		if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(l.Server, "/") {
			t.Fatalf("%+v: %v", l, err)
		}
	})
}

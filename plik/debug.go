package plik

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"os"
	"regexp"
	"strings"
)

// setBody gives a request a body that can be sent again.
func setBody(req *http.Request, body []byte) {
	open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	req.Body, _ = open()
	req.GetBody, req.ContentLength = open, int64(len(body))
}

func (c *Client) print(what string, dump []byte, err error) {
	if err != nil {
		dump = fmt.Append(nil, err)
	}
	out := c.DebugOutput
	if out == nil {
		out = os.Stdout
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	fmt.Fprintf(out, "%s\n%s\n", what, conceal(dump))
}

// printRequest leaves out the contents of files.
func (c *Client) printRequest(req *http.Request) {
	sends := req.Method == http.MethodPut || req.Method == http.MethodPatch ||
		req.Method == http.MethodPost && (strings.Contains(req.URL.Path, "/file") || strings.Contains(req.URL.Path, "/stream"))
	dump, err := httputil.DumpRequest(req, !sends)
	c.print("Request :", dump, err)
}

func (c *Client) printResponse(req *http.Request, resp *http.Response) {
	receives := req.Method == http.MethodGet && (strings.Contains(req.URL.Path, "/file") ||
		strings.Contains(req.URL.Path, "/stream") || strings.Contains(req.URL.Path, "/archive"))
	dump, err := httputil.DumpResponse(resp, !receives || resp.StatusCode >= 300)
	c.print("Response :", dump, err)
}

var (
	secretHeader = regexp.MustCompile(`(?im)^(X-PlikToken|X-UploadToken|Authorization|Proxy-Authorization|Cookie|Set-Cookie): [^\r\n]*`)
	secretJSON   = regexp.MustCompile(`(?i)("(?:token|uploadToken|password)"\s*:\s*)"(?:[^"\\]|\\.)*"`)
)

// conceal replaces the secrets of a dump.
func conceal(dump []byte) []byte {
	dump = secretHeader.ReplaceAll(dump, []byte("$1: ***"))
	return secretJSON.ReplaceAll(bytes.TrimSpace(dump), []byte(`$1"***"`))
}

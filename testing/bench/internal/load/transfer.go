//go:build linux

package load

import (
	"context"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
)

// Client moves one large body. Its methods return when the server has answered with a
// 2xx and the whole body has passed; the bytes of a download are thrown away.
type Client interface {
	// Put sends the file as the raw body.
	Put(ctx context.Context, url, file string, header http.Header) error
	// Post sends the file as the field "file" of a multipart form.
	Post(ctx context.Context, url, file string, header http.Header) error
	Get(ctx context.Context, url string) error
}

// Curl is the client most people use.
type Curl struct{}

// Put runs curl -T.
func (Curl) Put(ctx context.Context, url, file string, header http.Header) error {
	return curl(ctx, header, "-T", file, url)
}

// Post runs curl -F.
func (Curl) Post(ctx context.Context, url, file string, header http.Header) error {
	return curl(ctx, header, "-F", "file=@"+file+";filename="+baseName(url), url)
}

// Get runs curl with its output to /dev/null.
func (Curl) Get(ctx context.Context, url string) error { return curl(ctx, nil, url) }

func curl(ctx context.Context, header http.Header, args ...string) error {
	all := []string{"-q", "-sS", "--fail", "--noproxy", "*", "-o", "/dev/null"}
	for name := range header {
		all = append(all, "-H", name+": "+header.Get(name))
	}
	out, err := exec.CommandContext(ctx, "curl", append(all, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("curl %s: %w: %s", args[len(args)-1], err, strings.TrimSpace(string(out)))
	}
	return nil
}

// baseName is the last segment of a URL: where the file names used here stand.
func baseName(url string) string { return url[strings.LastIndexByte(url, '/')+1:] }

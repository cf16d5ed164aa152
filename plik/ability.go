package plik

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// ability is what a server can do beyond Plik 1.3. It is asked once.
type ability struct {
	mu         sync.Mutex
	url        string // of the server that was asked
	tus        string // where resumable uploads go; empty: nowhere
	extensions []string
	asked      bool // for the extensions
}

// resumableAt returns where the server takes resumable uploads, "" if it does not.
func (c *Client) resumableAt(ctx context.Context) (string, error) {
	a := &c.ability
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.url == c.URL {
		return a.tus, nil
	}
	config, err := c.GetServerConfigContext(ctx)
	if status := statusOf(err); status >= 400 && status < 500 && status != http.StatusTooManyRequests {
		config, err = &Configuration{}, nil // it has no configuration to show
	}
	if err != nil {
		return "", err
	}
	at := ""
	if path := config.ResumableUploads; path != "" {
		if at, err = c.relative(path); err != nil {
			return "", err
		}
	}
	a.url, a.tus, a.asked = c.URL, at, false
	return at, nil
}

// relative returns the URL of a path that the server names. It never leads to another server.
func (c *Client) relative(path string) (string, error) {
	base, err := c.endpoint()
	if err != nil {
		return "", err
	}
	ref, err := url.Parse(path)
	if err != nil || ref.IsAbs() || ref.Host != "" || ref.User != nil || !strings.HasPrefix(ref.Path, "/") {
		return "", fmt.Errorf("the server names an odd address for resumable uploads: %q", path)
	}
	target := *base
	target.Path, target.RawPath = strings.TrimRight(base.Path, "/")+ref.Path, ""
	target.RawQuery = ref.RawQuery
	return target.String(), nil
}

// defersLength tells whether the server takes resumable uploads of a size that is told at their end.
func (c *Client) defersLength(ctx context.Context, at string) bool {
	a := &c.ability
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.asked {
		req, err := c.UploadRequestContext(ctx, nil, http.MethodOptions, at, nil)
		if err != nil {
			return false
		}
		resp, err := c.send(req, http.StatusOK, http.StatusNoContent)
		if err != nil {
			return false
		}
		resp.Body.Close()
		a.extensions = strings.FieldsFunc(resp.Header.Get("Tus-Extension"), func(r rune) bool { return r == ',' || r == ' ' })
		a.asked = true
	}
	return slices.Contains(a.extensions, "creation-defer-length")
}

//go:build linux

package servers

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// Upload is the part of an upload's JSON that the benchmark needs.
type Upload struct {
	ID    string `json:"id"`
	Token string `json:"uploadToken"`
	Files []File `json:"files"`
}

// File is the part of a file's JSON that the benchmark needs.
type File struct {
	ID     string `json:"id"`
	Name   string `json:"fileName"`
	Status string `json:"status"`
	Size   int64  `json:"fileSize"`
	MD5    string `json:"fileMd5"`
}

// TokenHeader proves to the daemon who created an upload.
const TokenHeader = "X-UploadToken"

// Header is what a request for the upload's owner carries.
func (u *Upload) Header() http.Header {
	h := http.Header{}
	h.Set(TokenHeader, u.Token)
	return h
}

// Path is where the upload's file i is sent to and fetched from.
func (u *Upload) Path(i int) string { return u.path("file", i) }

// StreamPath is the same for an upload that is streamed.
func (u *Upload) StreamPath(i int) string { return u.path("stream", i) }

func (u *Upload) path(kind string, i int) string {
	return "/" + kind + "/" + u.ID + "/" + u.Files[i].ID + "/" + u.Files[i].Name
}

// Create makes an upload with the named files in it.
func (p *Plikd) Create(ctx context.Context, stream bool, names ...string) (*Upload, error) {
	type file struct {
		Name string `json:"fileName"`
	}
	body := struct {
		Stream bool   `json:"stream"`
		Files  []file `json:"files"`
	}{Stream: stream}
	for _, name := range names {
		body.Files = append(body.Files, file{Name: name})
	}
	u := new(Upload)
	if err := p.call(ctx, "POST", "/upload", "", body, u); err != nil {
		return nil, err
	}
	if len(u.Files) != len(names) {
		return nil, fmt.Errorf("created an upload with %d files, got %d", len(names), len(u.Files))
	}
	return u, nil
}

// Look fetches the upload anew.
func (p *Plikd) Look(ctx context.Context, u *Upload) (*Upload, error) {
	now := new(Upload)
	return now, p.call(ctx, "GET", "/upload/"+u.ID, u.Token, nil, now)
}

// Delete removes all files of the upload, their bytes at once, and the upload.
func (p *Plikd) Delete(ctx context.Context, u *Upload) error {
	for i := range u.Files {
		if err := p.call(ctx, "DELETE", u.Path(i), u.Token, nil, nil); err != nil {
			return err
		}
	}
	return p.call(ctx, "DELETE", "/upload/"+u.ID, u.Token, nil, nil)
}

// call does one request; in and out are JSON bodies, or nil.
func (p *Plikd) call(ctx context.Context, method, path, token string, in, out any) error {
	var body io.Reader
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, p.URL+path, body)
	if err != nil {
		return err
	}
	if token != "" {
		req.Header.Set(TokenHeader, token)
	}
	resp, err := p.http.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %.200s", method, path, resp.Status, text)
	}
	if out == nil {
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

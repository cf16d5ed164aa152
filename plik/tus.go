package plik

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
)

// tus speaks tus 1.0.0 (https://tus.io/protocols/resumable-upload) about one file.
type tus struct {
	client  *Client
	secrets secrets
	at      string // where uploads are created
	url     string // of this one; empty: to be created

	sum   string // CRC-32 in hex of the first sumAt bytes, as the server has them; empty: it does not tell
	sumAt int64
}

// note keeps what an answer tells of the bytes that are there.
func (t *tus) note(head http.Header, offset int64) { t.sum, t.sumAt = head.Get("X-Plik-CRC32"), offset }

func (t *tus) request(ctx context.Context, method, target string) (*http.Request, error) {
	req, err := t.client.UploadRequestContext(ctx, t.secrets.metadata(), method, target, nil)
	if err == nil {
		req.Header.Set("Tus-Resumable", "1.0.0")
	}
	return req, err
}

// create makes a resumable upload of a file that the server knows; size is -1 when it will be told later.
func (t *tus) create(ctx context.Context, uploadID, fileID string, size int64) error {
	req, err := t.request(ctx, http.MethodPost, t.at)
	if err != nil {
		return err
	}
	if size >= 0 {
		req.Header.Set("Upload-Length", strconv.FormatInt(size, 10))
	} else {
		req.Header.Set("Upload-Defer-Length", "1")
	}
	b64 := base64.StdEncoding.EncodeToString
	req.Header.Set("Upload-Metadata", "upload "+b64([]byte(uploadID))+",file "+b64([]byte(fileID)))
	resp, err := t.client.send(req, http.StatusCreated)
	if err != nil {
		return err
	}
	resp.Body.Close()
	t.note(resp.Header, 0)
	t.url, err = locate(t.at, resp.Header.Get("Location"))
	return err
}

// locate returns where a resumable upload is that was created at. Our secrets go there with every piece, so it
// is taken from the server we know, whatever a proxy made of its address.
func locate(at, location string) (string, error) {
	base, err := url.Parse(at)
	if err != nil {
		return "", err
	}
	ref, err := url.Parse(location)
	if err != nil || location == "" {
		return "", fmt.Errorf("the server names an odd place for the upload: %q", location)
	}
	found := base.ResolveReference(ref)
	if found.Scheme == base.Scheme && found.Host == base.Host {
		found.User = base.User
		return found.String(), nil
	}
	name := path.Base(found.Path)
	if name == "/" || name == "." || name == ".." {
		return "", fmt.Errorf("the server names an odd place for the upload: %q", location)
	}
	return strings.TrimRight(at, "/") + "/" + escape(name), nil
}

// offset asks how many bytes the server has.
func (t *tus) offset(ctx context.Context) (int64, error) {
	ctx, dog, cancel := watch(ctx, t.client.idle())
	defer cancel()
	dog.touch()
	req, err := t.request(ctx, http.MethodHead, t.url)
	if err != nil {
		return 0, err
	}
	resp, err := t.client.send(req, http.StatusOK, http.StatusNoContent)
	if err != nil {
		return 0, err
	}
	resp.Body.Close()
	return t.told(resp.Header)
}

// told returns the offset that an answer tells.
func (t *tus) told(head http.Header) (int64, error) {
	n, err := parseOffset(head)
	if err == nil {
		t.note(head, n)
	}
	return n, err
}

func parseOffset(head http.Header) (int64, error) {
	v := head.Get("Upload-Offset")
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("the server names an odd offset: %q", v)
	}
	return n, nil
}

// patch sends a piece and returns the offset after it. The size of the file goes along when total is not
// negative.
func (t *tus) patch(ctx context.Context, offset int64, b io.ReadCloser, n, total int64) (int64, error) {
	req, err := t.request(ctx, http.MethodPatch, t.url)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	req.Header.Set("Content-Type", "application/offset+octet-stream")
	if total >= 0 {
		req.Header.Set("Upload-Length", strconv.FormatInt(total, 10))
	}
	attach(req, b, n)
	resp, err := t.client.send(req, http.StatusNoContent, http.StatusOK)
	if err != nil {
		return 0, err
	}
	resp.Body.Close()
	return t.told(resp.Header)
}

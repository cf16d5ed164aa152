//go:build linux

package main

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path"
	"strconv"
	"time"
)

// chunk is what one PATCH of a resumable upload sends, in bytes.
const chunk = 8 << 20

// resumableRow compares a file in chunks with the same file in one PUT, by the same client.
func (b *bench) resumableRow() row {
	size := b.scale.single
	return row{
		fmt.Sprintf("resumable %d MiB, chunks of %d MiB", size>>20, chunk>>20), perSecond, 0.9,
		b.uploadPlikd("", resumable, 1, size), "plikd PUT", b.uploadPlikd("", wholePut, 1, size),
	}
}

// wholePut sends a file in one request of Go's own client.
func wholePut(ctx context.Context, url, file string, header http.Header) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	// Limited as chunks are, for Go sends a whole file in another way.
	_, err = send(ctx, "PUT", url, io.LimitReader(f, info.Size()), info.Size(), header)
	return err
}

// resumable sends a file, whose URL the upload gave it, by tus.
func resumable(ctx context.Context, url, file string, header http.Header) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	to, err := begin(ctx, url, info.Size(), header)
	if err != nil {
		return err
	}
	h := header.Clone()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Content-Type", "application/offset+octet-stream")
	for offset := int64(0); offset < info.Size(); offset += chunk {
		n := min(chunk, info.Size()-offset)
		h.Set("Upload-Offset", strconv.FormatInt(offset, 10))
		if _, err := send(ctx, "PATCH", to, io.LimitReader(f, n), n, h); err != nil {
			return err
		}
	}
	return nil
}

// begin begins to send the file of a URL by tus, and returns where to send the bytes.
func begin(ctx context.Context, url string, size int64, header http.Header) (to string, err error) {
	dir, _ := path.Split(url) // …/file/UPLOAD/FILE/
	dir, id := path.Split(dir[:len(dir)-1])
	root, upload := path.Split(dir[:len(dir)-1])
	h := header.Clone()
	h.Set("Tus-Resumable", "1.0.0")
	h.Set("Upload-Length", strconv.FormatInt(size, 10))
	h.Set("Upload-Metadata", "upload "+base64.StdEncoding.EncodeToString([]byte(upload))+",file "+base64.StdEncoding.EncodeToString([]byte(id)))
	resp, err := send(ctx, "POST", root[:len(root)-len("file/")]+"tus/", nil, 0, h)
	if err != nil {
		return "", err
	}
	return resp.Header.Get("Location"), nil
}

// send sends one request and returns the answer, read to its end.
func send(ctx context.Context, method, url string, body io.Reader, size int64, header http.Header) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	req.ContentLength, req.Header = size, header
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err == nil && resp.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s %s", method, url, resp.Status, text)
	}
	return resp, errors.Join(err, ctx.Err())
}

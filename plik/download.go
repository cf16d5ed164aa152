package plik

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// DownloadOptions say what to fetch of a file.
type DownloadOptions struct {
	Offset int64         // bytes that are there already
	ETag   string        // of the file that they are from; without it nothing is gone on with
	Wait   time.Duration // for the sender of a stream; zero: he has to be there
}

// Download is a file on its way. Lost connections are taken up again where the server can do that, so that reads
// fail only when there is no hope left; a file that ends without an error is whole, and its MD5 the one that
// the server tells, if it tells one and everything was read. It is not for concurrent use.
type Download struct {
	Size   int64 // of the whole file in bytes, -1 when unknown
	Offset int64 // of the first byte; zero, too, when there was no going on
	ETag   string
	Type   string

	client *Client
	call   call
	ctx    context.Context
	retry  Retry

	body   io.ReadCloser
	reqCtx context.Context // of the request
	dog    *watchdog
	cancel context.CancelFunc
	pos    int64
	ranges bool // the server can go on somewhere

	md5    string // expected; empty: unknown
	digest *digest
	err    error // of earlier reads
}

// Download fetches the file. The caller closes it.
func (f *File) Download() (io.ReadCloser, error) {
	d, err := f.DownloadContext(context.Background(), DownloadOptions{})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// DownloadContext fetches the file, or what is missing of it; ctx ends it, while it is read too. The caller closes it.
func (f *File) DownloadContext(ctx context.Context, o DownloadOptions) (*Download, error) {
	path, err := f.location("file")
	if err != nil {
		return nil, err
	}
	k := call{method: http.MethodGet, path: path, secrets: f.upload.secrets()}
	if o.Wait > 0 {
		k.query = url.Values{"wait": {strconv.Itoa(int(o.Wait.Seconds()))}}
	}
	d, err := f.upload.client.download(ctx, k, o)
	if err == nil && d.Offset == 0 {
		d.md5 = f.Metadata().Md5
	}
	return d, err
}

// download opens a Download of what k names.
func (c *Client) download(ctx context.Context, k call, o DownloadOptions) (*Download, error) {
	d := &Download{client: c, call: k, ctx: ctx, retry: c.Retry.withDefaults(), digest: newDigest()}
	offset := o.Offset
	if o.ETag == "" || !strong(o.ETag) {
		offset = 0
	}
	err := c.Retry.again(ctx, idempotent, func(int) error { return d.open(offset, o.ETag) })
	if statusOf(err) == http.StatusRequestedRangeNotSatisfiable && offset > 0 {
		err = d.open(0, "") // what is there is more than the file has
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// strong tells whether an entity tag stands for the very same bytes.
func strong(etag string) bool { return strings.HasPrefix(etag, `"`) }

// open asks for the bytes from offset on, if they are still those of etag.
func (d *Download) open(offset int64, etag string) error {
	target, err := d.client.endpoint(d.call.path...)
	if err != nil {
		return err
	}
	target.RawQuery = d.call.query.Encode()
	ctx, dog, cancel := watch(d.ctx, d.client.idle())
	req, err := d.client.UploadRequestContext(ctx, d.call.secrets.metadata(), d.call.method, target.String(), nil)
	if err != nil {
		cancel()
		return err
	}
	accepted := []int{http.StatusOK}
	if offset > 0 {
		req.Header.Set("Range", fmt.Sprintf("bytes=%d-", offset))
		req.Header.Set("If-Range", etag)
		accepted = append(accepted, http.StatusPartialContent, http.StatusRequestedRangeNotSatisfiable)
	}
	resp, err := d.client.send(req, accepted...)
	if err != nil {
		cancel()
		return err
	}
	if err := d.accept(resp, offset); err != nil {
		cancel()
		resp.Body.Close()
		return err
	}
	d.body, d.reqCtx, d.dog, d.cancel = resp.Body, ctx, dog, cancel
	return nil
}

// accept takes what an answer says of the file.
func (d *Download) accept(resp *http.Response, offset int64) error {
	start, size := int64(0), resp.ContentLength
	switch resp.StatusCode {
	case http.StatusPartialContent:
		var ok bool
		if start, size, ok = parseContentRange(resp.Header.Get("Content-Range")); !ok || start != offset {
			return fmt.Errorf("the server sends an odd part of the file: %q", resp.Header.Get("Content-Range"))
		}
	case http.StatusRequestedRangeNotSatisfiable:
		if _, size, _ = parseContentRange(resp.Header.Get("Content-Range")); size != offset {
			return readError(resp)
		}
		start = offset // everything is there
		resp.Body = struct {
			io.Reader
			io.Closer
		}{strings.NewReader(""), resp.Body}
	}
	etag := resp.Header.Get("ETag")
	d.ranges = resp.StatusCode != http.StatusOK || strong(etag) && strings.Contains(resp.Header.Get("Accept-Ranges"), "bytes")
	d.Offset, d.pos, d.Size = start, start, size
	if etag != "" {
		d.ETag = etag
	}
	d.Type = resp.Header.Get("Content-Type")
	return nil
}

// parseContentRange reads "bytes 5-9/10" and "bytes */10" (RFC 9110, 14.4); size is -1 when it is not told.
func parseContentRange(v string) (start, size int64, ok bool) {
	part, total, found := strings.Cut(strings.TrimPrefix(v, "bytes "), "/")
	if !found || !strings.HasPrefix(v, "bytes ") {
		return 0, -1, false
	}
	size = -1
	if total != "*" {
		n, err := strconv.ParseUint(total, 10, 63)
		if err != nil {
			return 0, -1, false
		}
		size = int64(n)
	}
	if part == "*" {
		return 0, size, size >= 0
	}
	from, to, found := strings.Cut(part, "-")
	a, errA := strconv.ParseUint(from, 10, 63)
	b, errB := strconv.ParseUint(to, 10, 63)
	if !found || errA != nil || errB != nil || b < a || size >= 0 && int64(b) >= size {
		return 0, -1, false
	}
	return int64(a), size, true
}

// Read reads on, over a new connection if need be.
func (d *Download) Read(p []byte) (int, error) {
	if d.err != nil || len(p) == 0 {
		return 0, d.err
	}
	d.dog.touch()
	n, err := d.body.Read(p)
	d.dog.rest()
	if d.md5 != "" {
		d.digest.write(d.pos, p[:n])
	}
	d.pos += int64(n)
	if err == io.EOF && d.Size >= 0 && d.pos < d.Size {
		err = io.ErrUnexpectedEOF
	}
	if err == nil {
		return n, nil
	}
	if err != io.EOF {
		if err = d.reopen(err); err == nil {
			return n, nil
		}
	} else if d.md5 != "" && !strings.EqualFold(d.digest.sum(), d.md5) {
		err = fmt.Errorf("%w: the file that came is not the one that was sent", ErrDigest)
	}
	d.err = err
	return n, err
}

// reopen goes on after a connection was lost. Bytes that came already are never read again.
func (d *Download) reopen(cause error) error {
	cause = describe(d.reqCtx, cause)
	if d.ctx.Err() != nil || !d.ranges || d.Size < 0 {
		return cause
	}
	d.shut()
	lost, size, start, etag := time.Now(), d.Size, d.Offset, d.ETag
	for n := 1; ; n++ {
		if sleep(d.ctx, d.retry.pause(n, cause)) != nil {
			return cause
		}
		pos := d.pos
		err := d.open(pos, etag)
		if err == nil {
			changed := d.pos != pos || d.Size != size
			d.Offset, d.Size, d.pos = start, size, pos
			if changed {
				return fmt.Errorf("%w while it came", ErrChanged)
			}
			return nil
		}
		if !idempotent.passing(err) || time.Since(lost) > d.retry.GiveUp {
			return fmt.Errorf("%w, and the file could not be gone on with : %w", cause, err)
		}
		cause = err
	}
}

func (d *Download) shut() {
	if d.body != nil {
		d.body.Close()
		d.cancel()
		d.body = nil
	}
}

// Close ends the download.
func (d *Download) Close() error {
	d.shut()
	d.digest.stop()
	if d.err == nil {
		d.err = errOver
	}
	return nil
}

package plik

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

// headSize is how much of a reader is kept to be sent again if need be, in bytes.
const headSize = 256 << 10

// whole sends a file in one request.
type whole struct {
	f      *File
	c      *content
	digest *digest
	form   bool // as a form, for servers that know nothing else
	sent   bool // some bytes of a reader are gone for good
}

// sendWhole sends the file in one request: its bytes where the server takes them, else as a form.
func (f *File) sendWhole(ctx context.Context, c *content) (*FileMetadata, error) {
	u := f.upload
	m := f.Metadata()
	w := &whole{f: f, c: c, digest: newDigest(), form: m == nil || m.ID == "" || !u.takesRaw()}
	defer w.digest.stop()
	if !u.streams() {
		if err := c.keepHead(headSize); err != nil {
			return nil, err
		}
	}
	repeatable := once
	if c.at != nil && m != nil && m.ID != "" && !u.streams() {
		repeatable = idempotent
	}
	var first error
	err := u.client.Retry.again(ctx, repeatable, func(attempt int) error {
		var err error
		m, err = w.attempt(ctx)
		if err == nil || attempt == 1 {
			first = err
			return w.final(err)
		}
		if stored := w.arrived(ctx, err); stored != nil {
			m = stored
			return nil
		}
		if statusInvalid(err, StatusUploading) {
			return &transportError{err} // the former attempt is not over yet for the server
		}
		return w.final(err)
	})
	if f, ok := errors.AsType[*finalError](err); ok {
		err = f.err
	}
	if statusInvalid(err, "") {
		err = first // which tells more
	}
	if err != nil {
		return nil, err
	}
	return m, w.verify(m)
}

// keepHead turns a reader into something that can be read again if it has no more than n bytes.
func (c *content) keepHead(n int64) error {
	if c.at != nil {
		return nil
	}
	head, err := io.ReadAll(io.LimitReader(c.r, n+1))
	if err != nil {
		return fmt.Errorf("unable to read the file : %w", err)
	}
	if int64(len(head)) <= n {
		c.at, c.base, c.size = bytes.NewReader(head), 0, int64(len(head))
		return nil
	}
	c.r = io.MultiReader(bytes.NewReader(head), c.r)
	return nil
}

// finalError is not to be repeated.
type finalError struct{ err error }

func (e *finalError) Error() string { return e.err.Error() }

func (w *whole) final(err error) error {
	if err != nil && w.sent {
		return &finalError{err}
	}
	return err
}

// attempt sends the file once.
func (w *whole) attempt(ctx context.Context) (*FileMetadata, error) {
	m, err := w.request(ctx)
	if err != nil && !w.form && !w.sent && unknown(err) {
		w.form = true
		return w.request(ctx)
	}
	return m, err
}

// unknown tells whether a server does not know a method or a path that Plik 1.3 did not have.
func unknown(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && (e.Status == http.StatusMethodNotAllowed || e.Status == http.StatusNotImplemented ||
		e.Status == http.StatusNotFound && e.Code == "")
}

func (w *whole) request(ctx context.Context) (*FileMetadata, error) {
	u := w.f.upload
	idle := u.client.idle()
	if u.streams() {
		idle = 0
	}
	ctx, dog, cancel := watch(ctx, idle)
	defer cancel()
	b := &body{src: w.c.r, watch: dog, digest: w.digest, moved: w.f.moved(w.c.size)}
	if w.c.at != nil {
		b.src = w.c.section(0, w.c.size)
	}
	defer b.finish()
	req, err := w.build(ctx, &resting{b, dog})
	if err != nil {
		return nil, err
	}
	resp, err := u.client.MakeRequest(req)
	offset, started, failed := b.finish()
	if w.c.at == nil && started {
		w.sent = true
	}
	if failed != nil {
		return nil, &finalError{failed}
	}
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	m, err := decode[FileMetadata](resp)
	if err == nil && m.Size != offset && !(m.Size == 0 && m.Md5 == "") {
		err = fmt.Errorf("%w: %d bytes were sent, the server has %d", ErrDigest, offset, m.Size)
	}
	return m, err
}

// resting takes the watchdog off when all is sent: the server may need long to store it.
type resting struct {
	*body
	dog *watchdog
}

func (r *resting) Read(p []byte) (int, error) {
	n, err := r.body.Read(p)
	if err != nil {
		r.dog.rest()
	}
	return n, err
}

func (r *resting) Close() error {
	r.dog.rest()
	return nil
}

func (w *whole) build(ctx context.Context, b io.ReadCloser) (*http.Request, error) {
	u := w.f.upload
	mode := "file"
	if u.streams() {
		mode = "stream"
	}
	path := []string{mode, u.ID()} // of a file that the server does not know yet
	if m := w.f.Metadata(); m != nil && m.ID != "" {
		path = append(path, m.ID, m.Name)
	}
	target, err := u.client.endpoint(path...)
	if err != nil {
		return nil, err
	}
	method := http.MethodPut
	if w.form {
		method = http.MethodPost
	}
	req, err := u.client.UploadRequestContext(ctx, u.secrets().metadata(), method, target.String(), nil)
	if err != nil {
		return nil, err
	}
	if w.form {
		attachForm(req, w.f.Name, b, w.c.size)
		return req, nil
	}
	attach(req, b, w.c.size)
	req.Header.Set("Content-Type", "application/octet-stream")
	if w.c.at == nil {
		req.Header.Set("Expect", "100-continue") // there is no second go if it knows no PUT
	}
	return req, nil
}

// verify compares what the server got with what was sent.
func (w *whole) verify(m *FileMetadata) error {
	if m.Md5 == "" {
		return nil
	}
	if sum := w.digest.sum(); !strings.EqualFold(m.Md5, sum) {
		return fmt.Errorf("%w: MD5 %s was sent, the server has %s", ErrDigest, sum, m.Md5)
	}
	return nil
}

// arrived returns what the server has when an earlier attempt, whose answer was lost, did it all.
func (w *whole) arrived(ctx context.Context, err error) *FileMetadata {
	if !statusInvalid(err, "") || w.digest.pos != w.c.size {
		return nil
	}
	m, err := w.f.lookUp(ctx)
	if err != nil || m.Status != StatusUploaded || m.Size != w.c.size || m.Md5 == "" || w.verify(m) != nil {
		return nil
	}
	return m
}

// statusInvalid tells whether the server refused because of the status of the file; empty: any.
func statusInvalid(err error, status string) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusBadRequest && strings.Contains(e.Text, "invalid file status "+status)
}

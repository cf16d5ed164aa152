package openapitest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxBody is the longest body that is checked, in bytes. No text or JSON of the API is longer.
const maxBody = 8 << 20

// checkContent validates the media type, and the body now or as it is read.
func (c *Checker) checkContent(r *http.Request, resp *http.Response, want *openapi3.Response) {
	contentType := resp.Header.Get("Content-Type")
	noBody := r.Method == http.MethodHead || resp.StatusCode == http.StatusNotModified
	if len(want.Content) == 0 {
		if contentType != "" {
			c.fail(r, resp.StatusCode, fmt.Errorf("no content is documented, Content-Type is %q", contentType))
		}
		if !noBody && resp.ContentLength > 0 {
			c.fail(r, resp.StatusCode, fmt.Errorf("no content is documented, the body has %d bytes", resp.ContentLength))
		}
		return
	}
	base, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		c.fail(r, resp.StatusCode, fmt.Errorf("invalid Content-Type %q: %w", contentType, err))
		return
	}
	media := want.Content.Get(base)
	if media == nil {
		c.fail(r, resp.StatusCode, fmt.Errorf("the Content-Type %q is not documented", contentType))
		return
	}
	if noBody || media.Schema == nil || media.Schema.Value.Format == "binary" {
		return
	}
	b := &body{next: resp.Body, done: func(got []byte, err error) {
		if err != nil && r.Context().Err() != nil {
			return // the test gave the request up
		}
		if err := checkBody(media.Schema.Value, base, got, err); err != nil {
			c.fail(r, resp.StatusCode, err)
		}
	}}
	resp.Body = b
	// The text of a success may come while the request's own body is still being sent (quick
	// upload of a stream): reading ahead would keep the caller from ever seeing it.
	if isJSON(base) || resp.StatusCode >= 300 {
		b.readAhead()
	}
}

// checkBody validates a body as it was received; failed is why it was not received whole.
func checkBody(schema *openapi3.Schema, base string, got []byte, failed error) error {
	switch {
	case failed != nil:
		return fmt.Errorf("read the body: %w", failed)
	case len(got) > maxBody:
		return fmt.Errorf("the body is longer than %d bytes", maxBody)
	case !isJSON(base):
		return wrapBody(visit(schema, string(got)))
	}
	dec := json.NewDecoder(bytes.NewReader(got))
	dec.UseNumber()
	var value any
	if err := dec.Decode(&value); err != nil {
		return fmt.Errorf("the body is not JSON: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body is more than one JSON value")
	}
	return wrapBody(visit(schema, value))
}

func wrapBody(err error) error {
	if err != nil {
		return fmt.Errorf("the body does not match: %w", err)
	}
	return nil
}

func isJSON(base string) bool {
	return base == "application/json" || strings.HasSuffix(base, "+json")
}

// body keeps what is read of a short body and hands it to done at its end, once. A body that
// the caller closes or breaks off before its end is not checked.
type body struct {
	next io.ReadCloser
	done func(got []byte, err error)
	once sync.Once
	kept bytes.Buffer

	ahead *bytes.Reader // what readAhead took
	err   error         // what ended readAhead
}

func (b *body) Read(p []byte) (int, error) {
	if b.ahead != nil {
		if n, _ := b.ahead.Read(p); n > 0 {
			return n, nil
		}
		if b.err != nil {
			return 0, b.err
		}
	}
	n, err := b.next.Read(p)
	if b.kept.Len() <= maxBody {
		b.kept.Write(p[:n])
	}
	if errors.Is(err, io.EOF) {
		b.finish(nil)
	}
	return n, err
}

func (b *body) Close() error { return b.next.Close() }

// readAhead reads and checks the body now; Read then gives it from memory.
func (b *body) readAhead() {
	_, err := io.Copy(&b.kept, io.LimitReader(b.next, maxBody+1))
	b.ahead = bytes.NewReader(b.kept.Bytes())
	switch {
	case err != nil:
		b.err = err
	case b.kept.Len() <= maxBody:
		b.err = io.EOF
	}
	b.finish(err)
}

func (b *body) finish(err error) {
	b.once.Do(func() { b.done(b.kept.Bytes(), err) })
}

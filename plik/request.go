package plik

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// UploadRequest returns a request with the secrets of an upload, which may be nil. URL is a whole one.
func (c *Client) UploadRequest(upload *UploadMetadata, method, URL string, body io.Reader) (*http.Request, error) {
	return c.UploadRequestContext(context.Background(), upload, method, URL, body)
}

// UploadRequestContext is UploadRequest with a context for the request.
func (c *Client) UploadRequestContext(ctx context.Context, upload *UploadMetadata, method, URL string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, URL, body)
	if err != nil || upload == nil {
		return req, err
	}
	if upload.Token != "" {
		req.Header.Set("X-PlikToken", upload.Token)
	}
	if upload.UploadToken != "" {
		req.Header.Set("X-UploadToken", upload.UploadToken)
	}
	if upload.Login != "" && upload.Password != "" {
		req.SetBasicAuth(upload.Login, upload.Password)
	}
	return req, nil
}

// MakeRequest sends a request once. Any answer but 200 is an *Error. The caller closes the body.
func (c *Client) MakeRequest(req *http.Request) (*http.Response, error) {
	return c.send(req, http.StatusOK)
}

// send sends a request and refuses answers of another status than those.
func (c *Client) send(req *http.Request, statuses ...int) (*http.Response, error) {
	set := func(key, value string) {
		if value != "" {
			req.Header.Set(key, value)
		}
	}
	set("X-ClientApp", c.ClientName)
	set("X-ClientVersion", c.ClientVersion)
	set("User-Agent", c.ClientUserAgent)
	if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "application/problem+json, */*")
	}
	if c.Debug {
		c.printRequest(req)
	}
	h := c.HTTPClient
	if h == nil {
		h = http.DefaultClient
	}
	resp, err := h.Do(req)
	if err != nil {
		return nil, &transportError{describe(req.Context(), err)}
	}
	if c.Debug {
		c.printResponse(req, resp)
	}
	if !slices.Contains(statuses, resp.StatusCode) {
		defer resp.Body.Close()
		return nil, readError(resp)
	}
	return resp, nil
}

// describe tells why a request ended when its context says so.
func describe(ctx context.Context, err error) error {
	if errors.Is(context.Cause(ctx), errStalled) {
		return errStalled
	}
	if cause := context.Cause(ctx); cause != nil && !errors.Is(err, cause) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// endpoint returns the URL of a path, whose segments it escapes.
func (c *Client) endpoint(segments ...string) (*url.URL, error) {
	base, err := url.Parse(strings.TrimRight(c.URL, "/"))
	if err != nil {
		return nil, err
	}
	if base.Scheme != "http" && base.Scheme != "https" || base.Host == "" {
		return nil, fmt.Errorf("invalid server URL %q, it has to look like https://plik.example.org", base.Redacted())
	}
	return below(base, segments...)
}

func below(base *url.URL, segments ...string) (*url.URL, error) {
	s := strings.TrimRight(base.String(), "/")
	for _, segment := range segments {
		s += "/" + escape(segment)
	}
	return url.Parse(s)
}

// escape leaves nothing in a path segment that a shell would expand between double quotes.
func escape(s string) string { return strings.ReplaceAll(url.PathEscape(s), "$", "%24") }

// secrets are what requests for an upload carry.
type secrets struct{ token, uploadToken, login, password string }

func (s secrets) metadata() *UploadMetadata {
	return &UploadMetadata{Token: s.token, UploadToken: s.uploadToken, Login: s.login, Password: s.password}
}

// call is a request without a body, or with a small one, that is repeated when that is safe.
type call struct {
	method  string
	path    []string
	query   url.Values
	secrets secrets
	body    any // marshalled as JSON; nil: none
	safety  safety
}

// do performs the call and returns the answer, whose body the caller closes.
func (c *Client) do(ctx context.Context, k call) (resp *http.Response, err error) {
	target, err := c.endpoint(k.path...)
	if err != nil {
		return nil, err
	}
	target.RawQuery = k.query.Encode()
	var body []byte
	if k.body != nil {
		if body, err = json.Marshal(k.body); err != nil {
			return nil, err
		}
	}
	err = c.Retry.again(ctx, k.safety, func(attempt int) error {
		req, err := c.UploadRequestContext(ctx, k.secrets.metadata(), k.method, target.String(), nil)
		if err != nil {
			return err
		}
		if body != nil {
			setBody(req, body)
			req.Header.Set("Content-Type", "application/json")
		}
		resp, err = c.MakeRequest(req)
		if k.method == http.MethodDelete && attempt > 1 && statusOf(err) == http.StatusNotFound {
			return errDone // an attempt whose answer was lost did it
		}
		return err
	})
	return resp, err
}

// errDone says that what failed had been done before.
var errDone = errors.New("done before")

// maxAnswer bounds the JSON of a server, in bytes.
const maxAnswer = 256 << 20

// get performs the call and decodes its answer.
func get[T any](ctx context.Context, c *Client, k call) (*T, http.Header, error) {
	resp, err := c.do(ctx, k)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	v, err := decode[T](resp)
	return v, resp.Header, err
}

func decode[T any](resp *http.Response) (*T, error) {
	v := new(T)
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return nil, &transportError{err}
	}
	if err := json.Unmarshal(body, v); err != nil {
		return nil, err
	}
	return v, nil
}

// done performs a call whose answer does not matter.
func (c *Client) done(ctx context.Context, k call) error {
	resp, err := c.do(ctx, k)
	if err == nil {
		resp.Body.Close()
	}
	if errors.Is(err, errDone) {
		return nil
	}
	return err
}

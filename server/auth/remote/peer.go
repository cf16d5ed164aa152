// Package remote is how the server speaks to those of login providers: with bounds on
// time, size and redirects, and with errors that tell no secret.
package remote

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"

	"github.com/root-gg/plik/server/auth"
)

const (
	timeout   = 15 * time.Second // of a request with its answer
	redirects = 3
)

// Peer is a provider's servers. It is safe for concurrent use.
type Peer struct {
	title  string // of the provider
	client *http.Client
}

// New returns the Peer of the provider that people know by this title.
func New(title string) *Peer {
	return &Peer{title: title, client: &http.Client{
		Timeout:       timeout,
		Transport:     bounded{},
		CheckRedirect: sameHost,
	}}
}

// Client returns the HTTP client for the provider's servers.
func (p *Peer) Client() *http.Client { return p.client }

// Unavailable returns the error of a provider that cannot be reached.
func (p *Peer) Unavailable(cause error) error { return auth.Unavailable(p.title, Hush(cause)) }

// Failed returns the error of a login that the provider does not confirm.
func (p *Peer) Failed(cause error) error { return auth.Failed(p.title, Hush(cause)) }

// Exchange trades an authorization code for a token. A code that the provider does not
// take is KindForbidden.
func (p *Peer) Exchange(ctx context.Context, c *oauth2.Config, code string, o ...oauth2.AuthCodeOption) (*oauth2.Token, error) {
	token, err := c.Exchange(context.WithValue(ctx, oauth2.HTTPClient, p.client), code, o...)
	if err == nil {
		return token, nil
	}
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		return nil, p.Unavailable(fmt.Errorf("asking for a token: %w", Hush(err)))
	}
	// Not the error itself: it would quote the answer.
	cause := fmt.Errorf("asking for a token: status %d, error %.64q", answer.Response.StatusCode, answer.ErrorCode)
	if answer.Response.StatusCode >= http.StatusInternalServerError || answer.Response.StatusCode == http.StatusTooManyRequests {
		return nil, p.Unavailable(cause)
	}
	return nil, p.Failed(cause)
}

// Get decodes the JSON at a URL, asked for with an access token, into out. When the
// provider does not take the token it is KindForbidden.
func (p *Peer) Get(ctx context.Context, address string, token *oauth2.Token, out any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return p.Unavailable(err)
	}
	req.Header.Set("Accept", "application/json")
	token.SetAuthHeader(req)
	res, err := p.client.Do(req)
	if err != nil {
		return p.Unavailable(fmt.Errorf("asking for the profile: %w", Hush(err)))
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK:
	case http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden:
		return p.Failed(fmt.Errorf("asking for the profile: status %d", res.StatusCode))
	default:
		return p.Unavailable(fmt.Errorf("asking for the profile: status %d", res.StatusCode))
	}
	if err := json.NewDecoder(res.Body).Decode(out); err != nil {
		return p.Unavailable(fmt.Errorf("reading the profile: %w", err))
	}
	return nil
}

// Hush takes the URL out of an error: its query may hold secrets.
func Hush(err error) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		return fmt.Errorf("%s: %w", e.Op, e.Err)
	}
	return err
}

// sameHost follows redirects within one server: the request may carry secrets.
func sameHost(req *http.Request, via []*http.Request) error {
	first := via[0].URL
	if req.URL.Host != first.Host || req.URL.Scheme != first.Scheme {
		return errors.New("it redirects to another server")
	}
	if len(via) > redirects {
		return errors.New("it redirects too often")
	}
	return nil
}

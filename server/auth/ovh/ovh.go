// Package ovh logs people in with their OVH accounts.
package ovh

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	api "github.com/ovh/go-ovh/ovh"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/remote"
)

const title = "OVH"

// Options are the options of a Provider.
type Options struct {
	Key      string // of the application
	Secret   string
	Endpoint string // URL of the API, or a name of OVH's such as "ovh-eu"; empty: that one
}

// Provider is OVH. Its accounts are known by their NIC handles. It has no code flow:
// the server asks for a consumer key, the user makes it valid, and the key then tells whose it is.
type Provider struct {
	key, secret, endpoint string
	peer                  *remote.Peer
}

// New returns a Provider with these options.
func New(o Options) (*Provider, error) {
	if o.Key == "" || o.Secret == "" {
		return nil, errors.New("an OVH login needs an application key and a secret")
	}
	endpoint := strings.TrimRight(o.Endpoint, "/")
	if endpoint == "" {
		endpoint = "ovh-eu"
	}
	if known, ok := api.Endpoints[endpoint]; ok {
		endpoint = known
	}
	if !isWeb(endpoint) {
		return nil, fmt.Errorf("%q is no OVH endpoint, write a URL or a name such as ovh-eu", o.Endpoint)
	}
	return &Provider{key: o.Key, secret: o.Secret, endpoint: endpoint, peer: remote.New(title)}, nil
}

// Name returns "ovh".
func (p *Provider) Name() string { return "ovh" }

// Title returns "OVH".
func (p *Provider) Title() string { return title }

// Cookie returns the name that Plik 1.3 gave the attempt's cookie.
func (p *Provider) Cookie() string { return "plik-ovh-session" }

// Begin asks for a consumer key, keeps it in the attempt, and returns the URL where OVH
// makes it valid.
func (p *Provider) Begin(ctx context.Context, a *auth.Attempt) (string, error) {
	client, err := p.client(ctx, "")
	if err != nil {
		return "", err
	}
	request := client.NewCkRequestWithRedirection(a.Callback)
	request.AddRule("GET", "/me")
	granted, err := request.Do()
	if err != nil {
		return "", p.peer.Unavailable(describe("asking for a consumer key", err))
	}
	if granted.ConsumerKey == "" || !isWeb(granted.ValidationURL) {
		return "", p.peer.Unavailable(errors.New("asking for a consumer key: the answer lacks it or its URL"))
	}
	a.Secret = granted.ConsumerKey
	return granted.ValidationURL, nil
}

// Finish returns whose the consumer key is. While nobody made it valid it is KindForbidden.
func (p *Provider) Finish(ctx context.Context, a *auth.Attempt, _ url.Values) (*auth.Profile, error) {
	client, err := p.client(ctx, a.Secret)
	if err != nil {
		return nil, err
	}
	var me struct {
		Handle    string `json:"nichandle"`
		Email     string `json:"email"`
		FirstName string `json:"firstname"`
		LastName  string `json:"name"`
	}
	if err := client.GetWithContext(ctx, "/me", &me); err != nil {
		cause := describe("asking for the profile", err)
		if answer, ok := errors.AsType[*api.APIError](err); ok && answer.Code >= 400 && answer.Code < 500 {
			return nil, p.peer.Failed(cause)
		}
		return nil, p.peer.Unavailable(cause)
	}
	if me.Handle == "" {
		return nil, p.peer.Unavailable(errors.New("the profile has no NIC handle"))
	}
	return &auth.Profile{Login: me.Handle, Name: me.FirstName + " " + me.LastName, Email: me.Email}, nil
}

// client returns a client whose requests end with ctx. It is not made by the library's
// constructor, which would add what it finds in the environment and in files. The
// library asks for OVH's time before it signs, without a context: hence the HTTP client.
func (p *Provider) client(ctx context.Context, consumerKey string) (*api.Client, error) {
	h := p.peer.Within(ctx)
	c := &api.Client{AppKey: p.key, AppSecret: p.secret, ConsumerKey: consumerKey, Client: h, Timeout: h.Timeout}
	if err := c.SetEndpoint(p.endpoint); err != nil {
		return nil, fmt.Errorf("setting the OVH endpoint: %w", err)
	}
	return c, nil
}

// describe returns an error for the log, without the words of the answer.
func describe(what string, err error) error {
	if answer, ok := errors.AsType[*api.APIError](err); ok {
		return fmt.Errorf("%s: status %d, class %.64q", what, answer.Code, answer.Class)
	}
	return fmt.Errorf("%s: %w", what, remote.Hush(err))
}

// isWeb tells whether s is a URL that a browser may be sent to: not one that is a script.
func isWeb(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

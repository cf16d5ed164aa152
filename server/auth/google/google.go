// Package google logs people in with their Google accounts.
package google

import (
	"context"
	"errors"
	"net/url"

	"golang.org/x/oauth2"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/remote"
)

const title = "Google"

// Options are the options of a Provider. Empty URLs are those of Google.
type Options struct {
	ClientID     string
	ClientSecret string
	Domains      []string // of e-mail addresses that may log in; none: all
	AuthURL      string   // where people log in
	TokenURL     string   // where codes are traded for tokens
	UserInfoURL  string   // where profiles are, in version 2
}

// Provider is Google. Its accounts are known by their e-mail addresses, as in Plik 1.3.
type Provider struct {
	oauth   oauth2.Config
	info    string
	domains auth.Domains
	peer    *remote.Peer
}

// New returns a Provider with these options.
func New(o Options) (*Provider, error) {
	if o.ClientID == "" || o.ClientSecret == "" {
		return nil, errors.New("a Google login needs a client id and a secret")
	}
	domains, err := auth.NewDomains(o.Domains)
	if err != nil {
		return nil, err
	}
	p := &Provider{info: o.UserInfoURL, domains: domains, peer: remote.New(title), oauth: oauth2.Config{
		ClientID: o.ClientID, ClientSecret: o.ClientSecret,
		Endpoint: oauth2.Endpoint{AuthURL: o.AuthURL, TokenURL: o.TokenURL, AuthStyle: oauth2.AuthStyleInParams},
		Scopes: []string{
			"https://www.googleapis.com/auth/userinfo.email",
			"https://www.googleapis.com/auth/userinfo.profile",
		},
	}}
	if o.AuthURL == "" {
		p.oauth.Endpoint.AuthURL = "https://accounts.google.com/o/oauth2/auth"
	}
	if o.TokenURL == "" {
		p.oauth.Endpoint.TokenURL = "https://oauth2.googleapis.com/token"
	}
	if o.UserInfoURL == "" {
		p.info = "https://www.googleapis.com/oauth2/v2/userinfo"
	}
	return p, nil
}

// Name returns "google".
func (p *Provider) Name() string { return "google" }

// Title returns "Google".
func (p *Provider) Title() string { return title }

// Begin returns the URL where Google asks for consent.
func (p *Provider) Begin(_ context.Context, a *auth.Attempt) (string, error) {
	c := p.oauth
	c.RedirectURL = a.Callback
	return c.AuthCodeURL(a.State, oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Finish returns who logged in. An address that is not verified, or is of another domain
// than those allowed, is KindForbidden.
func (p *Provider) Finish(ctx context.Context, a *auth.Attempt, query url.Values) (*auth.Profile, error) {
	c := p.oauth
	c.RedirectURL = a.Callback
	token, err := p.peer.Exchange(ctx, &c, query.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return nil, err
	}
	var info struct {
		Email    string `json:"email"`
		Verified bool   `json:"verified_email"`
		Name     string `json:"name"`
	}
	if err := p.peer.Get(ctx, p.info, token, &info); err != nil {
		return nil, err
	}
	if info.Email == "" || !info.Verified {
		return nil, auth.Unverified()
	}
	if err := p.domains.Check(info.Email); err != nil {
		return nil, err
	}
	return &auth.Profile{Login: info.Email, Name: info.Name, Email: info.Email, EmailVerified: true}, nil
}

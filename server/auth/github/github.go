// Package github logs people in with their accounts at GitHub, or at a GitHub Enterprise
// server.
package github

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"golang.org/x/oauth2"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/remote"
)

const title = "GitHub"

// Options are the options of a Provider. Empty URLs are those of GitHub.
type Options struct {
	ClientID      string
	ClientSecret  string
	Domains       []string // of e-mail addresses that may log in; none: all
	Organizations []string // whose members may log in; none: everybody
	URL           string   // of the site, "https://github.com"
	API           string   // "https://api.github.com"; with GitHub Enterprise the site's "/api/v3"
}

// Provider is GitHub. Its accounts are known by their numbers: names change hands there.
type Provider struct {
	oauth         oauth2.Config
	api           string
	domains       auth.Domains
	organizations []string
	peer          *remote.Peer
}

// New returns a Provider with these options.
func New(o Options) (*Provider, error) {
	if o.ClientID == "" || o.ClientSecret == "" {
		return nil, errors.New("a GitHub login needs a client id and a secret")
	}
	domains, err := auth.NewDomains(o.Domains)
	if err != nil {
		return nil, err
	}
	if o.URL == "" {
		o.URL = "https://github.com"
	}
	if o.API == "" {
		o.API = "https://api.github.com"
	}
	site := strings.TrimRight(o.URL, "/")
	p := &Provider{
		api: strings.TrimRight(o.API, "/"), domains: domains, organizations: o.Organizations, peer: remote.New(title),
		oauth: oauth2.Config{
			ClientID: o.ClientID, ClientSecret: o.ClientSecret,
			Endpoint: oauth2.Endpoint{
				AuthURL:   site + "/login/oauth/authorize",
				TokenURL:  site + "/login/oauth/access_token",
				AuthStyle: oauth2.AuthStyleInParams,
			},
			Scopes: []string{"read:user", "user:email"},
		},
	}
	if len(o.Organizations) > 0 {
		p.oauth.Scopes = append(p.oauth.Scopes, "read:org")
	}
	return p, nil
}

// Name returns "github".
func (p *Provider) Name() string { return "github" }

// Title returns "GitHub".
func (p *Provider) Title() string { return title }

// Begin returns the URL where GitHub asks for consent.
func (p *Provider) Begin(_ context.Context, a *auth.Attempt) (string, error) {
	c := p.oauth
	c.RedirectURL = a.Callback
	return c.AuthCodeURL(a.State, oauth2.S256ChallengeOption(a.Verifier)), nil
}

// Finish returns who logged in. Without a verified primary address, or one of a domain that is
// allowed, or without an organization that is allowed, it is KindForbidden.
func (p *Provider) Finish(ctx context.Context, a *auth.Attempt, query url.Values) (*auth.Profile, error) {
	c := p.oauth
	c.RedirectURL = a.Callback
	token, err := p.peer.Exchange(ctx, &c, query.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return nil, err
	}
	profile, err := p.user(ctx, token)
	if err != nil {
		return nil, err
	}
	if profile.Email, err = p.email(ctx, token); err != nil {
		return nil, err
	}
	profile.EmailVerified = true
	if err := p.domains.Check(profile.Email); err != nil {
		return nil, err
	}
	return profile, p.checkOrganizations(ctx, token)
}

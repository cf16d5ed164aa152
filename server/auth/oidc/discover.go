package oidc

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	lib "github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/root-gg/plik/server/auth/remote"
)

// pause is how long the provider is left alone after it did not answer.
const pause = 3 * time.Second

// offer is what a provider was found to offer.
type offer struct {
	oauth    oauth2.Config
	info     string // URL of userinfo; empty: none
	verifier *lib.IDTokenVerifier
}

// discover returns what the provider offers, asking for it if that is not known.
func (p *Provider) discover(ctx context.Context) (*offer, error) {
	p.mu.Lock()
	found, failed, age := p.found, p.failed, p.o.Now().Sub(p.failure)
	p.mu.Unlock()
	if found != nil {
		return found, nil
	}
	if failed != nil && age >= 0 && age < pause {
		return nil, failed
	}
	found, err := p.search(ctx)
	if err != nil {
		err = p.peer.Unavailable(fmt.Errorf("discovering %s: %w", p.o.Issuer, err))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case err == nil:
		p.found, p.failed = found, nil
	case ctx.Err() == nil: // else it is not the provider that gave up
		p.failed, p.failure = err, p.o.Now()
	}
	return found, err
}

func (p *Provider) search(ctx context.Context) (*offer, error) {
	ctx = lib.ClientContext(ctx, p.peer.Client())
	provider, err := lib.NewProvider(ctx, p.o.Issuer)
	if err != nil {
		return nil, brief(err)
	}
	var doc struct {
		Keys    string   `json:"jwks_uri"`
		Methods []string `json:"token_endpoint_auth_methods_supported"`
	}
	if err := provider.Claims(&doc); err != nil {
		return nil, brief(err)
	}
	endpoint := provider.Endpoint()
	for what, s := range map[string]string{
		"authorization": endpoint.AuthURL, "token": endpoint.TokenURL, "key": doc.Keys, "userinfo": provider.UserInfoEndpoint(),
	} {
		if !p.fitEndpoint(s) && (s != "" || what != "userinfo") {
			return nil, fmt.Errorf("the %s endpoint is no URL that can be used with this issuer", what)
		}
	}
	// Basic is what a provider takes that does not say (OpenID Connect Discovery, 3).
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	post := slices.Contains(doc.Methods, "client_secret_post") && !slices.Contains(doc.Methods, "client_secret_basic")
	if post || p.o.ClientSecret == "" {
		endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	return &offer{
		oauth:    oauth2.Config{ClientID: p.o.ClientID, ClientSecret: p.o.ClientSecret, Endpoint: endpoint, Scopes: p.o.Scopes},
		info:     provider.UserInfoEndpoint(),
		verifier: provider.Verifier(&lib.Config{ClientID: p.o.ClientID, Now: p.o.Now}),
	}, nil
}

// fitEndpoint tells whether a URL the provider names can be used: it is one of the web, with
// TLS if the issuer's has it.
func (p *Provider) fitEndpoint(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" {
		return false
	}
	return u.Scheme == "https" || u.Scheme == "http" && strings.HasPrefix(p.o.Issuer, "http:")
}

// keysMissing tells whether an ID token could not be verified because the provider's keys
// could not be had. The library wraps that as text only.
func keysMissing(err error) bool { return strings.Contains(err.Error(), ": fetching keys ") }

// brief returns an error for the log without the whole answer, which the library quotes.
func brief(err error) error {
	err = remote.Hush(err)
	text := []rune(err.Error())
	if len(text) <= 200 {
		return err
	}
	return errors.New(string(text[:200]) + "...")
}

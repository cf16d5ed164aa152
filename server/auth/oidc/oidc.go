// Package oidc logs people in by any OpenID Connect provider that can be discovered.
package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/remote"
)

// Options are the options of a Provider.
type Options struct {
	Issuer       string // URL of the provider, as it writes it itself
	ClientID     string
	ClientSecret string           // empty for a public client
	Name         string           // for people, "OpenID Connect" by default
	Scopes       []string         // to ask for, besides openid, email and profile
	Domains      []string         // of e-mail addresses that may log in; none: all
	Now          func() time.Time // time.Now by default

	// AssumeEmailVerified takes an address as verified of which the provider does not say
	// whether it is. Never set it where people type in their addresses themselves.
	AssumeEmailVerified bool

	GroupsClaim   string   // claim that lists a user's groups, "groups" by default
	AllowedGroups []string // whose members may log in; none: everybody
	AdminGroup    string   // whose members are administrators; empty: the provider does not say who is
}

// Provider is an OpenID Connect provider. Its accounts are known by their subjects. What it
// offers is asked for at the first login, and again while it does not answer. It is safe for
// concurrent use.
type Provider struct {
	o       Options
	domains auth.Domains
	peer    *remote.Peer

	mu      sync.Mutex
	found   *offer
	failed  error     // why the last search failed
	failure time.Time // when it did
}

// New returns a Provider with these options. The provider need not run yet.
func New(o Options) (*Provider, error) {
	u, err := url.Parse(o.Issuer)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("%q is no OpenID Connect issuer, write a URL such as https://login.example.com", o.Issuer)
	}
	if o.ClientID == "" {
		return nil, errors.New("an OpenID Connect login needs a client id")
	}
	domains, err := auth.NewDomains(o.Domains)
	if err != nil {
		return nil, err
	}
	if o.Name == "" {
		o.Name = "OpenID Connect"
	}
	if o.GroupsClaim == "" {
		o.GroupsClaim = "groups"
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	scopes := []string{"openid", "email", "profile"}
	for _, s := range o.Scopes {
		if !slices.Contains(scopes, s) {
			scopes = append(scopes, s)
		}
	}
	o.Scopes = scopes
	return &Provider{o: o, domains: domains, peer: remote.New(o.Name)}, nil
}

// Name returns "oidc".
func (p *Provider) Name() string { return "oidc" }

// Title returns what people call the provider.
func (p *Provider) Title() string { return p.o.Name }

// Begin returns the URL where people log in.
func (p *Provider) Begin(ctx context.Context, a *auth.Attempt) (string, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return "", err
	}
	c := found.oauth
	c.RedirectURL = a.Callback
	return c.AuthCodeURL(a.State, oauth2.S256ChallengeOption(a.Verifier), oauth2.SetAuthURLParam("nonce", a.Nonce)), nil
}

// Finish returns who logged in, by a verified ID token and the userinfo endpoint. Who may
// not log in is KindForbidden.
func (p *Provider) Finish(ctx context.Context, a *auth.Attempt, query url.Values) (*auth.Profile, error) {
	found, err := p.discover(ctx)
	if err != nil {
		return nil, err
	}
	// RFC 9207: the code is of this provider, not of another one the browser was lured to.
	if iss := query.Get("iss"); iss != "" && iss != p.o.Issuer {
		return nil, p.peer.Failed(errors.New("the code is of another issuer"))
	}
	c := found.oauth
	c.RedirectURL = a.Callback
	token, err := p.peer.Exchange(ctx, &c, query.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return nil, err
	}
	said, err := p.verify(ctx, found, token, a.Nonce)
	if err != nil {
		return nil, err
	}
	return p.profile(said)
}

// verify returns what a token's holder is said to be.
func (p *Provider) verify(ctx context.Context, found *offer, token *oauth2.Token, nonce string) (*said, error) {
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return nil, p.peer.Failed(errors.New("the answer has no ID token"))
	}
	id, err := found.verifier.Verify(ctx, raw)
	if err != nil {
		if keysMissing(err) {
			return nil, p.peer.Unavailable(brief(err))
		}
		return nil, p.peer.Failed(brief(err))
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(nonce)) != 1 {
		return nil, p.peer.Failed(errors.New("the ID token is of another login: its nonce differs"))
	}
	if id.AccessTokenHash != "" {
		if err := id.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, p.peer.Failed(err)
		}
	}
	out := &said{subject: id.Subject}
	if err := id.Claims(&out.token); err != nil {
		return nil, p.peer.Failed(fmt.Errorf("reading the ID token: %w", err))
	}
	// OpenID Connect Core, 3.1.3.7: who the token is for, when others may read it as well.
	if azp, ok := out.token["azp"]; ok && azp != p.o.ClientID {
		return nil, p.peer.Failed(errors.New("the ID token was made for another client"))
	}
	if found.info == "" {
		return out, nil
	}
	if err := p.peer.Get(ctx, found.info, token, &out.info); err != nil {
		return nil, err
	}
	if out.info["sub"] != id.Subject {
		return nil, p.peer.Failed(errors.New("the ID token and userinfo are of different accounts"))
	}
	return out, nil
}

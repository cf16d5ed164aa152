package server

import (
	"fmt"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/auth/github"
	"github.com/root-gg/plik/server/auth/google"
	"github.com/root-gg/plik/server/auth/oidc"
	"github.com/root-gg/plik/server/auth/ovh"
)

// providers returns those that the configuration names.
func (s *Server) providers() (list []auth.Provider, err error) {
	c := s.Config
	for _, p := range []struct {
		on   bool
		open func() (auth.Provider, error)
	}{
		{c.GoogleAuthentication, func() (auth.Provider, error) {
			return google.New(google.Options{
				ClientID: c.GoogleAPIClientID, ClientSecret: string(c.GoogleAPISecret), Domains: c.GoogleValidDomains,
				AuthURL: c.GoogleAuthURL, TokenURL: c.GoogleTokenURL, UserInfoURL: c.GoogleApiURL,
			})
		}},
		{c.OvhAuthentication, func() (auth.Provider, error) {
			return ovh.New(ovh.Options{Key: string(c.OvhAPIKey), Secret: string(c.OvhAPISecret), Endpoint: c.OvhAPIEndpoint})
		}},
		{c.GithubAuthentication, func() (auth.Provider, error) {
			return github.New(github.Options{
				ClientID: c.GithubClientID, ClientSecret: string(c.GithubClientSecret), Domains: c.GithubValidDomains,
				Organizations: c.GithubOrganizations, URL: c.GithubURL, API: c.GithubApiURL,
			})
		}},
		{c.OidcAuthentication, func() (auth.Provider, error) {
			return oidc.New(oidc.Options{
				Issuer: c.OidcIssuer, ClientID: c.OidcClientID, ClientSecret: string(c.OidcClientSecret), Name: c.OidcName,
				Scopes: c.OidcScopes, Domains: c.OidcValidDomains, AssumeEmailVerified: c.OidcAssumeEmailVerified,
				GroupsClaim: c.OidcGroupsClaim, AllowedGroups: c.OidcAllowedGroups, AdminGroup: c.OidcAdminGroup, Now: s.Now,
			})
		}},
	} {
		if !p.on {
			continue
		}
		provider, err := p.open()
		if err != nil {
			return nil, fmt.Errorf("check the logins in the configuration: %w", err)
		}
		list = append(list, provider)
	}
	return list, nil
}

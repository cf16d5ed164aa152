package config

import (
	"net/netip"
	"net/url"
	"strings"
	"unicode"
)

// providers checks the keys of other accounts, and tells which ones one can log in with.
func (r *resolver) providers() {
	if r.OvhAPIEndpoint == "" {
		r.OvhAPIEndpoint = defaultOvhEndpoint
	}
	r.endpoint("GoogleAuthURL", &r.GoogleAuthURL, defaultGoogleAuth)
	r.endpoint("GoogleTokenURL", &r.GoogleTokenURL, defaultGoogleToken)
	r.endpoint("GoogleApiURL", &r.GoogleApiURL, defaultGoogleProfile)
	r.base("GithubURL", &r.GithubURL, defaultGithub)
	r.base("GithubApiURL", &r.GithubApiURL, defaultGithubEndpoint)
	r.github()
	r.oidc()
	// Plik 1.3 started with any domains.
	r.domains("GoogleValidDomains", r.GoogleValidDomains, r.warnf)
	r.domains("GithubValidDomains", r.GithubValidDomains, r.failf)
	r.domains("OidcValidDomains", r.OidcValidDomains, r.failf)

	on := r.FeatureAuthentication.Enabled()
	r.GoogleAuthentication = on && r.GoogleAPIClientID != "" && r.GoogleAPISecret != ""
	r.OvhAuthentication = on && r.OvhAPIKey != "" && r.OvhAPISecret != ""
	r.GithubAuthentication = on && r.GithubClientID != "" && r.GithubClientSecret != ""
	r.OidcAuthentication = on && r.OidcIssuer != "" && r.OidcClientID != "" && r.OidcClientSecret != ""
}

func (r *resolver) github() {
	if (r.GithubClientID == "") != (r.GithubClientSecret == "") {
		r.failf("the login with GitHub needs both GithubClientID and GithubClientSecret, write the missing one or take out the other")
	}
	r.names("GithubOrganizations", r.GithubOrganizations)
}

func (r *resolver) oidc() {
	if r.OidcName == "" {
		r.OidcName = defaultOidcName
	}
	if r.OidcGroupsClaim == "" {
		r.OidcGroupsClaim = defaultOidcGroups
	}
	id, secret := r.OidcClientID != "", r.OidcClientSecret != ""
	if issuer := r.OidcIssuer != ""; issuer != id || id != secret {
		r.failf("the login with OpenID Connect needs OidcIssuer, OidcClientID and OidcClientSecret, write all three or none")
	}
	if r.OidcIssuer != "" { // used as it is: it must be what the provider says
		r.secure("OidcIssuer", r.OidcIssuer)
	}
	r.names("OidcScopes", r.OidcScopes)
	for _, group := range r.OidcAllowedGroups {
		if group == "" {
			r.failf("invalid value for OidcAllowedGroups : a group has no name, take it out")
		}
	}
}

// endpoint checks a URL of a provider, which has a default.
func (r *resolver) endpoint(key string, field *string, otherwise string) {
	if *field == "" {
		*field = otherwise
	}
	r.secure(key, *field)
}

// base is endpoint for what paths are added to.
func (r *resolver) base(key string, field *string, otherwise string) {
	*field = strings.TrimRight(*field, "/")
	r.endpoint(key, field, otherwise)
}

// secure checks a URL that secrets are sent to: nobody on the way may read or change them, and
// to this machine there is no way.
func (r *resolver) secure(key, text string) {
	u, err := parseBase(text)
	if err != nil || strings.ContainsAny(text, "?#") {
		r.failf("invalid value for %s : %q, write a URL such as https://login.example.com, without user, query and fragment", key, text)
		return
	}
	if u.Scheme != "https" && !loopback(u) {
		r.failf("invalid value for %s : %q would be reached without encryption, write one that starts with https://", key, text)
	}
}

// loopback tells whether a URL is on this machine.
func loopback(u *url.URL) bool {
	host := u.Hostname()
	if host == "localhost" {
		return true
	}
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback()
}

// domains checks a list of e-mail domains, and tells of those that no address can have.
func (r *resolver) domains(key string, list []string, tell func(string, ...any)) {
	for _, domain := range list {
		if domain == "" || strings.ContainsFunc(domain, notInDomain) {
			tell("invalid value for %s : %q is no domain, write one such as example.com", key, domain)
		}
	}
}

func notInDomain(c rune) bool {
	return unicode.IsSpace(c) || unicode.IsControl(c) || strings.ContainsRune("@/,;*", c)
}

// names checks a list of words.
func (r *resolver) names(key string, list []string) {
	for _, name := range list {
		if name == "" || strings.ContainsFunc(name, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }) {
			r.failf("invalid value for %s : %q is empty or has spaces, write each name as one text of the list", key, name)
		}
	}
}

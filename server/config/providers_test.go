package config_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

const oidc = "OidcIssuer='https://id.example.com/realm/'\nOidcClientID='a'\nOidcClientSecret='b'\n"

func TestProviders(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{
		"":                      {false, false},
		"GoogleAPIClientID='a'": {false, false},
		"GoogleAPIClientID='a'\nGoogleAPISecret='b'":                             {true, false},
		"OvhAPIKey='a'\nOvhAPISecret='b'":                                        {false, true},
		"OvhAPIKey='a'":                                                          {false, false},
		"GoogleAuthentication=true\nOvhAuthentication=true":                      {false, false},
		"GoogleAuthentication=false\nGoogleAPIClientID='a'\nGoogleAPISecret='b'": {true, false},
	} {
		cfg, _ := load(t, "FeatureAuthentication='enabled'\n"+text)
		require.Equal(t, want, [2]bool{cfg.GoogleAuthentication, cfg.OvhAuthentication}, text)
		cfg, _ = load(t, text)
		require.Equal(t, [2]bool{}, [2]bool{cfg.GoogleAuthentication, cfg.OvhAuthentication}, text)
	}
}

func TestNewProviders(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{
		"": {false, false},
		"GithubClientID='a'\nGithubClientSecret='b'": {true, false},
		oidc: {false, true},
	} {
		cfg, warnings := load(t, "FeatureAuthentication='enabled'\n"+text)
		require.Empty(t, warnings)
		require.Equal(t, want, [2]bool{cfg.GithubAuthentication, cfg.OidcAuthentication}, text)
		again, err := cfg.Resolve()
		require.NoError(t, err)
		require.Empty(t, again)
		require.Equal(t, want, [2]bool{cfg.GithubAuthentication, cfg.OidcAuthentication}, text)
		cfg, _ = load(t, text)
		require.Equal(t, [2]bool{}, [2]bool{cfg.GithubAuthentication, cfg.OidcAuthentication}, text)
	}
}

func TestProvidersRefuse(t *testing.T) {
	t.Parallel()
	const (
		github = "the login with GitHub needs both GithubClientID and GithubClientSecret, write the missing one or take out the other"
		all    = "the login with OpenID Connect needs OidcIssuer, OidcClientID and OidcClientSecret, write all three or none"
		hint   = ", write a URL such as https://login.example.com, without user, query and fragment"
	)
	for text, want := range map[string]string{
		"GithubClientID='a'":                                github,
		"GithubClientSecret='hidden'":                       github,
		"OidcIssuer='https://a'":                            all,
		"OidcClientID='a'":                                  all,
		"OidcClientSecret='hidden'":                         all,
		"OidcIssuer='https://a'\nOidcClientID='a'":          all,
		"OidcIssuer='https://a'\nOidcClientSecret='hidden'": all,
		"OidcClientID='a'\nOidcClientSecret='hidden'":       all,

		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='id.example.com'":      `invalid value for OidcIssuer : "id.example.com"` + hint,
		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='ftp://a'":             `invalid value for OidcIssuer : "ftp://a"` + hint,
		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='https://a?b=c'":       `invalid value for OidcIssuer : "https://a?b=c"` + hint,
		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='https://a/?'":         `invalid value for OidcIssuer : "https://a/?"` + hint,
		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='https://a/#'":         `invalid value for OidcIssuer : "https://a/#"` + hint,
		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='https://u:p@a'":       `invalid value for OidcIssuer : "https://u:p@a"` + hint,
		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='http://a.example'":    `invalid value for OidcIssuer : "http://a.example" would be reached without encryption, write one that starts with https://`,
		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='http://localhost.a'":  `invalid value for OidcIssuer : "http://localhost.a" would be reached without encryption, write one that starts with https://`,
		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='http://127.0.0.1.a'":  `invalid value for OidcIssuer : "http://127.0.0.1.a" would be reached without encryption, write one that starts with https://`,
		"OidcClientID='a'\nOidcClientSecret='b'\nOidcIssuer='http://192.168.0.1/'": `invalid value for OidcIssuer : "http://192.168.0.1/" would be reached without encryption, write one that starts with https://`,

		"GoogleAuthURL='x'":             `invalid value for GoogleAuthURL : "x"` + hint,
		"GoogleTokenURL='http://a'":     `invalid value for GoogleTokenURL : "http://a" would be reached without encryption, write one that starts with https://`,
		"GoogleApiURL='https://'":       `invalid value for GoogleApiURL : "https://"` + hint,
		"GithubURL='https://a/#b'":      `invalid value for GithubURL : "https://a/#b"` + hint,
		"GithubApiURL='http://a/'":      `invalid value for GithubApiURL : "http://a" would be reached without encryption, write one that starts with https://`,
		"GithubValidDomains=['@a.com']": `invalid value for GithubValidDomains : "@a.com" is no domain, write one such as example.com`,
		"OidcValidDomains=['a.com','']": `invalid value for OidcValidDomains : "" is no domain, write one such as example.com`,
		"OidcValidDomains=['*.a.com']":  `invalid value for OidcValidDomains : "*.a.com" is no domain, write one such as example.com`,
		"OidcScopes=['groups offline']": `invalid value for OidcScopes : "groups offline" is empty or has spaces, write each name as one text of the list`,
		"GithubOrganizations=['']":      `invalid value for GithubOrganizations : "" is empty or has spaces, write each name as one text of the list`,
		"OidcAllowedGroups=['a b', '']": `invalid value for OidcAllowedGroups : a group has no name, take it out`,
	} {
		err := refuse(t, text)
		require.Equal(t, want, err, text)
		require.NotContains(t, err, "hidden")
	}
}

func TestProviderURLs(t *testing.T) {
	t.Parallel()
	cfg, warnings := load(t, `
OidcIssuer = "http://127.0.0.1:8081/realm/"
OidcClientID = "a"
OidcClientSecret = "b"
OidcName = ""
OidcGroupsClaim = ""
GoogleAuthURL = "http://localhost:1/auth/"
GoogleTokenURL = ""
GoogleApiURL = "http://[::1]:2/me"
GithubURL = "https://ghe.example.com/"
GithubApiURL = "https://ghe.example.com/api/v3//"
`)
	require.Empty(t, warnings)
	require.Equal(t, "http://127.0.0.1:8081/realm/", cfg.OidcIssuer, "an issuer is compared byte for byte")
	require.Equal(t, "OpenID Connect", cfg.OidcName)
	require.Equal(t, "groups", cfg.OidcGroupsClaim)
	require.Equal(t, "http://localhost:1/auth/", cfg.GoogleAuthURL)
	require.Equal(t, "https://oauth2.googleapis.com/token", cfg.GoogleTokenURL)
	require.Equal(t, "http://[::1]:2/me", cfg.GoogleApiURL)
	require.Equal(t, "https://ghe.example.com", cfg.GithubURL)
	require.Equal(t, "https://ghe.example.com/api/v3", cfg.GithubApiURL)
}

func TestOddGoogleDomainsAreTold(t *testing.T) {
	t.Parallel()
	cfg, warnings := load(t, "GoogleValidDomains = ['example.com', '@example.com']")
	require.Equal(t, []string{`invalid value for GoogleValidDomains : "@example.com" is no domain, write one such as example.com`}, warnings)
	require.Equal(t, []string{"example.com", "@example.com"}, cfg.GoogleValidDomains)
}

// What is new in GET /config is there only when it is on.
func TestPublicProviders(t *testing.T) {
	t.Parallel()
	keys := func(text string) map[string]any {
		cfg, _ := load(t, text)
		b, err := json.Marshal(cfg.Public())
		require.NoError(t, err)
		out := map[string]any{}
		require.NoError(t, json.Unmarshal(b, &out))
		back := config.PublicConfig{}
		require.NoError(t, json.Unmarshal(b, &back))
		require.Equal(t, cfg.Public(), back)
		return out
	}
	const on = "FeatureAuthentication='enabled'\n"
	off := len(keys(""))
	require.Len(t, keys(on), off)
	require.Len(t, keys(oidc+"OidcName='Us'"), off, "authentication is disabled")

	got := keys(on + oidc + "OidcName='Us'")
	require.Len(t, got, off+2)
	require.Equal(t, true, got["oidcAuthentication"])
	require.Equal(t, "Us", got["oidcName"])

	got = keys(on + "GithubClientID='a'\nGithubClientSecret='b'")
	require.Len(t, got, off+1)
	require.Equal(t, true, got["githubAuthentication"])
}

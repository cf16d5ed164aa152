package config_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

// TestPublicDefault compares with what Plik 1.3 sends, byte for byte.
func TestPublicDefault(t *testing.T) {
	t.Parallel()
	const want = `{"maxFileSize":10000000000,"maxUserSize":-1,"maxFilePerUpload":1000,"defaultTTL":2592000,"maxTTL":2592000,"downloadDomain":"","downloadDomainAlias":null,"abuseContact":"","feature_authentication":"disabled","feature_one_shot":"enabled","feature_removable":"enabled","feature_stream":"enabled","feature_password":"enabled","feature_comments":"enabled","feature_set_ttl":"enabled","feature_extend_ttl":"disabled","feature_clients":"enabled","feature_github":"enabled","feature_text":"enabled","authentication":false,"noAnonymousUploads":false,"oneShot":true,"removable":true,"stream":true,"protectedByPassword":true,"googleAuthentication":false,"ovhAuthentication":false,"ovhApiEndpoint":"https://eu.api.ovh.com/1.0"}`
	cfg, _ := load(t, "")
	got, err := json.Marshal(cfg.Public())
	require.NoError(t, err)
	require.Equal(t, want, string(got))
}

// TestPublicEveryField gives every field a value of its own.
func TestPublicEveryField(t *testing.T) {
	t.Parallel()
	cfg, _ := load(t, `
MaxFileSizeStr = "1kB"
MaxUserSizeStr = "2kB"
MaxFilePerUpload = 3
DefaultTTLStr = "4"
MaxTTLStr = "5"
DownloadDomain = "http://a"
DownloadDomainAlias = ["http://b"]
AbuseContact = "c"
FeatureAuthentication = "forced"
FeatureOneShot = "disabled"
FeatureRemovable = "disabled"
FeatureStream = "disabled"
FeaturePassword = "disabled"
FeatureComments = "disabled"
FeatureSetTTL = "default"
FeatureExtendTTL = "forced"
FeatureClients = "disabled"
FeatureGithub = "disabled"
FeatureText = "forced"
GoogleAPIClientID = "hidden-1"
GoogleAPISecret = "hidden-2"
GoogleValidDomains = ["hidden-3"]
OvhAPIKey = "hidden-4"
OvhAPISecret = "hidden-5"
OvhAPIEndpoint = "http://ovh"
GithubClientID = "hidden-a"
GithubClientSecret = "hidden-b"
GithubValidDomains = ["hidden-c"]
GithubOrganizations = ["hidden-d"]
OidcIssuer = "https://hidden-e"
OidcClientID = "hidden-f"
OidcClientSecret = "hidden-g"
OidcName = "o"
OidcValidDomains = ["hidden-h"]
OidcAllowedGroups = ["hidden-i"]
OidcAdminGroup = "hidden-j"
MaxTotalSize = 8888
MinFreeDisk = 9999
AuditLog = "hidden-k"
UploadWhitelist = ["10.11.12.13"]
[DataBackendConfig]
Directory = "hidden-6"
[MetadataBackendConfig]
ConnectionString = "hidden-7"
`)
	got, err := json.Marshal(cfg.Public())
	require.NoError(t, err)
	require.JSONEq(t, `{"maxFileSize":1000,"maxUserSize":2000,"maxFilePerUpload":3,"defaultTTL":4,"maxTTL":5,
		"downloadDomain":"http://a","downloadDomainAlias":["http://b"],"abuseContact":"c",
		"feature_authentication":"forced","feature_one_shot":"disabled","feature_removable":"disabled",
		"feature_stream":"disabled","feature_password":"disabled","feature_comments":"disabled",
		"feature_set_ttl":"default","feature_extend_ttl":"forced","feature_clients":"disabled",
		"feature_github":"disabled","feature_text":"forced","authentication":true,"noAnonymousUploads":true,
		"oneShot":false,"removable":false,"stream":false,"protectedByPassword":false,
		"googleAuthentication":true,"ovhAuthentication":true,"ovhApiEndpoint":"http://ovh",
		"githubAuthentication":true,"oidcAuthentication":true,"oidcName":"o"}`, string(got))
	require.NotContains(t, string(got), "hidden")

	back := config.PublicConfig{}
	require.NoError(t, json.Unmarshal(got, &back))
	require.Equal(t, cfg.Public(), back)
}

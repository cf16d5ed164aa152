package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

// TestKeyNames has every name of the contract.
func TestKeyNames(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"Debug": "DEBUG", "DebugRequests": "DEBUG_REQUESTS", "LogLevel": "LOG_LEVEL",
		"ListenAddress": "LISTEN_ADDRESS", "ListenPort": "LISTEN_PORT",
		"MetricsAddress": "METRICS_ADDRESS", "MetricsPort": "METRICS_PORT", "Path": "PATH",
		"MaxFileSizeStr": "MAX_FILE_SIZE_STR", "MaxFileSize": "MAX_FILE_SIZE",
		"MaxUserSizeStr": "MAX_USER_SIZE_STR", "MaxUserSize": "MAX_USER_SIZE",
		"MaxFilePerUpload": "MAX_FILE_PER_UPLOAD",
		"DefaultTTLStr":    "DEFAULT_TTL_STR", "DefaultTTL": "DEFAULT_TTL",
		"MaxTTLStr": "MAX_TTL_STR", "MaxTTL": "MAX_TTL",
		"SslEnabled": "SSL_ENABLED", "SslCert": "SSL_CERT", "SslKey": "SSL_KEY", "TlsVersion": "TLS_VERSION",
		"NoWebInterface": "NO_WEB_INTERFACE", "DownloadDomain": "DOWNLOAD_DOMAIN",
		"DownloadDomainAlias": "DOWNLOAD_DOMAIN_ALIAS", "EnhancedWebSecurity": "ENHANCED_WEB_SECURITY",
		"ResumableTTL": "RESUMABLE_TTL", "AdvertiseURL": "ADVERTISE_URL", "SessionTimeout": "SESSION_TIMEOUT", "AbuseContact": "ABUSE_CONTACT",
		"WebappDirectory": "WEBAPP_DIRECTORY", "ClientsDirectory": "CLIENTS_DIRECTORY",
		"ChangelogDirectory": "CHANGELOG_DIRECTORY",
		"SourceIPHeader":     "SOURCE_IP_HEADER", "UploadWhitelist": "UPLOAD_WHITELIST",
		"FeatureAuthentication": "FEATURE_AUTHENTICATION", "FeatureOneShot": "FEATURE_ONE_SHOT",
		"FeatureRemovable": "FEATURE_REMOVABLE", "FeatureStream": "FEATURE_STREAM",
		"FeaturePassword": "FEATURE_PASSWORD", "FeatureComments": "FEATURE_COMMENTS",
		"FeatureSetTTL": "FEATURE_SET_TTL", "FeatureExtendTTL": "FEATURE_EXTEND_TTL",
		"FeatureClients": "FEATURE_CLIENTS", "FeatureGithub": "FEATURE_GITHUB", "FeatureText": "FEATURE_TEXT",
		"Authentication": "AUTHENTICATION", "NoAnonymousUploads": "NO_ANONYMOUS_UPLOADS",
		"OneShot": "ONE_SHOT", "Removable": "REMOVABLE", "Stream": "STREAM",
		"ProtectedByPassword": "PROTECTED_BY_PASSWORD",
		"GoogleAPIClientID":   "GOOGLE_API_CLIENT_ID", "GoogleAPISecret": "GOOGLE_API_SECRET",
		"GoogleValidDomains": "GOOGLE_VALID_DOMAINS",
		"OvhAPIKey":          "OVH_API_KEY", "OvhAPISecret": "OVH_API_SECRET", "OvhAPIEndpoint": "OVH_API_ENDPOINT",
		"GoogleAuthentication": "GOOGLE_AUTHENTICATION", "OvhAuthentication": "OVH_AUTHENTICATION",
		"DataBackend": "DATA_BACKEND", "DataBackendConfig": "DATA_BACKEND_CONFIG",
		"MetadataBackendConfig": "METADATA_BACKEND_CONFIG",
		// New since 1.3.
		"TrustedProxies": "TRUSTED_PROXIES", "FileDigest": "FILE_DIGEST", "LogFormat": "LOG_FORMAT",
		"PublicURL": "PUBLIC_URL", "ShutdownTimeoutStr": "SHUTDOWN_TIMEOUT_STR", "AuditLog": "AUDIT_LOG",
		"MaxTotalSizeStr": "MAX_TOTAL_SIZE_STR", "MaxTotalSize": "MAX_TOTAL_SIZE",
		"MinFreeDiskStr": "MIN_FREE_DISK_STR", "MinFreeDisk": "MIN_FREE_DISK",
		"GoogleAuthURL": "GOOGLE_AUTH_URL", "GoogleTokenURL": "GOOGLE_TOKEN_URL", "GoogleApiURL": "GOOGLE_API_URL",
		"GithubClientID": "GITHUB_CLIENT_ID", "GithubClientSecret": "GITHUB_CLIENT_SECRET",
		"GithubValidDomains": "GITHUB_VALID_DOMAINS", "GithubOrganizations": "GITHUB_ORGANIZATIONS",
		"GithubURL": "GITHUB_URL", "GithubApiURL": "GITHUB_API_URL",
		"OidcIssuer": "OIDC_ISSUER", "OidcClientID": "OIDC_CLIENT_ID", "OidcClientSecret": "OIDC_CLIENT_SECRET",
		"OidcName": "OIDC_NAME", "OidcValidDomains": "OIDC_VALID_DOMAINS", "OidcScopes": "OIDC_SCOPES",
		"OidcGroupsClaim": "OIDC_GROUPS_CLAIM", "OidcAllowedGroups": "OIDC_ALLOWED_GROUPS",
		"OidcAdminGroup": "OIDC_ADMIN_GROUP", "OidcAssumeEmailVerified": "OIDC_ASSUME_EMAIL_VERIFIED",
	}
	got := map[string]string{}
	for _, k := range config.Keys() {
		got[k.Name] = k.Env[len("PLIKD_"):]
	}
	require.Equal(t, want, got)
}

func TestEnv(t *testing.T) {
	t.Parallel()
	file := `
AbuseContact = "file"
DownloadDomain = "http://a.example"
UploadWhitelist = ["10.0.0.1"]
[DataBackendConfig]
Directory = "from file"
[MetadataBackendConfig]
Driver = "sqlite3"
ConnectionString = "file.db"
`
	for name, tc := range map[string]struct {
		env  []string
		get  func(*config.Config) any
		want any
	}{
		"text":           {[]string{"PLIKD_ABUSE_CONTACT=a=b c"}, func(c *config.Config) any { return c.AbuseContact }, "a=b c"},
		"empty is set":   {[]string{"PLIKD_ABUSE_CONTACT="}, func(c *config.Config) any { return c.AbuseContact }, ""},
		"first one wins": {[]string{"PLIKD_LISTEN_PORT=1", "PLIKD_LISTEN_PORT=2"}, func(c *config.Config) any { return c.ListenPort }, 1},
		"int":            {[]string{"PLIKD_LISTEN_PORT=1234"}, func(c *config.Config) any { return c.ListenPort }, 1234},
		"int64":          {[]string{"PLIKD_MAX_FILE_SIZE=5000000000"}, func(c *config.Config) any { return c.MaxFileSize }, int64(5_000_000_000)},
		"bool":           {[]string{"PLIKD_DEBUG=tRuE"}, func(c *config.Config) any { return c.Debug }, true},
		"bool false":     {[]string{"PLIKD_REMOVABLE=FALSE"}, func(c *config.Config) any { return c.FeatureRemovable }, config.Disabled},
		"flag":           {[]string{"PLIKD_FEATURE_SET_TTL=forced"}, func(c *config.Config) any { return c.FeatureSetTTL }, config.Forced},
		"secret":         {[]string{"PLIKD_OVH_API_KEY=k"}, func(c *config.Config) any { return c.OvhAPIKey.Reveal() }, "k"},
		"list":           {[]string{`PLIKD_DOWNLOAD_DOMAIN_ALIAS=["http://127.0.0.1:18106"]`}, func(c *config.Config) any { return c.DownloadDomainAlias }, []string{"http://127.0.0.1:18106"}},
		"list replaces":  {[]string{`PLIKD_UPLOAD_WHITELIST=["10.0.0.2"]`}, func(c *config.Config) any { return c.UploadWhitelist }, []string{"10.0.0.2"}},
		"no list":        {[]string{`PLIKD_UPLOAD_WHITELIST=[]`}, func(c *config.Config) any { return c.UploadWhitelist }, []string{}},
		"table merges": {
			[]string{`PLIKD_METADATA_BACKEND_CONFIG={"ConnectionString":"env.db","MaxOpenConns":4}`},
			func(c *config.Config) any { return c.MetadataBackendConfig },
			map[string]any{"Driver": "sqlite3", "ConnectionString": "env.db", "MaxOpenConns": int64(4)},
		},
		"table is case sensitive": {
			[]string{`PLIKD_DATA_BACKEND_CONFIG={"directory":"x","n":[1,2.5,{"a":3}],"b":true}`},
			func(c *config.Config) any { return c.DataBackendConfig },
			map[string]any{"Directory": "from file", "directory": "x", "n": []any{int64(1), 2.5, map[string]any{"a": int64(3)}}, "b": true},
		},
		"text wins over the number": {[]string{"PLIKD_MAX_FILE_SIZE=5", "PLIKD_MAX_FILE_SIZE_STR=10MB"}, func(c *config.Config) any { return c.MaxFileSize }, int64(10_000_000)},
		"same for lifetimes":        {[]string{"PLIKD_DEFAULT_TTL=5", "PLIKD_DEFAULT_TTL_STR=1h"}, func(c *config.Config) any { return c.DefaultTTL }, 3600},
		"strangers":                 {[]string{"PLIKD_SERVICE_HOST=10.0.0.1", "PLIKD_PORT=tcp://10.0.0.1:80", "PLIKD_CONFIG=/x", "OTHER=1", "NOEQUALS", "PLIKD_"}, func(c *config.Config) any { return c.ListenPort }, 8080},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, _ := load(t, file, tc.env...)
			require.Equal(t, tc.want, tc.get(cfg))
		})
	}
}

func TestEnvRefuses(t *testing.T) {
	t.Parallel()
	for env, want := range map[string]string{
		"PLIKD_LISTEN_PORT=abc":                          `unable to assign ListenPort : invalid int value "abc" in PLIKD_LISTEN_PORT, write a whole number`,
		"PLIKD_LISTEN_PORT=":                             `unable to assign ListenPort : invalid int value "" in PLIKD_LISTEN_PORT, write a whole number`,
		"PLIKD_LISTEN_PORT=0x10":                         `unable to assign ListenPort : invalid int value "0x10" in PLIKD_LISTEN_PORT, write a whole number`,
		"PLIKD_MAX_FILE_SIZE=9223372036854775808":        `unable to assign MaxFileSize : invalid int value "9223372036854775808" in PLIKD_MAX_FILE_SIZE, write a whole number`,
		"PLIKD_MAX_FILE_SIZE=10GB":                       `unable to assign MaxFileSize : invalid int value "10GB" in PLIKD_MAX_FILE_SIZE, write a whole number`,
		"PLIKD_DEBUG=1":                                  `unable to assign Debug : invalid boolean value "1" in PLIKD_DEBUG, write true or false`,
		"PLIKD_DEBUG=":                                   `unable to assign Debug : invalid boolean value "" in PLIKD_DEBUG, write true or false`,
		"PLIKD_UPLOAD_WHITELIST=10.0.0.1":                `unable to assign UploadWhitelist : invalid JSON array value "10.0.0.1" in PLIKD_UPLOAD_WHITELIST, write one such as ["a", "b"]`,
		"PLIKD_UPLOAD_WHITELIST=[1]":                     `unable to assign UploadWhitelist : invalid JSON array value "[1]" in PLIKD_UPLOAD_WHITELIST, write one such as ["a", "b"]`,
		"PLIKD_DATA_BACKEND_CONFIG=x":                    `unable to assign DataBackendConfig : invalid JSON object value in PLIKD_DATA_BACKEND_CONFIG : it is not like {"Key": "value"}`,
		"PLIKD_DATA_BACKEND_CONFIG=[]":                   `unable to assign DataBackendConfig : invalid JSON object value in PLIKD_DATA_BACKEND_CONFIG : it is not like {"Key": "value"}`,
		`PLIKD_DATA_BACKEND_CONFIG={"a":1} {`:            `unable to assign DataBackendConfig : invalid JSON object value in PLIKD_DATA_BACKEND_CONFIG : there is something after its end`,
		`PLIKD_DATA_BACKEND_CONFIG={"a":null}`:           `unable to assign DataBackendConfig : invalid JSON object value in PLIKD_DATA_BACKEND_CONFIG : key a is null, leave it out`,
		`PLIKD_DATA_BACKEND_CONFIG={"a":[{"b":[null]}]}`: `unable to assign DataBackendConfig : invalid JSON object value in PLIKD_DATA_BACKEND_CONFIG : key a is null, leave it out`,
		`PLIKD_DATA_BACKEND_CONFIG={"a":1e999}`:          `unable to assign DataBackendConfig : invalid JSON object value in PLIKD_DATA_BACKEND_CONFIG : key a is a number out of range`,
		"PLIKD_DATA_BACKEND_CONFIG=\xff":                 `unable to assign DataBackendConfig : invalid JSON object value in PLIKD_DATA_BACKEND_CONFIG : it is not UTF-8`,
		"PLIKD_ABUSE_CONTACT=\xff":                       `unable to assign AbuseContact : the value of PLIKD_ABUSE_CONTACT is not UTF-8`,
		"PLIKD_OVH_API_KEY_FILE=/does/not/exist":         `unable to assign OvhAPIKey : PLIKD_OVH_API_KEY_FILE : open /does/not/exist: no such file or directory`,
	} {
		_, _, err := config.Load("", []string{env})
		require.EqualError(t, err, want, env)
	}
}

func TestEnvFiles(t *testing.T) {
	t.Parallel()
	put := func(text string) string {
		path := filepath.Join(t.TempDir(), "secret")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	cfg, warnings, err := config.Load("", []string{
		"PLIKD_GOOGLE_API_SECRET_FILE=" + put("s1\n"),
		"PLIKD_OVH_API_KEY_FILE=" + put("s2\r\n"),
		"PLIKD_OVH_API_SECRET_FILE=" + put(" s3\n\n"),
		"PLIKD_METADATA_BACKEND_CONFIG_FILE=" + put("{\"ConnectionString\":\"x.db\"}\n"),
		"PLIKD_GOOGLE_API_CLIENT_ID_FILE=/nowhere",
	})
	require.NoError(t, err)
	require.Equal(t, "s1", cfg.GoogleAPISecret.Reveal())
	require.Equal(t, "s2", cfg.OvhAPIKey.Reveal())
	require.Equal(t, " s3\n", cfg.OvhAPISecret.Reveal())
	require.Equal(t, map[string]any{"ConnectionString": "x.db"}, cfg.MetadataBackendConfig)
	require.Equal(t, []config.Warning{{
		Where: "PLIKD_GOOGLE_API_CLIENT_ID_FILE",
		Text:  "is ignored, only secrets and tables can come from a file: set PLIKD_GOOGLE_API_CLIENT_ID",
	}}, warnings)

	_, _, err = config.Load("", []string{"PLIKD_OVH_API_KEY=hidden", "PLIKD_OVH_API_KEY_FILE=" + put("hidden")})
	require.EqualError(t, err, "unable to assign OvhAPIKey : PLIKD_OVH_API_KEY and PLIKD_OVH_API_KEY_FILE are both set, keep one")
}

func TestEnvWarnings(t *testing.T) {
	t.Parallel()
	_, warnings, err := config.Load("", []string{
		"PLIKD_MAX_FILE_SIZES=1",
		"PLIKD_STREAM=false",
		`PLIKD_DATA_BACKEND_CONFIG={"directory":"x"}`,
	})
	require.NoError(t, err)
	require.Equal(t, []config.Warning{
		{Where: "PLIKD_MAX_FILE_SIZES", Text: "unknown environment variable, did you mean PLIKD_MAX_FILE_SIZE?"},
		{Where: "PLIKD_STREAM", Text: `Stream is deprecated, write FeatureStream = "disabled" instead`},
		{Where: "PLIKD_DATA_BACKEND_CONFIG", Text: "unknown key directory in DataBackendConfig, did you mean Directory?"},
	}, warnings)
}

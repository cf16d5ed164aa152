package config

const (
	defaultTLSVersion = "tlsv12"
	defaultLogLevel   = "INFO"

	defaultOvhEndpoint    = "https://eu.api.ovh.com/1.0"
	defaultGoogleAuth     = "https://accounts.google.com/o/oauth2/auth"
	defaultGoogleToken    = "https://oauth2.googleapis.com/token"
	defaultGoogleProfile  = "https://www.googleapis.com/oauth2/v2/userinfo"
	defaultGithub         = "https://github.com"
	defaultGithubEndpoint = "https://api.github.com"
	defaultOidcName       = "OpenID Connect"
	defaultOidcGroups     = "groups"
)

// Default returns the configuration of a plikd that was told nothing, resolved.
func Default() *Config {
	c := base()
	if _, err := c.Resolve(); err != nil {
		panic("config: the defaults do not resolve: " + err.Error())
	}
	return c
}

// base returns the defaults before Resolve: with feature flags not decided yet.
func base() *Config {
	return &Config{
		LogLevel:  defaultLogLevel,
		LogFormat: "text",

		ListenAddress:      "0.0.0.0",
		ListenPort:         8080,
		TlsVersion:         defaultTLSVersion,
		ShutdownTimeoutStr: "60s",
		MetricsAddress:     "127.0.0.1",

		MaxFileSize:      10_000_000_000,
		MaxUserSize:      -1,
		MaxTotalSize:     -1,
		MaxFilePerUpload: 1000,
		DefaultTTL:       30 * 24 * 3600,
		MaxTTL:           30 * 24 * 3600,

		ResumableTTL: "24h",

		SessionTimeout:     "365d",
		WebappDirectory:    "../webapp/dist",
		ClientsDirectory:   "../clients",
		ChangelogDirectory: "../changelog",

		// Loopback and the private networks: where a reverse proxy of one's own is.
		TrustedProxies: []string{
			"127.0.0.0/8", "::1/128",
			"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
			"fc00::/7", "fe80::/10",
		},

		GoogleAuthURL:   defaultGoogleAuth,
		GoogleTokenURL:  defaultGoogleToken,
		GoogleApiURL:    defaultGoogleProfile,
		OvhAPIEndpoint:  defaultOvhEndpoint,
		GithubURL:       defaultGithub,
		GithubApiURL:    defaultGithubEndpoint,
		OidcName:        defaultOidcName,
		OidcGroupsClaim: defaultOidcGroups,

		FileDigest:            "md5",
		DataBackend:           "file",
		DataBackendConfig:     map[string]any{},
		MetadataBackendConfig: map[string]any{},

		OneShot:             true,
		Removable:           true,
		Stream:              true,
		ProtectedByPassword: true,
	}
}

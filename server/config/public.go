package config

// PublicConfig is what everybody may know of the configuration: the body of GET /config.
// Fields are added one by one, never by embedding Config. Old clients read the ones
// below the flags; what is new is left out unless it is in use, so that they read what they know.
type PublicConfig struct {
	MaxFileSize         int64    `json:"maxFileSize"`
	MaxUserSize         int64    `json:"maxUserSize"`
	MaxFilePerUpload    int      `json:"maxFilePerUpload"`
	DefaultTTL          int      `json:"defaultTTL"`
	MaxTTL              int      `json:"maxTTL"`
	DownloadDomain      string   `json:"downloadDomain"`
	DownloadDomainAlias []string `json:"downloadDomainAlias"`
	AbuseContact        string   `json:"abuseContact"`

	FeatureAuthentication Flag `json:"feature_authentication"`
	FeatureOneShot        Flag `json:"feature_one_shot"`
	FeatureRemovable      Flag `json:"feature_removable"`
	FeatureStream         Flag `json:"feature_stream"`
	FeaturePassword       Flag `json:"feature_password"`
	FeatureComments       Flag `json:"feature_comments"`
	FeatureSetTTL         Flag `json:"feature_set_ttl"`
	FeatureExtendTTL      Flag `json:"feature_extend_ttl"`
	FeatureClients        Flag `json:"feature_clients"`
	FeatureGithub         Flag `json:"feature_github"`
	FeatureText           Flag `json:"feature_text"`

	Authentication       bool   `json:"authentication"`
	NoAnonymousUploads   bool   `json:"noAnonymousUploads"`
	OneShot              bool   `json:"oneShot"`
	Removable            bool   `json:"removable"`
	Stream               bool   `json:"stream"`
	ProtectedByPassword  bool   `json:"protectedByPassword"`
	GoogleAuthentication bool   `json:"googleAuthentication"`
	OvhAuthentication    bool   `json:"ovhAuthentication"`
	OvhAPIEndpoint       string `json:"ovhApiEndpoint"`

	GithubAuthentication bool   `json:"githubAuthentication,omitempty"`
	OidcAuthentication   bool   `json:"oidcAuthentication,omitempty"`
	OidcName             string `json:"oidcName,omitempty"` // for the button

	// Path of the resumable uploads below this server's URL; absent: there are none.
	ResumableUploads string `json:"resumableUploads,omitempty"`
}

// Public returns what everybody may know of c, which is resolved.
func (c *Config) Public() PublicConfig {
	p := PublicConfig{
		MaxFileSize:         c.MaxFileSize,
		MaxUserSize:         c.MaxUserSize,
		MaxFilePerUpload:    c.MaxFilePerUpload,
		DefaultTTL:          c.DefaultTTL,
		MaxTTL:              c.MaxTTL,
		DownloadDomain:      c.DownloadDomain,
		DownloadDomainAlias: c.DownloadDomainAlias,
		AbuseContact:        c.AbuseContact,

		FeatureAuthentication: c.FeatureAuthentication,
		FeatureOneShot:        c.FeatureOneShot,
		FeatureRemovable:      c.FeatureRemovable,
		FeatureStream:         c.FeatureStream,
		FeaturePassword:       c.FeaturePassword,
		FeatureComments:       c.FeatureComments,
		FeatureSetTTL:         c.FeatureSetTTL,
		FeatureExtendTTL:      c.FeatureExtendTTL,
		FeatureClients:        c.FeatureClients,
		FeatureGithub:         c.FeatureGithub,
		FeatureText:           c.FeatureText,

		Authentication:       c.Authentication,
		NoAnonymousUploads:   c.NoAnonymousUploads,
		OneShot:              c.OneShot,
		Removable:            c.Removable,
		Stream:               c.Stream,
		ProtectedByPassword:  c.ProtectedByPassword,
		GoogleAuthentication: c.GoogleAuthentication,
		OvhAuthentication:    c.OvhAuthentication,
		OvhAPIEndpoint:       c.OvhAPIEndpoint,

		GithubAuthentication: c.GithubAuthentication,
		OidcAuthentication:   c.OidcAuthentication,
	}
	if c.OidcAuthentication {
		p.OidcName = c.OidcName
	}
	return p
}

// Package config reads the configuration of plikd: built-in defaults, then the file,
// then the environment, then what follows from them, checked as a whole.
package config

import (
	"net/netip"
	"net/url"
	"time"
)

// Config is the configuration of one plikd. The name of a field is the name of its key in
// the file; Resolve computes those tagged "-". Whoever changes a Config that was loaded
// calls Resolve again before using it.
type Config struct {
	// Logs.

	Debug         bool   // log at level DEBUG, and tell clients the cause of internal errors
	DebugRequests bool   // log the headers of requests, without secrets
	LogLevel      string // DEBUG, INFO, WARNING or CRITICAL; DEBUG turns on both switches above
	LogFormat     string // "text" or "json"
	AuditLog      string // "stdout", "stderr" or the path of a file; "": none is written

	// Listening.

	ListenAddress      string
	ListenPort         int    // 0: any free port
	Path               string // prefix of every URL: "" or "/x", never with a trailing /
	AdvertiseURL       string // where the other servers on the same database reach this one; "": it is alone
	PublicURL          string // start of the links handed out; "": derived from each request
	SslEnabled         bool
	SslCert            string // path of a PEM file
	SslKey             string // path of a PEM file
	TlsVersion         string // lowest version accepted: tlsv10, tlsv11, tlsv12, tlsv13
	ShutdownTimeoutStr string // how long running requests may finish once asked to stop
	MetricsAddress     string
	MetricsPort        int // <= 0: no metrics listener

	// Limits. A ...Str that is not empty wins over the number of the same name.

	MaxFileSizeStr   string
	MaxFileSize      int64 // bytes; <= 0: unlimited
	MaxUserSizeStr   string
	MaxUserSize      int64 // bytes; <= 0: unlimited
	MaxTotalSizeStr  string
	MaxTotalSize     int64 // bytes of all files on the server; <= 0: unlimited
	MinFreeDiskStr   string
	MinFreeDisk      int64 // bytes that stay free on the disk of the file store; 0: none
	MaxFilePerUpload int
	DefaultTTLStr    string
	DefaultTTL       int // seconds; <= 0: for ever
	MaxTTLStr        string
	MaxTTL           int    // seconds; <= 0: no ceiling
	ResumableTTL     string // how long half-sent files are kept after their last byte; "0": not at all

	// Web.

	NoWebInterface      bool
	DownloadDomain      string   // URL files are downloaded from; "": any host
	DownloadDomainAlias []string // more URLs that may be used instead
	EnhancedWebSecurity bool     // strict headers on downloads, Secure cookies, reduced /version
	SessionTimeout      string
	AbuseContact        string
	WebappDirectory     string // what is in here replaces the built-in web app, file by file
	ClientsDirectory    string
	ChangelogDirectory  string

	// Who may do what.

	SourceIPHeader  string   // header with the client's address, believed from TrustedProxies only
	TrustedProxies  []string // CIDRs or addresses
	UploadWhitelist []string // CIDRs or addresses that may upload without an account; empty: all

	// Features.

	FeatureAuthentication Flag
	FeatureOneShot        Flag
	FeatureRemovable      Flag
	FeatureStream         Flag
	FeaturePassword       Flag
	FeatureComments       Flag
	FeatureSetTTL         Flag
	FeatureExtendTTL      Flag
	FeatureClients        Flag
	FeatureGithub         Flag
	FeatureText           Flag

	// Login with somebody else's accounts. What starts a URL has no trailing /, the others are
	// used as they are; "": that of the provider itself.

	GoogleAPIClientID  string
	GoogleAPISecret    Secret
	GoogleValidDomains []string // e-mail domains that may log in; empty: all
	GoogleAuthURL      string   // where users are sent
	GoogleTokenURL     string   // where codes become tokens
	GoogleApiURL       string   // where the profile of a user is
	OvhAPIEndpoint     string
	OvhAPIKey          Secret
	OvhAPISecret       Secret

	GithubClientID      string
	GithubClientSecret  Secret
	GithubValidDomains  []string // e-mail domains that may log in; empty: all
	GithubOrganizations []string // whose members may log in; empty: all
	GithubURL           string   // start of the URL of /login/oauth/authorize
	GithubApiURL        string   // start of the URL of /user

	OidcIssuer              string // URL of any OpenID Connect provider, exactly as it calls itself
	OidcClientID            string
	OidcClientSecret        Secret
	OidcName                string   // for people
	OidcValidDomains        []string // e-mail domains that may log in; empty: all
	OidcScopes              []string // to ask for besides openid, profile and email
	OidcGroupsClaim         string   // name of the claim with the user's groups
	OidcAllowedGroups       []string // groups that may log in; empty: all
	OidcAdminGroup          string   // group of the administrators; empty: the provider does not say who is one
	OidcAssumeEmailVerified bool     // believe e-mail addresses of which the provider does not say that they are verified

	// Storage.

	FileDigest            string // digest computed of each file: "md5" or "none"
	DataBackend           string // file, s3, swift, gcs; testing: in memory
	DataBackendConfig     map[string]any
	MetadataBackendConfig map[string]any

	// Deprecated, see deprecations. After Resolve they mirror the feature flags.

	Authentication       bool
	NoAnonymousUploads   bool
	OneShot              bool
	Removable            bool
	Stream               bool
	ProtectedByPassword  bool
	GoogleAuthentication bool // a Google login is configured and possible
	OvhAuthentication    bool // an OVH login is configured and possible

	// Computed by Resolve.

	GithubAuthentication bool `toml:"-"` // a GitHub login is configured and possible
	OidcAuthentication   bool `toml:"-"` // an OpenID Connect login is configured and possible

	SessionLifetime time.Duration `toml:"-"` // > 0
	// ResumableLifetime is ResumableTTL; 0: uploads cannot be resumed.
	ResumableLifetime time.Duration  `toml:"-"`
	ShutdownTimeout   time.Duration  `toml:"-"` // >= 0
	MinTLSVersion     uint16         `toml:"-"` // as crypto/tls has it
	UploadNetworks    []netip.Prefix `toml:"-"` // UploadWhitelist; IPv4 is never mapped into IPv6
	TrustedNetworks   []netip.Prefix `toml:"-"` // TrustedProxies; IPv4 is never mapped into IPv6
	PublicBase        *url.URL       `toml:"-"` // PublicURL without a trailing /; nil: derive from the request
	DownloadHosts     []string       `toml:"-"` // hosts (with port) downloads are served on; empty: any
}

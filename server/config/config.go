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

	// Listening.

	ListenAddress      string
	ListenPort         int    // 0: any free port
	Path               string // prefix of every URL: "" or "/x", never with a trailing /
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
	MaxFilePerUpload int
	DefaultTTLStr    string
	DefaultTTL       int // seconds; <= 0: for ever
	MaxTTLStr        string
	MaxTTL           int // seconds; <= 0: no ceiling

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

	// Login with somebody else's accounts.

	GoogleAPIClientID  string
	GoogleAPISecret    Secret
	GoogleValidDomains []string // e-mail domains that may log in; empty: all
	OvhAPIEndpoint     string
	OvhAPIKey          Secret
	OvhAPISecret       Secret

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

	SessionLifetime time.Duration  `toml:"-"` // > 0
	ShutdownTimeout time.Duration  `toml:"-"` // >= 0
	MinTLSVersion   uint16         `toml:"-"` // as crypto/tls has it
	UploadNetworks  []netip.Prefix `toml:"-"` // UploadWhitelist; IPv4 is never mapped into IPv6
	TrustedNetworks []netip.Prefix `toml:"-"` // TrustedProxies; IPv4 is never mapped into IPv6
	PublicBase      *url.URL       `toml:"-"` // PublicURL without a trailing /; nil: derive from the request
	DownloadHosts   []string       `toml:"-"` // hosts (with port) downloads are served on; empty: any
}

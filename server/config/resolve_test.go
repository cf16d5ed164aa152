package config_test

import (
	"crypto/tls"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

// TestDefaults has the defaults of the contract, and of the keys that are new.
func TestDefaults(t *testing.T) {
	t.Parallel()
	c := config.Default()
	for name, pair := range map[string][2]any{
		"Debug":                 {c.Debug, false},
		"DebugRequests":         {c.DebugRequests, false},
		"LogLevel":              {c.LogLevel, "INFO"},
		"LogFormat":             {c.LogFormat, "text"},
		"ListenAddress":         {c.ListenAddress, "0.0.0.0"},
		"ListenPort":            {c.ListenPort, 8080},
		"MetricsAddress":        {c.MetricsAddress, "127.0.0.1"},
		"MetricsPort":           {c.MetricsPort, 0},
		"Path":                  {c.Path, ""},
		"PublicURL":             {c.PublicURL, ""},
		"MaxFileSizeStr":        {c.MaxFileSizeStr, ""},
		"MaxFileSize":           {c.MaxFileSize, int64(10_000_000_000)},
		"MaxUserSizeStr":        {c.MaxUserSizeStr, ""},
		"MaxUserSize":           {c.MaxUserSize, int64(-1)},
		"MaxFilePerUpload":      {c.MaxFilePerUpload, 1000},
		"DefaultTTLStr":         {c.DefaultTTLStr, ""},
		"DefaultTTL":            {c.DefaultTTL, 2592000},
		"MaxTTLStr":             {c.MaxTTLStr, ""},
		"MaxTTL":                {c.MaxTTL, 2592000},
		"SslEnabled":            {c.SslEnabled, false},
		"SslCert":               {c.SslCert, ""},
		"SslKey":                {c.SslKey, ""},
		"MinTLSVersion":         {c.MinTLSVersion, uint16(tls.VersionTLS12)},
		"NoWebInterface":        {c.NoWebInterface, false},
		"DownloadDomain":        {c.DownloadDomain, ""},
		"DownloadDomainAlias":   {c.DownloadDomainAlias, []string(nil)},
		"EnhancedWebSecurity":   {c.EnhancedWebSecurity, false},
		"SessionTimeout":        {c.SessionTimeout, "365d"},
		"SessionLifetime":       {c.SessionLifetime, 365 * 24 * time.Hour},
		"ShutdownTimeout":       {c.ShutdownTimeout, time.Minute},
		"AbuseContact":          {c.AbuseContact, ""},
		"WebappDirectory":       {c.WebappDirectory, "../webapp/dist"},
		"ClientsDirectory":      {c.ClientsDirectory, "../clients"},
		"ChangelogDirectory":    {c.ChangelogDirectory, "../changelog"},
		"SourceIPHeader":        {c.SourceIPHeader, ""},
		"UploadWhitelist":       {c.UploadWhitelist, []string(nil)},
		"GoogleAPIClientID":     {c.GoogleAPIClientID, ""},
		"GoogleAPISecret":       {c.GoogleAPISecret, config.Secret("")},
		"GoogleValidDomains":    {c.GoogleValidDomains, []string(nil)},
		"OvhAPIKey":             {c.OvhAPIKey, config.Secret("")},
		"OvhAPISecret":          {c.OvhAPISecret, config.Secret("")},
		"OvhAPIEndpoint":        {c.OvhAPIEndpoint, "https://eu.api.ovh.com/1.0"},
		"AuditLog":              {c.AuditLog, ""},
		"MaxTotalSizeStr":       {c.MaxTotalSizeStr, ""},
		"MaxTotalSize":          {c.MaxTotalSize, int64(-1)},
		"MinFreeDiskStr":        {c.MinFreeDiskStr, ""},
		"MinFreeDisk":           {c.MinFreeDisk, int64(0)},
		"GoogleAuthURL":         {c.GoogleAuthURL, "https://accounts.google.com/o/oauth2/auth"},
		"GoogleTokenURL":        {c.GoogleTokenURL, "https://oauth2.googleapis.com/token"},
		"GoogleApiURL":          {c.GoogleApiURL, "https://www.googleapis.com/oauth2/v2/userinfo"},
		"GithubClientID":        {c.GithubClientID, ""},
		"GithubClientSecret":    {c.GithubClientSecret, config.Secret("")},
		"GithubURL":             {c.GithubURL, "https://github.com"},
		"GithubApiURL":          {c.GithubApiURL, "https://api.github.com"},
		"OidcIssuer":            {c.OidcIssuer, ""},
		"OidcName":              {c.OidcName, "OpenID Connect"},
		"OidcScopes":            {c.OidcScopes, []string(nil)},
		"OidcGroupsClaim":       {c.OidcGroupsClaim, "groups"},
		"OidcAdminGroup":        {c.OidcAdminGroup, ""},
		"FeatureAuthentication": {c.FeatureAuthentication, config.Disabled},
		"FileDigest":            {c.FileDigest, "md5"},
		"DataBackend":           {c.DataBackend, "file"},
		"DataBackendConfig":     {c.DataBackendConfig, map[string]any{}},
		"MetadataBackendConfig": {c.MetadataBackendConfig, map[string]any{}},
	} {
		require.Equal(t, pair[1], pair[0], name)
	}
	require.Empty(t, c.UploadNetworks)
	require.Len(t, c.TrustedNetworks, 7)
}

func TestSizes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]int64{
		``:                                        10_000_000_000,
		`MaxFileSizeStr = "10GB"`:                 10_000_000_000,
		`MaxFileSizeStr = "unlimited"`:            -1,
		`MaxFileSizeStr = "-1"`:                   -1,
		`MaxFileSize = 5`:                         5,
		`MaxFileSize = -7`:                        -7,
		"MaxFileSize = 5\nMaxFileSizeStr = \"\"":  5,
		"MaxFileSize = 5\nMaxFileSizeStr = \"6\"": 6,
	} {
		cfg, warnings := load(t, text)
		require.Empty(t, warnings)
		require.Equal(t, want, cfg.MaxFileSize, text)
	}
	cfg, _ := load(t, `MaxUserSizeStr = "1.5GiB"
MaxTotalSizeStr = "2TB"
MinFreeDiskStr = "1GB"`)
	require.Equal(t, int64(1610612736), cfg.MaxUserSize)
	require.Equal(t, int64(2_000_000_000_000), cfg.MaxTotalSize)
	require.Equal(t, int64(1_000_000_000), cfg.MinFreeDisk)
	cfg, _ = load(t, "MaxTotalSize = 0\nMinFreeDisk = 7")
	require.Zero(t, cfg.MaxTotalSize)
	require.Equal(t, int64(7), cfg.MinFreeDisk)

	require.Equal(t,
		`invalid value for MaxUserSizeStr : unable to parse size "2 cats" : unknown unit "cats", write a number of bytes, a size such as 10GB or 1.5GiB, or unlimited`,
		refuse(t, `MaxUserSizeStr = "2 cats"`))
}

func TestLifetimes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]int{
		``:                     {2592000, 2592000},
		`DefaultTTL = 60`:      {60, 2592000},
		`DefaultTTLStr = "1h"`: {3600, 2592000},
		"DefaultTTL = 60\nDefaultTTLStr = \"1h\"": {3600, 2592000},
		"MaxTTL = 0":                               {2592000, 0},
		"MaxTTLStr = \"0\"":                        {2592000, 0},
		"MaxTTLStr = \"-1w\"":                      {2592000, -1},
		"MaxTTLStr = \"-1\"\nDefaultTTLStr=\"-1\"": {-1, -1},
		"MaxTTLStr = \"1w\"\nDefaultTTLStr=\"1w\"": {604800, 604800},
	} {
		cfg, warnings := load(t, text)
		require.Empty(t, warnings, text)
		require.Equal(t, want, [2]int{cfg.DefaultTTL, cfg.MaxTTL}, text)
	}
}

// TestDefaultTTLIsClamped: no end under a ceiling made every default upload fail.
func TestDefaultTTLIsClamped(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`DefaultTTL = -1`, `DefaultTTLStr = "-1"`, `DefaultTTL = 0`} {
		cfg, warnings := load(t, text+"\nMaxTTLStr = \"1d\"")
		require.Equal(t, 86400, cfg.DefaultTTL)
		require.Equal(t, []string{"DefaultTTL is unlimited but MaxTTL is 86400 seconds, which is used for both: write the same for both"}, warnings)

		again, err := cfg.Resolve()
		require.NoError(t, err)
		require.Empty(t, again)
		require.Equal(t, 86400, cfg.DefaultTTL)
	}
}

func TestResolveRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`DefaultTTLStr = "31d"`:                   `DefaultTTL should not be more than MaxTTL : they are 2678400 and 2592000 seconds, lower the first or raise the second`,
		`MaxTTL = 10`:                             `DefaultTTL should not be more than MaxTTL : they are 2592000 and 10 seconds, lower the first or raise the second`,
		`MaxTTLStr = "1y"`:                        `invalid value for MaxTTLStr : unable to parse TTL : time: unknown unit "y" in duration "1y", write seconds, or a duration such as 30d or 1h30m, or -1 for no limit`,
		`DefaultTTLStr = "forever"`:               `invalid value for DefaultTTLStr : unable to parse TTL : time: invalid duration "forever", write seconds, or a duration such as 30d or 1h30m, or -1 for no limit`,
		`MaxTTL = 9223372037`:                     `invalid value for MaxTTL : 9223372037 seconds are longer than 292 years, write -1 for no limit`,
		`SessionTimeout = "0"`:                    `invalid negative or zero value for SessionTimeout : "0", write one such as 30d or 12h`,
		`SessionTimeout = "-1d"`:                  `invalid negative or zero value for SessionTimeout : "-1d", write one such as 30d or 12h`,
		`SessionTimeout = ""`:                     `invalid value for SessionTimeout : unable to parse TTL : time: invalid duration "", write one such as 30d or 12h`,
		`ShutdownTimeoutStr = "-1s"`:              `invalid negative value for ShutdownTimeoutStr : "-1s", write one such as 60s`,
		`ShutdownTimeoutStr = "x"`:                `invalid value for ShutdownTimeoutStr : unable to parse TTL : time: invalid duration "x", write one such as 60s`,
		`ListenPort = -1`:                         `invalid value for ListenPort : -1, write a port from 1 to 65535, or 0 for any free one`,
		`ListenPort = 65536`:                      `invalid value for ListenPort : 65536, write a port from 1 to 65535, or 0 for any free one`,
		`MetricsPort = 65536`:                     `invalid value for MetricsPort : 65536, write a port up to 65535, or 0 for no metrics`,
		`Path = "/a//b"`:                          `invalid value for Path : "/a//b", write one such as /plik`,
		`Path = "/../b"`:                          `invalid value for Path : "/../b", write one such as /plik`,
		`Path = "/a b"`:                           `invalid value for Path : "/a b", write one such as /plik`,
		`Path = "/a;b"`:                           `invalid value for Path : "/a;b", write one such as /plik`,
		`Path = "/{a}"`:                           `invalid value for Path : "/{a}", write one such as /plik`,
		`LogFormat = "xml"`:                       `invalid value for LogFormat : "xml", write "text" or "json"`,
		`FileDigest = "sha1"`:                     `invalid value for FileDigest : "sha1", write "md5" or "none"`,
		`MinFreeDisk = -1`:                        `invalid negative value for MinFreeDisk : write how many bytes stay free, such as 1GB, or 0 for none`,
		`MinFreeDiskStr = "unlimited"`:            `invalid negative value for MinFreeDisk : write how many bytes stay free, such as 1GB, or 0 for none`,
		`MaxTotalSizeStr = "much"`:                `invalid value for MaxTotalSizeStr : unable to parse size "much" : it does not start with a number, write a number of bytes, a size such as 10GB or 1.5GiB, or unlimited`,
		`SslEnabled = true`:                       `SslEnabled needs both SslCert and SslKey, write the paths of the certificate and of its key`,
		"SslEnabled=true\nSslKey='k'":             `SslEnabled needs both SslCert and SslKey, write the paths of the certificate and of its key`,
		`DownloadDomain = "http://a b"`:           `invalid download domain URL : "http://a b", write one such as https://plik.example.com`,
		`DownloadDomain = "dl.example.com"`:       `invalid download domain URL : "dl.example.com", write one such as https://plik.example.com`,
		`DownloadDomain = "ftp://dl.example.com"`: `invalid download domain URL : "ftp://dl.example.com", write one such as https://plik.example.com`,
		"DownloadDomain='http://a'\nDownloadDomainAlias=['b']": `invalid download domain alias URL : "b", write one such as https://plik.example.com`,
		`PublicURL = "plik"`:                    `invalid value for PublicURL : "plik", write one such as https://plik.example.com`,
		`PublicURL = "https://u:p@plik/"`:       `invalid value for PublicURL : "https://u:p@plik/", write one such as https://plik.example.com`,
		`PublicURL = "https://plik/?a=b"`:       `invalid value for PublicURL : "https://plik/?a=b", write one such as https://plik.example.com`,
		`UploadWhitelist = ["10.0.0.300"]`:      `failed to parse upload whitelist : "10.0.0.300" is neither an address nor a network, write one such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32`,
		`TrustedProxies = ["proxy"]`:            `failed to parse TrustedProxies : "proxy" is neither an address nor a network, write one such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32`,
		`DataBackend = "x"`:                     `unable to initialize data backend : Invalid data backend x, write file, s3, swift or gcs for DataBackend`,
		"[MetadataBackendConfig]\nDriver='foo'": `unable to initialize metadata backend : Invalid metadata backend driver : foo, write sqlite3, postgres or mysql for Driver`,
		"[MetadataBackendConfig]\nDriver=1":     `unable to initialize metadata backend : Invalid metadata backend driver : 1, write sqlite3, postgres or mysql for Driver`,
	} {
		require.Equal(t, want, refuse(t, text), text)
	}
}

func TestLogLevels(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		level           string
		debug, requests bool
		warnings        int
	}{
		``:                                    {"INFO", false, false, 0},
		`LogLevel = "DEBUG"`:                  {"DEBUG", true, true, 0},
		`LogLevel = "debug"`:                  {"DEBUG", true, true, 0},
		`LogLevel = "WARNING"`:                {"WARNING", false, false, 0},
		`LogLevel = "CRITICAL"`:               {"CRITICAL", false, false, 0},
		`LogLevel = "LOUD"`:                   {"INFO", false, false, 1},
		"LogLevel = 'CRITICAL'\nDebug = true": {"DEBUG", true, false, 0},
		`DebugRequests = true`:                {"INFO", false, true, 0},
	} {
		cfg, warnings := load(t, text)
		_, err := cfg.Resolve() // once more changes nothing
		require.NoError(t, err)
		require.Len(t, warnings, want.warnings, text)
		require.Equal(t, want.level, cfg.Level(), text)
		require.Equal(t, want.debug, cfg.Debug, text)
		require.Equal(t, want.requests, cfg.DebugRequests, text)
	}
}

func TestTLSVersions(t *testing.T) {
	t.Parallel()
	for version, want := range map[string]struct {
		min      uint16
		warnings int
	}{
		"":       {tls.VersionTLS12, 0},
		"tlsv10": {tls.VersionTLS10, 1},
		"tlsv11": {tls.VersionTLS11, 1},
		"tlsv12": {tls.VersionTLS12, 0},
		"TLSv13": {tls.VersionTLS13, 0},
		"ssl3":   {tls.VersionTLS12, 1},
	} {
		cfg, warnings := load(t, "SslEnabled=true\nSslCert='c'\nSslKey='k'\nTlsVersion='"+version+"'")
		require.Equal(t, want.min, cfg.MinTLSVersion, version)
		require.Len(t, warnings, want.warnings, version)
	}
}

func TestPath(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{
		"": "", "/": "", "/plik": "/plik", "/plik/": "/plik", "plik": "/plik", "/a/b/": "/a/b", "///": "",
	} {
		cfg, _ := load(t, "Path = '"+path+"'")
		require.Equal(t, want, cfg.Path, path)
	}
}

func TestURLs(t *testing.T) {
	t.Parallel()
	cfg, warnings := load(t, `
DownloadDomain = "https://dl.example.com:8443/"
DownloadDomainAlias = ["http://127.0.0.1:81", "http://other"]
PublicURL = "https://plik.example.com/x/"
`)
	require.Empty(t, warnings)
	require.Equal(t, "https://dl.example.com:8443/", cfg.DownloadDomain)
	require.Equal(t, []string{"dl.example.com:8443", "127.0.0.1:81", "other"}, cfg.DownloadHosts)
	require.Equal(t, "https://plik.example.com/x", cfg.PublicBase.String())

	cfg, warnings = load(t, `DownloadDomainAlias = ["not a URL"]`)
	require.Empty(t, cfg.DownloadHosts)
	require.Equal(t, []string{"DownloadDomainAlias is ignored without DownloadDomain, set that one as well"}, warnings)
}

func TestEraseFirstIsTold(t *testing.T) {
	t.Parallel()
	_, warnings := load(t, "[MetadataBackendConfig]\nEraseFirst = true")
	require.Equal(t, []string{"EraseFirst = true deletes all the metadata at each start, take it out to keep it"}, warnings)
}

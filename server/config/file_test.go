package config_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

func TestLoadNothingIsDefault(t *testing.T) {
	t.Parallel()
	cfg, warnings, err := config.Load("", nil)
	require.NoError(t, err)
	require.Empty(t, warnings)
	require.Equal(t, config.Default(), cfg)
}

// TestFileSpellings has the names as sample files of Plik 1.3 write them.
func TestFileSpellings(t *testing.T) {
	t.Parallel()
	cfg, warnings := load(t, `
SourceIpHeader = "X-Real-Ip"
GoogleApiClientID = "id"
GoogleApiSecret = "gs"
OvhApiKey = "ok"
OvhApiSecret = "os"
OvhApiEndpoint = ""
maxfilesizestr = "1kB"
LISTENPORT = 81
featureauthentication = "enabled"
[databackendconfig]
Directory = "d"
[MetadataBackendConfig]
ConnectionString = "x.db"
`)
	require.Empty(t, warnings)
	require.Equal(t, "X-Real-Ip", cfg.SourceIPHeader)
	require.Equal(t, "id", cfg.GoogleAPIClientID)
	require.Equal(t, "gs", cfg.GoogleAPISecret.Reveal())
	require.Equal(t, "ok", cfg.OvhAPIKey.Reveal())
	require.Equal(t, "os", cfg.OvhAPISecret.Reveal())
	require.Equal(t, "https://eu.api.ovh.com/1.0", cfg.OvhAPIEndpoint)
	require.Equal(t, int64(1000), cfg.MaxFileSize)
	require.Equal(t, 81, cfg.ListenPort)
	require.Equal(t, map[string]any{"Directory": "d"}, cfg.DataBackendConfig)
	require.Equal(t, map[string]any{"ConnectionString": "x.db"}, cfg.MetadataBackendConfig)
	require.True(t, cfg.GoogleAuthentication)
	require.True(t, cfg.OvhAuthentication)
}

func TestFileWarnings(t *testing.T) {
	t.Parallel()
	path := write(t, `# a comment
text = """
MaxFileSise = 1
"""
MaxFileSise = 5
OneShot = false
Stream = true
FeatureStream = "forced"
NoAnonymousUploads = false
Authentication = true
GoogleAuthentication = true
YubikeyEnabled = true

[DataBackendConfig]
Directory = "d"
directroy = "d"
ListenPort = 5
Nonsense = 1

[MetadataBackendConfig]
Conn = 1
maxopenconns = 3

[Strange.Table]
x = 1
`)
	_, warnings, err := config.Load(path, nil)
	require.NoError(t, err)
	var got []string
	for _, w := range warnings {
		got = append(got, strings.TrimPrefix(w.String(), filepath.Dir(path)+"/"))
	}
	require.Equal(t, []string{
		"plikd.cfg:4: unknown key text", // where it ends
		"plikd.cfg:5: unknown key MaxFileSise, did you mean MaxFileSize?",
		"plikd.cfg:12: unknown key YubikeyEnabled",
		"plikd.cfg:24: unknown key Strange",
		`plikd.cfg:10: Authentication is deprecated, write FeatureAuthentication = "enabled" instead`,
		"plikd.cfg:9: NoAnonymousUploads is deprecated, leave it out",
		`plikd.cfg:6: OneShot is deprecated, write FeatureOneShot = "disabled" instead`,
		"plikd.cfg:7: Stream is deprecated and ignored, leave it out: FeatureStream is set",
		"plikd.cfg:11: GoogleAuthentication is deprecated and ignored, leave it out: it follows from the keys of the provider",
		"plikd.cfg:17: unknown key ListenPort in DataBackendConfig, move it above the first table: it is a key of its own",
		"plikd.cfg:18: unknown key Nonsense in DataBackendConfig",
		"plikd.cfg:16: unknown key directroy in DataBackendConfig, did you mean Directory?",
		"plikd.cfg:21: unknown key Conn in MetadataBackendConfig",
		"plikd.cfg:22: unknown key maxopenconns in MetadataBackendConfig, did you mean MaxOpenConns?",
	}, got)
}

func TestFileBackendsKnowTheirKeys(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"DataBackend = 's3'\n[DataBackendConfig]\nEndpoint='e'\nAccessKeyID='a'\nSecretAccessKey='s'\nBucket='b'\nLocation='l'\nPrefix='p'\nPartSize=1\nUseSSL=true\nSSE='S3'",
		"DataBackend = 'swift'\n[DataBackendConfig]\nContainer='c'\nUserName='u'\nApiKey='k'\nAuthUrl='a'\nDomain='d'\nTenant='t'\nTenantId='t'\nRegion='r'",
		"DataBackend = 'gcs'\n[DataBackendConfig]\nBucket='b'\nFolder='f'",
		"DataBackend = 'testing'\n[DataBackendConfig]\nWhatever=1",
		"[MetadataBackendConfig]\nDriver='postgres'\nConnectionString='c'\nMaxOpenConns=1\nMaxIdleConns=1\nDebug=true\nSlowQueryThreshold='1s'",
	} {
		_, warnings := load(t, text)
		require.Empty(t, warnings, text)
	}
}

func TestFileRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"ListenPort = \"80\"":                      `: toml: line 1 (last key "ListenPort"): incompatible types: TOML value has type string; destination has type integer`,
		"\nDebug = 1":                              `: toml: line 2 (last key "Debug"): incompatible types: TOML value has type int64; destination has type boolean`,
		"UploadWhitelist = [1]":                    `: toml: line 1 (last key "UploadWhitelist"): incompatible types: TOML value has type int64; destination has type string`,
		"DataBackendConfig = 'x'":                  `plikd.cfg:1 : DataBackendConfig is a table, write [DataBackendConfig] and its keys below`,
		"[[DataBackendConfig]]\na = 1":             `plikd.cfg:1 : DataBackendConfig is a table, write [DataBackendConfig] and its keys below`,
		"a = 1\nListenPort = ":                     `: toml: line 2 (last key "ListenPort"): unexpected EOF; expected value`,
		"ListenPort = 1\nListenPort = 2":           `: toml: line 2 (last key "ListenPort"): Key 'ListenPort' has already been defined.`,
		"[DataBackendConfig]\n[DataBackendConfig]": `: toml: line 2: Key 'DataBackendConfig' has already been defined.`,
	} {
		err := refuse(t, text)
		require.Contains(t, err, "unable to load config file /", text)
		require.Contains(t, err, want, text)
	}
	err := refuse(t, "MaxFilePerUpload = 5\nmaxfileperupload = 6")
	require.Regexp(t, `^unable to load config file /.*/plikd.cfg : toml: MaxFilePerUpload is set twice, at /.*/plikd.cfg:1 and /.*/plikd.cfg:2, keep one$`, err)

	_, _, missing := config.Load("/does/not/exist.cfg", nil)
	require.EqualError(t, missing, "unable to load config file /does/not/exist.cfg : open /does/not/exist.cfg: no such file or directory")
}

// TestAllProblemsAtOnce has one problem from each step.
func TestAllProblemsAtOnce(t *testing.T) {
	t.Parallel()
	err := refuse(t, `
ListenPort = "a"
MetricsPort = 70000
Debug = 3
FeatureStream = "maybe"
UploadWhitelist = ["x", "y"]
MaxFileSizeStr = "lots"
DataBackend = "tape"
`, "PLIKD_MAX_FILE_PER_UPLOAD=many")
	lines := strings.Split(err, "\n")
	require.Len(t, lines, 9, err)
	for i, want := range []string{
		`(last key "ListenPort")`,
		`(last key "Debug")`,
		`unable to assign MaxFilePerUpload : invalid int value "many"`,
		`invalid value for MetricsPort : 70000`,
		`invalid value for MaxFileSizeStr : unable to parse size "lots"`,
		`failed to parse upload whitelist : "x"`,
		`failed to parse upload whitelist : "y"`,
		`Invalid value for FeatureStream : Invalid feature flag value. Expecting : disabled|enabled|default|forced, not "maybe"`,
		`Invalid data backend tape`,
	} {
		require.Contains(t, lines[i], want)
	}
}

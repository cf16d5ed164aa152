package config_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

func printed(t *testing.T, cfg *config.Config) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, cfg.Print(&b))
	return b.String()
}

// TestPrintLoadsAgain prints configurations without secrets and loads what was printed.
func TestPrintLoadsAgain(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"",
		"DefaultTTL = -1",
		"OneShot = false\nNoAnonymousUploads = true",
		"LogLevel = 'debug'",
		"TrustedProxies = []",
		"AbuseContact = \"\"\"a\n\\\"b\\\" \\\\ \\u0001 é\"\"\"",
		`
MaxFileSizeStr = "1.5GiB"
MaxTTLStr = "-1"
UploadWhitelist = ["10.0.0.0/8"]
DownloadDomain = "http://a"
PublicURL = "http://a/b/"
FeatureStream = "forced"
DataBackend = "s3"
[DataBackendConfig]
PartSize = 16777216
UseSSL = true
Ratio = 2.5
List = ["a", "b"]
[DataBackendConfig.Sub]
x = 1
[MetadataBackendConfig]
Driver = "postgres"
ConnectionString = "host=/run/postgres dbname=plik"
`,
	} {
		cfg, _ := load(t, text)
		again, warnings := load(t, printed(t, cfg))
		for _, w := range warnings {
			require.Contains(t, w, "in DataBackendConfig", text) // the keys made up above
		}
		require.Equal(t, cfg, again, text)
	}
}

const secrets = `
FeatureAuthentication = "enabled"
GoogleAPIClientID = "public-id"
GoogleAPISecret = "hidden-1"
OvhAPIKey = "hidden-2"
OvhAPISecret = "hidden-3"
GithubClientID = "id"
GithubClientSecret = "hidden-d"
OidcIssuer = "https://id.example.com"
OidcClientID = "id"
OidcClientSecret = "hidden-e"
[DataBackendConfig]
Bucket = "shown"
AccessKeyID = "hidden-4"
SecretAccessKey = "hidden-5"
ApiKey = "hidden-6"
AuthToken = "hidden-7"
Password = 4711
Passphrases = ["hidden-8"]
sse_key = ""
[[DataBackendConfig.Accounts]]
Secret = "hidden-9"
[DataBackendConfig.Sub]
PrivateKey = "hidden-a"
[MetadataBackendConfig]
ConnectionString = "postgres://plik:hidden-b@db/plik?password=hidden-c&sslmode=disable"
`

func TestPrintMasksSecrets(t *testing.T) {
	t.Parallel()
	cfg, _ := load(t, secrets)
	shown, err := json.Marshal(cfg.Shown())
	require.NoError(t, err)
	require.Contains(t, string(shown), `"GoogleAPISecret":"[set]"`)
	for _, out := range []string{
		string(shown), printed(t, cfg), cfg.String(), fmt.Sprint(cfg), fmt.Sprintf("%+v %#v %s", *cfg, *cfg, cfg), fmt.Sprintf("%v", struct{ C *config.Config }{cfg}),
	} {
		require.NotContains(t, out, "hidden")
		require.NotContains(t, out, "4711")
	}
	out := printed(t, cfg)
	for _, want := range []string{
		`GoogleAPIClientID = "public-id"`, `GoogleAPISecret = "[set]"`, `OvhAPIKey = "[set]"`, `OvhAPISecret = "[set]"`,
		`GithubClientSecret = "[set]"`, `OidcClientSecret = "[set]"`,
		`Bucket = "shown"`, `AccessKeyID = "[set]"`, `SecretAccessKey = "[set]"`, `ApiKey = "[set]"`, `AuthToken = "[set]"`,
		`Password = "[set]"`, `Passphrases = ["[set]"]`, `sse_key = ""`, `Secret = "[set]"`, `PrivateKey = "[set]"`,
		`ConnectionString = "postgres://plik:[set]@db/plik?password=[set]&sslmode=disable"`,
	} {
		require.Contains(t, out, want)
	}
	require.Equal(t, "hidden-5", cfg.DataBackendConfig["SecretAccessKey"], "printing changed the configuration")

	// What was printed loads, and says that the masks are no secrets.
	again, warnings := load(t, out)
	require.True(t, again.GoogleAuthentication)
	var masks []string
	for _, w := range warnings {
		if name, ok := strings.CutSuffix(w, ", which only stands for a secret where it is shown: write the secret itself"); ok {
			masks = append(masks, name)
		}
	}
	require.Equal(t, []string{
		"GoogleAPISecret holds [set]", "OvhAPIKey holds [set]", "OvhAPISecret holds [set]",
		"GithubClientSecret holds [set]", "OidcClientSecret holds [set]",
		"DataBackendConfig holds [set]", "MetadataBackendConfig holds [set]",
	}, masks)
}

func TestPrintConnectionStrings(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"plik.db":                                             "plik.db",
		"/data/plik.db":                                       "/data/plik.db",
		"file:plik.db?mode=rwc":                               "file:plik.db?mode=rwc",
		`C:\\plik\\plik.db`:                                   `C:\\plik\\plik.db`,
		"plik:s3cret@tcp(db:3306)/plik":                       "plik:[set]@tcp(db:3306)/plik",
		"plik:s3cr@t/:@tcp(db)/plik":                          "plik:[set]@tcp(db)/plik",
		"mysql://plik:s3cret@db/plik":                         "mysql://plik:[set]@db/plik",
		"postgres://plik@db/plik":                             "postgres://plik@db/plik",
		"host=db user=plik password=s3cret dbname=plik":       "host=db user=plik password=[set] dbname=plik",
		"host=db PASSWORD = 's3 cr\\\\'et' dbname=plik":       "host=db PASSWORD = [set] dbname=plik",
		"host=db user=plik sslpassword=s3cret":                "host=db user=plik sslpassword=[set]",
		"file:plik.db?_auth&_auth_user=a&_auth_pass=s3cret&x": "file:plik.db?_auth&_auth_user=a&_auth_pass=[set]&x",
	} {
		cfg, _ := load(t, "[MetadataBackendConfig]\nConnectionString = \""+text+"\"")
		require.Contains(t, printed(t, cfg), "ConnectionString = \""+want+"\"\n", text)
	}
}

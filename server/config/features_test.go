package config_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

var features = map[string]config.Flag{ // and their defaults
	"Authentication": config.Disabled, "OneShot": config.Enabled, "Removable": config.Enabled,
	"Stream": config.Enabled, "Password": config.Enabled, "Comments": config.Enabled,
	"SetTTL": config.Enabled, "ExtendTTL": config.Disabled, "Clients": config.Enabled,
	"Github": config.Enabled, "Text": config.Enabled,
}

func flag(c *config.Config, feature string) config.Flag {
	return reflect.ValueOf(c).Elem().FieldByName("Feature" + feature).Interface().(config.Flag)
}

func TestFlag(t *testing.T) {
	t.Parallel()
	for f, want := range map[config.Flag][2]bool{
		config.Disabled: {false, false},
		config.Enabled:  {true, false},
		config.Opted:    {true, false},
		config.Forced:   {true, true},
	} {
		require.Equal(t, want, [2]bool{f.Enabled(), f.Forced()}, f)
	}
}

// TestFeatures gives every flag every value.
func TestFeatures(t *testing.T) {
	t.Parallel()
	for feature, otherwise := range features {
		require.Equal(t, otherwise, flag(config.Default(), feature), feature)
		cfg, _ := load(t, "Feature"+feature+" = ''")
		require.Equal(t, otherwise, flag(cfg, feature), feature)

		toggle := feature == "Clients" || feature == "Github"
		for _, value := range []string{"disabled", "enabled", "default", "forced"} {
			text := "Feature" + feature + " = '" + value + "'"
			if toggle && (value == "default" || value == "forced") {
				require.Equal(t, "Invalid value for Feature"+feature+" : Invalid feature flag value. Expecting : disabled|enabled, not \""+value+"\"", refuse(t, text))
				continue
			}
			cfg, warnings := load(t, text)
			require.Empty(t, warnings)
			require.Equal(t, config.Flag(value), flag(cfg, feature), feature)
		}
		for _, value := range []string{"Enabled", "true", " enabled"} {
			err := refuse(t, "Feature"+feature+" = '"+value+"'")
			require.True(t, strings.HasPrefix(err, "Invalid value for Feature"+feature+" : Invalid feature flag value. Expecting : disabled|enabled"), err)
		}
	}
}

// TestDeprecatedBooleans: they decide flags that are left out, and mirror them afterwards.
func TestDeprecatedBooleans(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		feature string
		flag    config.Flag
	}{
		"Authentication = true":                                        {"Authentication", config.Enabled},
		"Authentication = false":                                       {"Authentication", config.Disabled},
		"NoAnonymousUploads = true":                                    {"Authentication", config.Forced},
		"NoAnonymousUploads = false":                                   {"Authentication", config.Disabled},
		"Authentication = true\nNoAnonymousUploads = true":             {"Authentication", config.Forced},
		"Authentication = false\nNoAnonymousUploads = true":            {"Authentication", config.Forced},
		"Authentication = true\nNoAnonymousUploads = false":            {"Authentication", config.Enabled},
		"Authentication = true\nFeatureAuthentication = 'disabled'":    {"Authentication", config.Disabled},
		"NoAnonymousUploads = true\nFeatureAuthentication = 'enabled'": {"Authentication", config.Enabled},
		"NoAnonymousUploads = true\nFeatureAuthentication = ''":        {"Authentication", config.Forced},
		"OneShot = true":  {"OneShot", config.Enabled},
		"OneShot = false": {"OneShot", config.Disabled},
		"OneShot = false\nFeatureOneShot = 'forced'":               {"OneShot", config.Forced},
		"Removable = true":                                         {"Removable", config.Enabled},
		"Removable = false":                                        {"Removable", config.Disabled},
		"Removable = false\nFeatureRemovable = 'default'":          {"Removable", config.Opted},
		"Stream = true":                                            {"Stream", config.Enabled},
		"Stream = false":                                           {"Stream", config.Disabled},
		"Stream = true\nFeatureStream = 'disabled'":                {"Stream", config.Disabled},
		"ProtectedByPassword = true":                               {"Password", config.Enabled},
		"ProtectedByPassword = false":                              {"Password", config.Disabled},
		"ProtectedByPassword = false\nFeaturePassword = 'enabled'": {"Password", config.Enabled},
	} {
		cfg, warnings := load(t, text)
		require.Len(t, warnings, strings.Count("\n"+text, "\n")-strings.Count(text, "Feature"), text)
		require.Equal(t, want.flag, flag(cfg, want.feature), text)
		require.Equal(t, cfg.FeatureAuthentication.Enabled(), cfg.Authentication, text)
		require.Equal(t, cfg.FeatureAuthentication.Forced(), cfg.NoAnonymousUploads, text)
		require.Equal(t, cfg.FeatureOneShot.Enabled(), cfg.OneShot, text)
		require.Equal(t, cfg.FeatureRemovable.Enabled(), cfg.Removable, text)
		require.Equal(t, cfg.FeatureStream.Enabled(), cfg.Stream, text)
		require.Equal(t, cfg.FeaturePassword.Enabled(), cfg.ProtectedByPassword, text)
	}
}

func TestResolveAgainAfterChange(t *testing.T) {
	t.Parallel()
	cfg := config.Default()
	cfg.FeatureAuthentication = config.Forced
	cfg.FeatureStream = config.Disabled
	cfg.UploadWhitelist = []string{"127.0.0.1"}
	_, err := cfg.Resolve()
	require.NoError(t, err)
	require.True(t, cfg.NoAnonymousUploads)
	require.True(t, cfg.Authentication)
	require.False(t, cfg.Stream)
	require.Len(t, cfg.UploadNetworks, 1)
}

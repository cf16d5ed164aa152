package config_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/sirupsen/logrus"
	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/config"
)

func TestSecretIsNeverShown(t *testing.T) {
	t.Parallel()
	type holder struct{ Key config.Secret }
	secret := config.Secret("hunter2")
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%s", "%q", "%d", "%x", "%X", "%+v", "%#v", "%20s", "%T"} {
		fmt.Fprintf(&out, verb+" "+verb+" "+verb+"\n", secret, &holder{secret}, []config.Secret{secret})
	}
	fmt.Fprintln(&out, secret, map[string]any{"k": secret}, secret.String())

	text, err := json.Marshal(map[string]any{"k": secret, "h": holder{secret}})
	require.NoError(t, err)
	require.JSONEq(t, `{"k":"[set]","h":{"Key":"[set]"}}`, string(text))
	out.Write(text)
	require.NoError(t, toml.NewEncoder(&out).Encode(holder{secret}))

	for _, formatter := range []logrus.Formatter{&logrus.TextFormatter{}, &logrus.JSONFormatter{}} {
		log := logrus.New()
		log.SetOutput(&out)
		log.SetFormatter(formatter)
		log.WithField("key", secret).WithField("holder", holder{secret}).Infof("secret %v", secret)
	}
	require.NotContains(t, out.String(), "hunter2")
	require.NotContains(t, out.String(), fmt.Sprintf("%x", "hunter2"))
	require.Contains(t, out.String(), "Key = \"[set]\"")

	require.Equal(t, "hunter2", secret.Reveal())
	require.Equal(t, "[set]", fmt.Sprint(secret))
	require.Equal(t, `"[set]"`, fmt.Sprintf("%q", secret))
	require.Equal(t, `"" `, fmt.Sprintf("%q %s", config.Secret(""), config.Secret("")))
}

func TestWarningString(t *testing.T) {
	t.Parallel()
	require.Equal(t, "plikd.cfg:3: unknown key", config.Warning{Where: "plikd.cfg:3", Text: "unknown key"}.String())
	require.Equal(t, "unknown key", config.Warning{Text: "unknown key"}.String())
}

package seal_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/seal"
)

// secret is 32 bytes that differ.
func secret() []byte {
	b := make([]byte, 32)
	for i := range b {
		b[i] = byte(200 + i)
	}
	return b
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	hexa, base := hex.EncodeToString(secret()), base64.StdEncoding.EncodeToString(secret())
	want, err := seal.ParseKey(hexa)
	require.NoError(t, err)
	require.Len(t, want.ID(), 16)
	for _, text := range []string{hexa, strings.ToUpper(hexa), base, hexa + "\n", base + "\n", hexa + "\r\n"} {
		k, err := seal.ParseKey(text)
		require.NoError(t, err, "%q", text)
		require.Equal(t, want.ID(), k.ID())
	}
	for text, says := range map[string]string{
		"":                 "the key is empty",
		"\n":               "the key is empty",
		hexa[1:]:           "neither hexadecimal nor base64",
		hexa[2:]:           "", // both, and of the wrong size
		hexa + "00":        "",
		hexa + "\n\n":      "", // Base64 ignores newlines: it is then 48 bytes.
		" " + hexa:         "neither hexadecimal nor base64",
		base[4:]:           "the key has 29 bytes",
		base + "AAAA":      "neither hexadecimal nor base64",
		base[:43]:          "neither hexadecimal nor base64",
		"AAAA" + base:      "the key has 35 bytes",
		"correct horse ba": "neither hexadecimal nor base64",
	} {
		_, err := seal.ParseKey(text)
		require.ErrorContains(t, err, says, "%q", text)
		require.ErrorContains(t, err, "openssl rand -hex 32")
		if len(text) > 8 {
			require.NotContains(t, err.Error(), text[:8])
		}
	}
}

// TestKeyIsNotPrinted prints a key in all the ways there are.
func TestKeyIsNotPrinted(t *testing.T) {
	t.Parallel()
	k, err := seal.ParseKey(hex.EncodeToString(secret()))
	require.NoError(t, err)
	holder := struct{ K seal.Key }{k}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o"} {
		for _, v := range []any{k, &k, holder, &holder, []seal.Key{k}} {
			text := strings.ToLower(fmt.Sprintf(verb, v))
			require.NotContains(t, text, hex.EncodeToString(secret())[:8])
			require.NotContains(t, text, "200 201 202")
		}
	}
	require.Equal(t, "key "+k.ID(), fmt.Sprint(k))
	require.Equal(t, "key none", fmt.Sprint(seal.Key{}))
}

func FuzzParseKey(f *testing.F) {
	f.Add(hex.EncodeToString(secret()))
	f.Add(base64.StdEncoding.EncodeToString(secret()) + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := seal.ParseKey(text)
		if err != nil {
			return
		}
		again, err := seal.ParseKey(strings.TrimSpace(text))
		require.NoError(t, err)
		require.Equal(t, k.ID(), again.ID())
	})
}

package file_test

import (
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data/file"
	"github.com/root-gg/plik/server/data/seal"
)

func TestReadKeys(t *testing.T) {
	t.Parallel()
	k, err := seal.ParseKey(childSecret)
	require.NoError(t, err)
	path := t.TempDir() + "/key"
	for _, content := range []string{childSecret, childSecret + "\n", childSecret + "\r\n"} {
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		keys, err := file.ReadKeys([]string{"file:" + path, strings.Repeat("ab", 32)})
		require.NoError(t, err)
		require.Len(t, keys, 2)
		require.Equal(t, k.ID(), keys[0].ID())
		require.NotEqual(t, k.ID(), keys[1].ID())
	}
	keys, err := file.ReadKeys(nil)
	require.NoError(t, err)
	require.Empty(t, keys)
}

func TestReadKeysRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/short", []byte("deadbeefdeadbeef"), 0o600))
	require.NoError(t, os.WriteFile(dir+"/large", []byte(strings.Repeat("ab", 1<<20)), 0o600))
	require.NoError(t, os.WriteFile(dir+"/empty", nil, 0o600))
	for entry, says := range map[string]string{
		"":                       "key 2: the key is empty",
		"deadbeef":               "key 2: the key has 6 bytes", // It is base64 as well.
		"no key":                 "key 2: the key is neither",
		"file:":                  "key 2 of : let the user",
		"file:" + dir + "/none":  "key 2 of " + dir + "/none: let the user that runs plikd read it",
		"file:" + dir:            "key 2 of " + dir + ": let the user that runs plikd read it",
		"file:" + dir + "/short": "key 2 of " + dir + "/short: the key has",
		"file:" + dir + "/large": "key 2 of " + dir + "/large: the key has",
		"file:" + dir + "/empty": "key 2 of " + dir + "/empty: the key is empty",
	} {
		_, err := file.ReadKeys([]string{childSecret, entry})
		require.ErrorContains(t, err, says, entry)
		require.NotContains(t, err.Error(), "dead", entry)
		require.NotContains(t, err.Error(), childSecret[:8])
	}
}

package crypt_test

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/cmd/plik/internal/crypt"
)

// need skips a test that needs a program which is not there; where CI is set, it has to be.
func need(t *testing.T, programs ...string) {
	t.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed", p)
			}
			t.Skipf("%s is not installed", p)
		}
	}
}

// shell runs a command as somebody who pastes it, and returns what it writes.
func shell(t *testing.T, env []string, stdin []byte, command string) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", command)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin = bytes.NewReader(stdin)
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	require.NoError(t, err, "%s: %s", command, said.String())
	return out
}

// sizes are lengths around those of blocks and chunks.
func sizes() []int {
	return []int{0, 1, 15, 16, 17, 47, 48, 49, 1000, 65519, 65520, 65535, 65536, 65537, 131072, 300_001}
}

// noise returns n bytes.
func noise(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{7})
	_, _ = r.Read(b)
	return b
}

// seal encrypts content, in uneven writes.
func seal(t *testing.T, s crypt.Sealer, content []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := s.Seal(t.Context(), &out)
	require.NoError(t, err)
	for n := 1; len(content) > 0; n = n*3 + 1 {
		n = min(n, len(content))
		m, err := w.Write(content[:n])
		require.NoError(t, err)
		require.Equal(t, n, m)
		content = content[n:]
	}
	require.NoError(t, w.Close())
	return out.Bytes()
}

// open decrypts data to its end.
func open(t *testing.T, data []byte, o crypt.OpenOptions) ([]byte, error) {
	t.Helper()
	r, err := crypt.Open(t.Context(), bytes.NewReader(data), o)
	if err != nil {
		return nil, err
	}
	defer func() { require.NoError(t, r.Close()) }()
	return io.ReadAll(r)
}

// same compares contents without filling the screen.
func same(t *testing.T, want, got []byte, what ...any) {
	t.Helper()
	require.True(t, bytes.Equal(want, got), append([]any{"%d bytes became %d: %v", len(want), len(got)}, what...)...)
}

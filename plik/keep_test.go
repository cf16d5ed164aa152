package plik_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/plik"
)

// kept is a state on disk, as programs keep it.
type kept struct {
	t    *testing.T
	path string
	mu   sync.Mutex
}

func keep(t *testing.T, dir string) *kept {
	return &kept{t: t, path: filepath.Join(dir, "state.json")}
}

func (k *kept) save(s *plik.State) {
	k.mu.Lock()
	defer k.mu.Unlock()
	b, err := json.Marshal(s)
	require.NoError(k.t, err)
	require.NoError(k.t, os.WriteFile(k.path, b, 0o600))
}

func (k *kept) load() *plik.State {
	k.mu.Lock()
	defer k.mu.Unlock()
	b, err := os.ReadFile(k.path)
	require.NoError(k.t, err)
	s := &plik.State{}
	require.NoError(k.t, json.Unmarshal(b, s))
	return s
}

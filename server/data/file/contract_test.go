package file_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/datatest"
	"github.com/root-gg/plik/server/data/file"
)

func TestContract(t *testing.T) {
	t.Parallel()
	datatest.Run(t, datatest.Harness{Open: func(t *testing.T) data.Backend { return open(t, t.TempDir()) }})
}

// open returns the store of dir, which t closes.
func open(t testing.TB, dir string) *file.Store {
	t.Helper()
	s, err := file.New(file.Options{Directory: dir})
	require.NoError(t, err)
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return s
}

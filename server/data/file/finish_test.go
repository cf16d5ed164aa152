package file_test

import (
	"errors"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/data"
	"github.com/root-gg/plik/server/data/file"
)

// A Finish that failed after the rename is not done until the directory is on the disk.
func TestFinishAgainSyncs(t *testing.T) {
	t.Parallel()
	s, err := file.New(file.Options{Directory: t.TempDir()})
	require.NoError(t, err)
	defer s.Close()
	key := data.Key{Upload: "upload", File: "abcdef"}
	piece, err := s.Append(t.Context(), key.File, 0)
	require.NoError(t, err)
	_, err = piece.Write([]byte("hello"))
	require.NoError(t, err)
	require.NoError(t, piece.Sync())
	require.NoError(t, piece.Close())

	var steps []string
	broken := true
	s.Inject(func(step string) error {
		steps = append(steps, step)
		if step == "syncdir ab" && broken {
			return errors.New("i/o error")
		}
		return nil
	})
	for range 2 {
		_, err = s.Finish(t.Context(), key.File, key, 5)
		require.ErrorContains(t, err, "i/o error")
	}
	broken, steps = false, nil
	stored, err := s.Finish(t.Context(), key.File, key, 5)
	require.NoError(t, err)
	require.EqualValues(t, 5, stored.Size)
	require.True(t, slices.Contains(steps, "syncdir ab"), steps)
}

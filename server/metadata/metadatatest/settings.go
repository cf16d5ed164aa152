package metadatatest

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func settingTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"set once": settingOnce,
		"race":     settingRace,
		"ping":     func(t *testing.T, s Store) { require.NoError(t, s.Ping(t.Context())) },
	}
}

func settingOnce(t *testing.T, s Store) {
	ctx := t.Context()
	_, err := s.Setting(ctx, "key")
	kind(t, core.KindNotFound, err)
	for _, value := range []string{"first 🎉", "second", ""} {
		current, err := s.SetSettingIfAbsent(ctx, "key", value)
		require.NoError(t, err)
		require.Equal(t, "first 🎉", current)
	}
	got, err := s.Setting(ctx, "key")
	require.NoError(t, err)
	require.Equal(t, "first 🎉", got)
	_, err = s.Setting(ctx, "KEY")
	kind(t, core.KindNotFound, err)
	_, err = s.Setting(ctx, "")
	kind(t, core.KindNotFound, err)
}

func settingRace(t *testing.T, s Store) {
	values := make([]string, racers)
	won := race(t, func(i int) (err error) {
		values[i], err = s.SetSettingIfAbsent(t.Context(), "key", fmt.Sprint("value ", i))
		return err
	})
	require.Equal(t, racers, won)
	require.Len(t, slices.Compact(values), 1)
}

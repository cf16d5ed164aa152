package metadatatest

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/core"
)

func deviceTests() map[string]func(t *testing.T, s Store) {
	return map[string]func(t *testing.T, s Store){
		"round trip":    deviceRoundTrip,
		"decide":        deviceDecide,
		"race to take":  deviceTakeRace,
		"purge":         devicePurge,
		"same code":     deviceSameCode,
		"race for code": deviceCodeRace,
	}
}

func device(id string) *core.DeviceLogin {
	return &core.DeviceLogin{
		ID: id, UserCode: core.NewUserCode(), Comment: "plik 🎉 on laptop", RemoteIP: "2001:db8::1",
		CreatedAt: start, ExpireAt: start.Add(time.Minute),
	}
}

func waiting(t *testing.T, s Store, id string) *core.DeviceLogin {
	t.Helper()
	d := device(id)
	require.NoError(t, s.CreateDeviceLogin(t.Context(), d))
	return d
}

func deviceRoundTrip(t *testing.T, s Store) {
	want := waiting(t, s, "abc")
	got, err := s.DeviceLogin(t.Context(), "abc")
	require.NoError(t, err)
	same(t, want, got)
	got, err = s.DeviceLoginByCode(t.Context(), want.UserCode)
	require.NoError(t, err)
	same(t, want, got)
	for _, id := range []string{"", "ABC", "abc ", "ab", "%"} {
		_, err := s.DeviceLogin(t.Context(), id)
		kind(t, core.KindNotFound, err)
		_, err = s.DeviceLoginByCode(t.Context(), id)
		kind(t, core.KindNotFound, err)
	}
}

func deviceDecide(t *testing.T, s Store) {
	ctx := t.Context()
	d := waiting(t, s, "abc")
	kind(t, core.KindNotFound, s.TakeDeviceLogin(ctx, "abc")) // nobody has decided
	kind(t, core.KindNotFound, s.DecideDeviceLogin(ctx, d.UserCode, "local:alice", "token", d.ExpireAt))
	kind(t, core.KindNotFound, s.DecideDeviceLogin(ctx, "unknown", "local:alice", "token", start))
	require.NoError(t, s.DecideDeviceLogin(ctx, d.UserCode, "local:alice", "token", start))
	kind(t, core.KindNotFound, s.DecideDeviceLogin(ctx, d.UserCode, "local:bob", "", start))
	d.UserID, d.Token = "local:alice", "token"
	got, err := s.DeviceLogin(ctx, "abc")
	require.NoError(t, err)
	same(t, d, got)
}

func deviceTakeRace(t *testing.T, s Store) {
	d := waiting(t, s, "abc")
	won := race(t, func(int) error {
		return s.DecideDeviceLogin(t.Context(), d.UserCode, "local:alice", "token", start)
	}, core.KindNotFound)
	require.Equal(t, 1, won)
	won = race(t, func(int) error { return s.TakeDeviceLogin(t.Context(), "abc") }, core.KindNotFound)
	require.Equal(t, 1, won)
}

func devicePurge(t *testing.T, s Store) {
	old, kept := waiting(t, s, "old"), device("kept")
	kept.ExpireAt = old.ExpireAt.Add(time.Second)
	require.NoError(t, s.CreateDeviceLogin(t.Context(), kept))
	for _, want := range []int{1, 0} {
		n, err := s.PurgeDeviceLogins(t.Context(), kept.ExpireAt)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	_, err := s.DeviceLogin(t.Context(), "old")
	kind(t, core.KindNotFound, err)
	_, err = s.DeviceLogin(t.Context(), "kept")
	require.NoError(t, err)
}

func deviceSameCode(t *testing.T, s Store) {
	first, second := waiting(t, s, "abc"), device("def")
	second.UserCode = first.UserCode
	kind(t, core.KindConflict, s.CreateDeviceLogin(t.Context(), second))
}

func deviceCodeRace(t *testing.T, s Store) {
	code := core.NewUserCode()
	won := race(t, func(int) error {
		d := device(core.NewResumableID())
		d.UserCode = code
		return s.CreateDeviceLogin(t.Context(), d)
	}, core.KindConflict)
	require.Equal(t, 1, won)
}

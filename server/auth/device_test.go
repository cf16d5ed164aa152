package auth_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
	"github.com/root-gg/plik/server/core"
)

func withDevices(values ...string) *http.Request {
	r := &http.Request{Header: http.Header{}}
	for _, v := range values {
		r.Header.Add("Cookie", "plik-device="+v)
	}
	return r
}

func TestDevice(t *testing.T) {
	t.Parallel()
	s := newSessions(t, auth.SessionOptions{})
	alice, bob := s.NewDevice("local:alice"), s.NewDevice("local:bob")
	id, _, _ := strings.Cut(alice, ".")
	_, mac, _ := strings.Cut(bob, ".")
	strange := newSessions(t, auth.SessionOptions{Key: make([]byte, 64)}).NewDevice("local:alice")
	for what, c := range map[string]struct {
		uid    core.UserID
		values []string
		want   string
	}{
		"hers":                 {"local:alice", []string{alice}, id},
		"hers among others":    {"local:alice", []string{bob, "x", alice}, id},
		"hers after too many":  {"local:alice", []string{"a", "b", "c", "d", alice}, ""},
		"none":                 {"local:alice", nil, ""},
		"another user's":       {"local:alice", []string{bob}, ""},
		"of another server":    {"local:alice", []string{strange}, ""},
		"the MAC of another":   {"local:alice", []string{id + "." + mac}, ""},
		"the id of another":    {"local:bob", []string{id + "." + mac}, ""},
		"without MAC":          {"local:alice", []string{id + "."}, ""},
		"without point":        {"local:alice", []string{id}, ""},
		"with more after it":   {"local:alice", []string{alice + "0"}, ""},
		"nobody's":             {"", []string{alice}, ""},
		"the border moved":     {core.UserID("local:alice\x00" + id[:1]), []string{id[1:] + alice[len(id):]}, ""},
		"MAC in capitals":      {"local:alice", []string{strings.ToUpper(alice)}, ""},
		"more than any cookie": {"local:alice", []string{alice + strings.Repeat("x", 1<<16)}, ""},
	} {
		got, ok := s.Device(withDevices(c.values...), c.uid)
		require.Equal(t, c.want, got, what)
		require.Equal(t, c.want != "", ok, what)
	}
	require.NotEqual(t, alice, s.NewDevice("local:alice"))
}

func FuzzDevice(f *testing.F) {
	s := newSessions(f, auth.SessionOptions{})
	value := s.NewDevice("local:alice")
	f.Add("local:alice", value)
	f.Add("local:bob", value)
	f.Add("", ".")
	f.Fuzz(func(t *testing.T, uid, in string) {
		id, ok := s.Device(withDevices(in), core.UserID(uid))
		if !ok {
			require.Empty(t, id)
			return
		}
		require.Equal(t, "local:alice", uid) // no other has a MAC among the seeds
		require.Len(t, id, 26)
	})
}

package auth_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/root-gg/plik/server/auth"
)

func TestSpent(t *testing.T) {
	t.Parallel()
	first := auth.NewSpent(time.Minute, 3)
	at := func(s int) time.Time { return time.Unix(begin, 0).Add(time.Duration(s) * time.Second) }
	for _, c := range []struct {
		state string
		at    int
		want  bool
	}{
		{"a", 0, true}, {"a", 0, false}, {"b", 59, true},
		{"c", 60, true}, {"b", 118, false}, {"a", 119, false}, // a full minute is remembered
		{"b", 180, true},
		{"d", 180, true}, {"e", 180, true}, // the period is full and is turned early
		{"f", 180, true}, {"b", 180, false}, {"f", 180, false},
	} {
		require.Equal(t, c.want, first(c.state, at(c.at)), c)
	}
}

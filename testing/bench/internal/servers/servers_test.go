//go:build linux

package servers_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/root-gg/plik/testing/bench/internal/servers"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestParseMemory(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		status string
		want   servers.Memory
		bad    bool
	}{
		"both":    {"Name:\tplikd\nVmPeak:\t 999 kB\nVmHWM:\t   30000 kB\nVmRSS:\t   20000 kB\nThreads:\t7\n", servers.Memory{Now: 20000 << 10, Peak: 30000 << 10}, false},
		"zombie":  {"Name:\tplikd\nState:\tZ (zombie)\n", servers.Memory{}, true},
		"garbled": {"VmHWM:\tmuch\nVmRSS:\t1 kB\n", servers.Memory{}, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := servers.ParseMemory(tt.status)
			require.Equal(t, tt.want, got)
			require.Equal(t, tt.bad, err != nil, "%v", err)
		})
	}
}

func TestStartTellsWhyAServerEnded(t *testing.T) {
	t.Parallel()
	_, err := servers.StartPlikd(t.Context(), "/bin/false", t.TempDir(), "")
	require.ErrorContains(t, err, "plikd ended (exit status 1)")
	_, err = servers.StartPlikd(t.Context(), "/absent", t.TempDir(), "none")
	require.ErrorContains(t, err, "start plikd")
}

func TestUploadPaths(t *testing.T) {
	t.Parallel()
	u := servers.Upload{ID: "up", Token: "secret", Files: []servers.File{{ID: "one", Name: "a"}, {ID: "two", Name: "b"}}}
	require.Equal(t, "/file/up/two/b", u.Path(1))
	require.Equal(t, "/stream/up/one/a", u.StreamPath(0))
	require.Equal(t, "secret", u.Header().Get(servers.TokenHeader))
}

func TestParseStat(t *testing.T) {
	t.Parallel()
	group, used, err := servers.ParseStat("77 (a) b (c) S 1 42 77 0 -1 4194304 1 2 3 4 500 25 7 8 20 0 1 0 99\n")
	require.NoError(t, err)
	require.Equal(t, 42, group)
	require.Equal(t, 5250*time.Millisecond, used)
	for _, text := range []string{"", "77 (x) S 1 42", "77 (x) S 1 42 77 0 -1 4194304 1 2 3 4 many 25 7"} {
		_, _, err := servers.ParseStat(text)
		require.Error(t, err, text)
	}
}

func TestParseMachineStat(t *testing.T) {
	t.Parallel()
	used, err := servers.ParseMachineStat("cpu  100 20 3 9999 9999 9999 9999 7 0 0\ncpu0 1 2 3\n")
	require.NoError(t, err)
	require.Equal(t, 1300*time.Millisecond, used)
	for _, text := range []string{"", "intr 1 2 3 4 5 6 7 8 9", "cpu 1 2 3", "cpu a b c d e f g h i"} {
		_, err := servers.ParseMachineStat(text)
		require.Error(t, err, text)
	}
}

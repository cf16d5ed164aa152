//go:build linux

package servers_test

import (
	"testing"

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

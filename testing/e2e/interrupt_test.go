//go:build unix

package e2e_test

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"os/exec"
	osSignal "os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// startDaemon runs a server until the test ends.
func startDaemon(t *testing.T) *daemon {
	t.Helper()
	return startDaemonWith(t, "")
}

func startDaemonWith(t *testing.T, configuration string) *daemon {
	t.Helper()
	d := &daemon{dir: t.TempDir()}
	require.NoError(t, d.start(configuration, 0))
	t.Cleanup(func() { require.NoError(t, d.stop(5*time.Second)) })
	return d
}

// until waits for something that another process does.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, 20*time.Second, 5*time.Millisecond, what)
}

// created tells whether an upload is known in a home directory.
func created(home string) bool {
	names, _ := filepath.Glob(filepath.Join(home, ".local/state/plik/uploads/*.json"))
	return len(names) > 0
}

// TestInterrupted is what signals do to uploads that cannot be gone on with: they are deleted, soon, even while their
// content does not come.
func TestInterrupted(t *testing.T) {
	t.Parallel()
	d := startDaemon(t)
	for name, signal := range map[string]unix.Signal{"INT": unix.SIGINT, "TERM": unix.SIGTERM, "HUP": unix.SIGHUP} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if osSignal.Ignored(signal) {
				t.Skip("it is ignored here, as under nohup, and so by plik")
			}
			home := t.TempDir()
			in, hold, err := os.Pipe() // nothing ever comes
			require.NoError(t, err)
			defer hold.Close()
			cmd := exec.CommandContext(t.Context(), filepath.Join(program, "plik"))
			cmd.Env = []string{"HOME=" + home, "PLIK_URL=" + d.url()}
			var out, errs bytes.Buffer
			cmd.Stdin, cmd.Stdout, cmd.Stderr = in, &out, &errs
			require.NoError(t, cmd.Start())
			in.Close()
			until(t, "an upload", func() bool { return created(home) })
			start := time.Now()
			require.NoError(t, cmd.Process.Signal(signal))
			require.Error(t, cmd.Wait())
			require.Equal(t, 130, cmd.ProcessState.ExitCode(), errs.String())
			require.Less(t, time.Since(start), 15*time.Second)
			require.Equal(t, "Interrupted\n", errs.String())
			require.False(t, created(home), "it is forgotten")
			id := regexp.MustCompile(`\?id=(\w+)`).FindStringSubmatch(out.String())
			require.NotNil(t, id, out.String())
			resp, err := http.Get(d.url() + "/upload/" + id[1])
			require.NoError(t, err)
			defer resp.Body.Close()
			io.Copy(io.Discard, resp.Body)
			require.Equal(t, 404, resp.StatusCode)
		})
	}
}

// TestIgnoredSignal is plik under nohup.
func TestIgnoredSignal(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("nohup"); err != nil {
		t.Skip("nohup is not installed")
	}
	d := startDaemon(t)
	home := t.TempDir()
	in, out, err := os.Pipe()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), "nohup", filepath.Join(program, "plik"), "-q")
	cmd.Env = []string{"HOME=" + home, "PLIK_URL=" + d.url()}
	var result bytes.Buffer
	cmd.Stdin, cmd.Stdout = in, &result
	require.NoError(t, cmd.Start())
	in.Close()
	until(t, "an upload", func() bool { return created(home) })
	require.NoError(t, cmd.Process.Signal(unix.SIGHUP))
	_, err = io.WriteString(out, "content")
	require.NoError(t, err)
	require.NoError(t, out.Close())
	require.NoError(t, cmd.Wait())
	require.True(t, strings.HasSuffix(result.String(), "/STDIN\n"), result.String())
}

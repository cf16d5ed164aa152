//go:build linux

package e2e_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// terminal opens a pseudo terminal: what programs get, and its other end.
func terminal(t *testing.T) (tty, other *os.File) {
	t.Helper()
	other, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { other.Close() })
	require.NoError(t, unix.IoctlSetPointerInt(int(other.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(other.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	require.NoError(t, unix.IoctlSetWinsize(int(tty.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 120}))
	return tty, other
}

// onTerminal runs plik with all of its ends at a terminal and returns what is seen there.
func onTerminal(t *testing.T, d *daemon, dir string, args ...string) (string, error) {
	t.Helper()
	tty, other := terminal(t)
	cmd := exec.CommandContext(t.Context(), filepath.Join(program, "plik"), args...)
	cmd.Dir = dir
	cmd.Env = []string{"HOME=" + dir, "PLIK_URL=" + d.url(), "TERM=xterm"}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	require.NoError(t, cmd.Start())
	tty.Close()
	seen := make(chan string)
	go func() {
		var b bytes.Buffer
		io.Copy(&b, other) // ends with EIO once nobody has the terminal
		seen <- b.String()
	}()
	err := cmd.Wait()
	return <-seen, err
}

func TestProgressOnTerminal(t *testing.T) {
	t.Parallel()
	d := startDaemon(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "FILE1"), bytes.Repeat([]byte("x"), 3<<20), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "F2"), []byte("two"), 0o600))

	seen, err := onTerminal(t, d, dir, "--limit-rate", "6M", "FILE1", "F2")
	require.NoError(t, err, seen)
	// Bars move, and what is left on the screen has name, bytes, percent and speed of each file.
	require.Regexp(t, `FILE1 : \d+\.\d+ MiB / 3\.00 MiB \[=*>-*\] \d+\.\d+ % \d+\.\d+ MiB/s \d+s`, seen)
	require.Regexp(t, `FILE1 : 3\.00 MiB / 3\.00 MiB \[=+>?\] 100\.00 % `, seen)
	require.Regexp(t, `F2    : 3 B / 3 B \[=+>?\] 100\.00 %`, seen)
	require.Less(t, strings.LastIndex(seen, "100.00 %"), strings.Index(seen, "Commands : "))
	for line := range strings.Lines(regexp.MustCompile(`\x1b\[[0-9;?]*[a-zA-Z]`).ReplaceAllString(seen, "\n")) {
		if strings.HasPrefix(line, "FILE1 :") {
			require.LessOrEqual(t, len(strings.TrimRight(line, "\r\n")), 100)
		}
	}

	seen, err = onTerminal(t, d, dir, "-q", "FILE1")
	require.NoError(t, err)
	require.Regexp(t, `\Ahttp\S+/FILE1\r\n\z`, seen)
}

func TestManyFilesOnTerminal(t *testing.T) {
	t.Parallel()
	d := startDaemon(t)
	dir := t.TempDir()
	var names []string
	for i := range 20 {
		name := fmt.Sprintf("f%d", i)
		names = append(names, name)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("content"), 0o600))
	}
	seen, err := onTerminal(t, d, dir, names...)
	require.NoError(t, err, seen)
	require.Regexp(t, `Total : .*20/20 files`, seen)
	require.NotContains(t, seen, "f7 : ")
}

func TestDumbTerminal(t *testing.T) {
	t.Parallel()
	d := startDaemon(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "FILE1"), []byte("one"), 0o600))
	seen, err := onTerminal(t, d, dir, "FILE1")
	require.NoError(t, err, seen)
	require.NotContains(t, strings.Split(seen, "Commands")[1], "\x1b")
}

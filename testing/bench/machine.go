//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/root-gg/plik/testing/bench/internal/servers"
)

// quiet is the load average above which the figures are not to be trusted.
const quiet = 0.7

// describe prints what the figures depend on: the machine, the versions, and whether
// something else was running. What cannot be read is left out.
func describe(out io.Writer) {
	fmt.Fprintf(out, "machine: %d x %s, Linux %s\n", runtime.NumCPU(), field("/proc/cpuinfo", "model name"), firstLine("/proc/sys/kernel/osrelease"))
	fmt.Fprintf(out, "versions: %s, %s, %s\n", runtime.Version(), nginxVersion(), output("curl", "--version"))
	var load float64
	if _, err := fmt.Sscan(firstLine("/proc/loadavg"), &load); err == nil && load > quiet {
		fmt.Fprintf(out, "warning: the load average is %.1f, something else is running: the figures will be wrong\n", load)
	}
}

// field returns the value of the first line "name : value" of a file.
func field(file, name string) string {
	text, _ := os.ReadFile(file)
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return runtime.GOARCH
}

func firstLine(file string) string {
	text, _ := os.ReadFile(file)
	line, _, _ := strings.Cut(string(text), "\n")
	return line
}

func nginxVersion() string {
	path, err := servers.FindNginx()
	if err != nil {
		return "no nginx"
	}
	return output(path, "-v")
}

// output is the beginning of the first line that a command prints.
func output(command ...string) string {
	text, err := exec.Command(command[0], command[1:]...).CombinedOutput()
	if err != nil {
		return "no " + command[0]
	}
	line, _, _ := strings.Cut(string(text), "\n")
	before, _, _ := strings.Cut(line, " (") // curl goes on with its libraries
	return before
}

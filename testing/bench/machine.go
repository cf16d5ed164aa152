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

// describe prints what the figures depend on. What cannot be read is left out.
func describe(out io.Writer) {
	fmt.Fprintf(out, "machine: %d x %s, Linux %s\n", runtime.NumCPU(), field("/proc/cpuinfo", "model name"), firstLine("/proc/sys/kernel/osrelease"))
	fmt.Fprintf(out, "versions: %s, %s, %s\n", runtime.Version(), nginxVersion(), output("curl", "--version"))
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

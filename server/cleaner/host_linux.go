package cleaner

import (
	"os"
	"strings"
)

// host names the place where a process id means one process: this boot of this machine, and
// this process namespace (each container has its own). Empty: unknown.
func host() string {
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	namespace, err := os.Readlink("/proc/self/ns/pid") // "pid:[4026531836]"
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + "/" + namespace
}

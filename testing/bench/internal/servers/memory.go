//go:build linux

package servers

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// Memory is what a process holds in RAM.
type Memory struct {
	Now  int64 // bytes resident (VmRSS)
	Peak int64 // most bytes resident so far (VmHWM)
}

// Memory reads the process's figures from /proc.
func (p *Process) Memory() (Memory, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.PID()))
	if err != nil {
		return Memory{}, err
	}
	return ParseMemory(string(text))
}

// ParseMemory finds VmRSS and VmHWM in the text of /proc/PID/status.
func ParseMemory(status string) (Memory, error) {
	var m Memory
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		var to *int64
		switch name {
		case "VmRSS":
			to = &m.Now
		case "VmHWM":
			to = &m.Peak
		default:
			continue
		}
		kib, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 10, 64)
		if err != nil {
			return Memory{}, fmt.Errorf("bad line %q in /proc/PID/status", line)
		}
		*to = kib << 10
	}
	if m.Now == 0 || m.Peak == 0 {
		return Memory{}, fmt.Errorf("no VmRSS or VmHWM in /proc/PID/status")
	}
	return m, nil
}

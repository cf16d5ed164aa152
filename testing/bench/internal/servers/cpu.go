//go:build linux

package servers

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor time in /proc: the kernel shows 1/100 s everywhere.
const tick = 10 * time.Millisecond

// CPU is the processor time that the server has used, with its worker processes.
func (p *Process) CPU() (time.Duration, error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // that process has just ended
		}
		group, used, err := ParseStat(string(text))
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		if group == p.PID() { // each server leads a group of its own
			sum += used
		}
	}
	return sum, nil
}

// ParseStat finds the process group and the processor time in the text of
// /proc/PID/stat.
func ParseStat(text string) (group int, used time.Duration, err error) {
	// The second field is the name in parentheses, and may hold anything.
	fields := strings.Fields(text[strings.LastIndexByte(text, ')')+1:])
	if len(fields) < 13 {
		return 0, 0, errors.New("too few fields")
	}
	group, err1 := strconv.Atoi(fields[2])
	user, err2 := strconv.Atoi(fields[11])
	system, err3 := strconv.Atoi(fields[12])
	return group, time.Duration(user+system) * tick, errors.Join(err1, err2, err3)
}

// MachineCPU is the processor time that all processes of the machine have used, and
// that other virtual machines took from it.
func MachineCPU() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return ParseMachineStat(string(text))
}

// ParseMachineStat adds up user, nice, system and steal of the text of /proc/stat.
func ParseMachineStat(text string) (time.Duration, error) {
	line, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 || fields[0] != "cpu" {
		return 0, fmt.Errorf("bad line %q in /proc/stat", line)
	}
	var sum time.Duration
	for _, i := range []int{1, 2, 3, 8} {
		n, err := strconv.Atoi(fields[i])
		if err != nil {
			return 0, fmt.Errorf("bad line %q in /proc/stat", line)
		}
		sum += time.Duration(n) * tick
	}
	return sum, nil
}

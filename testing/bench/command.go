//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/root-gg/plik/testing/bench/internal/report"
	"github.com/root-gg/plik/testing/bench/internal/servers"
)

const (
	// mostOfCommand bounds the memory of the command, in MiB, and slowestCommand its start, in seconds.
	mostOfCommand  = 64.0
	slowestCommand = 0.03
)

// command returns the program plik, built when it is first asked for.
func (b *bench) command(ctx context.Context) (string, error) {
	binary := filepath.Join(b.tmp, "plik")
	if _, err := os.Stat(binary); err == nil {
		return binary, nil
	}
	return binary, servers.Build(ctx, "plik", binary)
}

// plik runs the command with a home of its own, and returns what it printed, how long it took and the most memory it held.
func (b *bench) plik(ctx context.Context, p *servers.Plikd, args ...string) (printed string, took time.Duration, rss int64, err error) {
	binary, err := b.command(ctx)
	if err != nil {
		return "", 0, 0, err
	}
	home := filepath.Join(b.tmp, "home")
	if err := os.MkdirAll(home, 0o700); err != nil {
		return "", 0, 0, err
	}
	cmd := exec.CommandContext(ctx, binary, args...)
	cmd.Env = []string{"HOME=" + home, "PATH=" + os.Getenv("PATH")}
	if p != nil {
		cmd.Env = append(cmd.Env, "PLIK_URL="+p.URL)
	}
	var failure strings.Builder
	cmd.Stderr = &failure
	began := time.Now()
	out, err := cmd.Output()
	took = time.Since(began)
	if err != nil {
		return "", 0, 0, fmt.Errorf("plik %.200q: %w: %.500s", args, err, failure.String())
	}
	return string(out), took, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss << 10, nil
}

// commands measures what the command itself takes: the time to start, and the most memory for a large file, also encrypted,
// archived, from a pipe and on the way back.
func (b *bench) commands(ctx context.Context) ([]report.Result, error) {
	p, err := b.plikd(ctx, "")
	if err != nil {
		return nil, err
	}
	src, err := b.source(b.scale.single)
	if err != nil {
		return nil, err
	}
	var starts []float64
	for range b.scale.starts {
		_, took, _, err := b.plik(ctx, nil, "--version")
		if err != nil {
			return nil, err
		}
		starts = append(starts, took.Seconds())
	}
	results := []report.Result{{
		Name: "plik --version", Unit: "s", Plikd: report.Summarize(starts), Goal: report.AtMost(slowestCommand),
	}}
	size := fmt.Sprintf(" %d MiB, most resident", b.scale.single>>20)
	for _, c := range []struct {
		name string
		most float64
		args []string
	}{
		{"plik", mostOfCommand, nil},
		{"plik -a", mostOfCommand, []string{"--archive", "tar"}},
		{"plik --archive zip", mostOfCommand, []string{"--archive", "zip"}},
		{"plik --secure age", mostOfCommand, []string{"--secure", "age"}},
		{"plik --secure openssl", mostOfCommand, []string{"--secure", "openssl"}},
		{"plik -a --secure age", mostOfCommand, []string{"--archive", "tar", "--secure", "age"}},
		// A passphrase that people thought of is stretched as age does it, which takes 256 MiB whatever the file.
		{"plik --secure age --passphrase", 0, []string{"--secure", "age", "--passphrase", "horse battery"}},
	} {
		printed, _, rss, err := b.plik(ctx, p, append(append([]string{"-q", "--removable"}, c.args...), src.path)...)
		if err != nil {
			return nil, err
		}
		results = append(results, resident(c.name+size, rss, c.most))
		if c.args == nil {
			_, _, rss, err := b.plik(ctx, p, "get", "-q", "-o", filepath.Join(b.tmp, "got"), strings.TrimSpace(printed))
			if err != nil {
				return nil, err
			}
			results = append(results, resident("plik get"+size, rss, mostOfCommand))
		}
		u, err := uploaded(ctx, p, printed, 1)
		if err != nil {
			return nil, err
		}
		if err := p.Delete(ctx, u); err != nil {
			return nil, err
		}
	}
	return results, os.RemoveAll(filepath.Join(b.tmp, "got"))
}

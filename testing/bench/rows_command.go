//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
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
	// smallFiles is how many files the command sends into one upload.
	smallFiles = 1000
	// mostOfCommand bounds the memory of the command, in MiB, and slowestCommand its start, in seconds.
	mostOfCommand  = 64.0
	slowestCommand = 0.03
)

// commandRows compare plik with curl, on the same daemon.
func (b *bench) commandRows() []row {
	size := b.scale.single
	return []row{
		{fmt.Sprintf("plik %d MiB", size>>20), perSecond, 0.9, b.plikSends(size), "curl -T", b.uploadPlikd("", b.client.Put, 1, size)},
		{fmt.Sprintf("plik %d files of 1 KiB", smallFiles), requests, 0.33, b.plikSendsMany, "one curl", b.curlSendsMany},
	}
}

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

// plikSends has the command send one file, looks that it is whole, and removes it.
func (b *bench) plikSends(size int64) opener {
	return func(ctx context.Context) (*side, error) {
		p, err := b.plikd(ctx, "")
		if err != nil {
			return nil, err
		}
		src, err := b.source(size)
		if err != nil {
			return nil, err
		}
		if _, err := b.command(ctx); err != nil {
			return nil, err
		}
		return &side{measure: func(ctx context.Context) (float64, error) {
			printed, took, _, err := b.plik(ctx, p, "-q", "--removable", src.path)
			if err != nil {
				return 0, err
			}
			return megabytes(size, took), b.remove(ctx, p, printed, 1, size, src.md5)
		}}, nil
	}
}

// remove looks that the URLs the command printed are n whole files of one upload, and removes it.
func (b *bench) remove(ctx context.Context, p *servers.Plikd, printed string, n int, size int64, md5 string) error {
	urls := strings.Fields(printed)
	if len(urls) != n {
		return fmt.Errorf("plik printed %d URLs instead of %d", len(urls), n)
	}
	parts := strings.Split(strings.TrimPrefix(urls[0], p.URL+"/file/"), "/")
	u, err := p.Look(ctx, &servers.Upload{ID: parts[0]})
	if err != nil {
		return err
	}
	return errors.Join(checkUpload(ctx, p, u, size, md5), p.Delete(ctx, u))
}

// small returns files of 1 KiB, all with the same content.
func (b *bench) small() ([]string, source, error) {
	src, err := b.source(kib)
	if err != nil {
		return nil, src, err
	}
	dir := filepath.Join(b.tmp, "small")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, src, err
	}
	var files []string
	for i := range smallFiles {
		file := filepath.Join(dir, fmt.Sprintf("small%04d", i))
		if err := os.Link(src.path, file); err != nil && !errors.Is(err, os.ErrExist) {
			return nil, src, err
		}
		files = append(files, file)
	}
	return files, src, nil
}

func (b *bench) plikSendsMany(ctx context.Context) (*side, error) {
	p, err := b.plikd(ctx, "")
	if err != nil {
		return nil, err
	}
	files, src, err := b.small()
	if err != nil {
		return nil, err
	}
	if _, err := b.command(ctx); err != nil {
		return nil, err
	}
	return &side{measure: func(ctx context.Context) (float64, error) {
		printed, took, _, err := b.plik(ctx, p, append([]string{"-q", "--removable"}, files...)...)
		if err != nil {
			return 0, err
		}
		return smallFiles / took.Seconds(), b.remove(ctx, p, printed, smallFiles, kib, src.md5)
	}}, nil
}

// curlSendsMany has one curl send the files over one connection, to an upload made for them.
func (b *bench) curlSendsMany(ctx context.Context) (*side, error) {
	p, err := b.plikd(ctx, "")
	if err != nil {
		return nil, err
	}
	files, src, err := b.small()
	if err != nil {
		return nil, err
	}
	config := filepath.Join(b.tmp, "curl.cfg")
	return &side{measure: func(ctx context.Context) (float64, error) {
		u, err := p.Create(ctx, false, b.names(smallFiles)...)
		if err != nil {
			return 0, err
		}
		var text strings.Builder
		for i, file := range files {
			fmt.Fprintf(&text, "upload-file = %q\nurl = %q\noutput = /dev/null\n", file, p.URL+u.Path(i))
		}
		if err := os.WriteFile(config, []byte(text.String()), 0o644); err != nil {
			return 0, err
		}
		began := time.Now()
		out, err := exec.CommandContext(ctx, "curl", "-q", "-sS", "--fail", "--noproxy", "*",
			"-H", servers.TokenHeader+": "+u.Token, "-K", config).CombinedOutput()
		took := time.Since(began)
		if err != nil {
			return 0, fmt.Errorf("curl: %w: %.500s", err, out)
		}
		return smallFiles / took.Seconds(), errors.Join(checkUpload(ctx, p, u, kib, src.md5), p.Delete(ctx, u))
	}}, nil
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
	for range b.scale.starts + 1 {
		_, took, _, err := b.plik(ctx, nil, "--version")
		if err != nil {
			return nil, err
		}
		starts = append(starts, took.Seconds())
	}
	results := []report.Result{{
		Name: "plik --version", Unit: "s", Plikd: report.Summarize(starts[1:]), // the first one built it
		Goal: report.AtMost(slowestCommand),
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
		if err := b.delete(ctx, p, printed); err != nil {
			return nil, err
		}
	}
	return results, os.RemoveAll(filepath.Join(b.tmp, "got"))
}

// delete removes the file whose URL the command printed, which anybody may.
func (b *bench) delete(ctx context.Context, p *servers.Plikd, printed string) error {
	req, err := http.NewRequestWithContext(ctx, "DELETE", strings.TrimSpace(printed), nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("DELETE %s: %s %s", printed, resp.Status, text)
	}
	return err
}

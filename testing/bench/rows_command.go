//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/root-gg/plik/testing/bench/internal/servers"
)

// smallFiles is how many files the command sends into one upload.
const smallFiles = 1000

// commandRows compare plik with curl, on the same daemon.
func (b *bench) commandRows() []row {
	size := b.scale.single
	return []row{
		{fmt.Sprintf("plik %d MiB", size>>20), perSecond, 0.9, b.plikSends(size), "curl -T", b.uploadPlikd("", b.client.Put, 1, size)},
		{fmt.Sprintf("plik %d files of 1 KiB", smallFiles), requests, 0.33, b.plikSendsMany, "one curl", b.curlSendsMany},
	}
}

// plikSends has the command send one file.
func (b *bench) plikSends(size int64) opener {
	return func(ctx context.Context) (*side, error) {
		src, err := b.source(size)
		if err != nil {
			return nil, err
		}
		return b.commandSide(ctx, src, size, []string{src.path}, func(took time.Duration) float64 { return megabytes(size, took) })
	}
}

func (b *bench) plikSendsMany(ctx context.Context) (*side, error) {
	files, src, err := b.small()
	if err != nil {
		return nil, err
	}
	return b.commandSide(ctx, src, kib, files, perFile)
}

// perFile is a figure for all small files.
func perFile(took time.Duration) float64 { return smallFiles / took.Seconds() }

// commandSide has the command send the files, which all are like src, looks that they are whole, and removes them.
func (b *bench) commandSide(ctx context.Context, src source, size int64, files []string, figure func(time.Duration) float64) (*side, error) {
	p, err := b.plikd(ctx, "")
	if err != nil {
		return nil, err
	}
	if _, err := b.command(ctx); err != nil {
		return nil, err
	}
	args := append([]string{"-q", "--removable"}, files...)
	return &side{measure: func(ctx context.Context) (float64, error) {
		printed, took, _, err := b.plik(ctx, p, args...)
		if err != nil {
			return 0, err
		}
		u, err := uploaded(ctx, p, printed, len(files))
		if err != nil {
			return 0, err
		}
		return figure(took), errors.Join(checkUpload(ctx, p, u, size, src.md5), p.Delete(ctx, u))
	}}, nil
}

// uploaded returns the upload whose n files the command printed the URLs of. Anybody may delete it.
func uploaded(ctx context.Context, p *servers.Plikd, printed string, n int) (*servers.Upload, error) {
	urls := strings.Fields(printed)
	if len(urls) != n {
		return nil, fmt.Errorf("plik printed %d URLs instead of %d", len(urls), n)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(urls[0], p.URL+"/file/"), "/")
	return p.Look(ctx, &servers.Upload{ID: id})
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
		return perFile(took), errors.Join(checkUpload(ctx, p, u, kib, src.md5), p.Delete(ctx, u))
	}}, nil
}

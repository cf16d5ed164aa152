//go:build linux

package main

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/root-gg/plik/testing/bench/internal/servers"
)

// bench holds what the measurements share. Servers and source files are made when a
// row first asks for them, and all are gone after close.
type bench struct {
	options
	out io.Writer
	tmp string // everything is in here

	binary  string
	nginx   *servers.Nginx
	daemons map[string]*servers.Plikd // by FileDigest
	running map[*servers.Process]bool
	sources map[int64]source // by size
	counter atomic.Int64     // of names
	stops   []func()
}

// source is a file to send.
type source struct{ path, md5 string }

// errSpace says what to do when the file system is too small.
const errSpace = "%s has %d MiB free and the run needs %d: give it more (docker: --shm-size), or another tmpfs with -dir"

func open(ctx context.Context, o options, out io.Writer) (*bench, error) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(o.dir, &fs); err != nil {
		return nil, fmt.Errorf("%s: %w (-dir names a tmpfs)", o.dir, err)
	}
	free, need := int64(fs.Bavail)*fs.Bsize, 8*o.scale.single
	if free < need {
		return nil, fmt.Errorf(errSpace, o.dir, free>>20, need>>20)
	}
	tmp, err := os.MkdirTemp(o.dir, "plik-bench-")
	if err != nil {
		return nil, err
	}
	b := &bench{options: o, out: out, tmp: tmp, binary: o.plikd, daemons: map[string]*servers.Plikd{},
		running: map[*servers.Process]bool{}, sources: map[int64]source{}}
	b.stops = append(b.stops, func() { _ = os.RemoveAll(tmp) })
	if b.binary == "" && !o.control {
		b.binary = filepath.Join(tmp, "plikd")
		if err := servers.Build(ctx, "plikd", b.binary); err != nil {
			b.close()
			return nil, err
		}
	}
	return b, nil
}

// close stops the servers and removes the files, the last first.
func (b *bench) close() {
	for len(b.stops) > 0 {
		last := len(b.stops) - 1
		b.stops[last]()
		b.stops = b.stops[:last]
	}
}

// plikd returns the daemon with that FileDigest (empty: the default).
func (b *bench) plikd(ctx context.Context, digest string) (*servers.Plikd, error) {
	if p := b.daemons[digest]; p != nil {
		return p, p.Check()
	}
	p, stop, err := b.launch(ctx, "plikd-"+b.name(), digest)
	if err != nil {
		return nil, err
	}
	b.daemons[digest] = p
	b.stops = append(b.stops, stop)
	return p, nil
}

// launch starts a daemon in a directory of that name; the caller stops it.
func (b *bench) launch(ctx context.Context, name, digest string) (*servers.Plikd, func(), error) {
	p, err := servers.StartPlikd(ctx, b.binary, filepath.Join(b.tmp, name), digest)
	if err != nil {
		return nil, nil, err
	}
	b.running[p.Process] = true
	return p, func() {
		delete(b.running, p.Process)
		p.Stop()
	}, nil
}

func (b *bench) yardstick(ctx context.Context) (*servers.Nginx, error) {
	if b.nginx != nil {
		return b.nginx, b.nginx.Check()
	}
	n, err := servers.StartNginx(ctx, filepath.Join(b.tmp, "nginx"), b.buffer)
	if err != nil {
		return nil, err
	}
	b.nginx = n
	b.running[n.Process] = true
	b.stops = append(b.stops, n.Stop)
	return n, nil
}

// name returns a new name, the same length each time.
func (b *bench) name() string { return fmt.Sprintf("file%08d", b.counter.Add(1)) }

// source returns a file of size random bytes.
func (b *bench) source(size int64) (source, error) {
	if s, ok := b.sources[size]; ok {
		return s, nil
	}
	path := filepath.Join(b.tmp, fmt.Sprintf("source-%d", size))
	file, err := os.Create(path)
	if err != nil {
		return source{}, err
	}
	hash := md5.New()
	if _, err := io.CopyN(io.MultiWriter(file, hash), rand.Reader, size); err != nil {
		_ = file.Close()
		return source{}, err
	}
	s := source{path: path, md5: hex.EncodeToString(hash.Sum(nil))}
	b.sources[size] = s
	return s, file.Close()
}

// atOnce runs f n times at once, and returns how long it took until all had ended and
// the first error.
func atOnce(n int, f func(i int) error) (time.Duration, error) {
	var wg sync.WaitGroup
	var once sync.Once
	var first error
	began := time.Now()
	for i := range n {
		wg.Go(func() {
			if err := f(i); err != nil {
				once.Do(func() { first = err })
			}
		})
	}
	wg.Wait()
	return time.Since(began), first
}

// megabytes is a throughput in MB/s, of 1e6 bytes.
func megabytes(bytes int64, d time.Duration) float64 { return float64(bytes) / 1e6 / d.Seconds() }

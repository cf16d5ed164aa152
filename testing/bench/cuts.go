//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/root-gg/plik/testing/bench/internal/report"
)

// cutLine sends a file through a proxy that breaks each connection after so many bytes, going on
// each time, and measures what had to be sent twice.
func (b *bench) cutLine(ctx context.Context) ([]report.Result, error) {
	p, stop, err := b.launch(ctx, "plikd-cuts", "")
	if err != nil {
		return nil, err
	}
	defer stop()
	before, err := p.Memory()
	if err != nil {
		return nil, err
	}
	src, err := b.source(b.scale.cutFile)
	if err != nil {
		return nil, err
	}
	u, err := p.Create(ctx, false, b.name())
	if err != nil {
		return nil, err
	}
	l, err := breakingProxy(ctx, p.URL[len("http://"):], b.scale.cut)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	c := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer c.CloseIdleConnections()
	s := &sending{client: c, proxy: "http://" + l.Addr().String(), direct: p.URL, path: src.path, size: b.scale.cutFile}
	if err := s.all(ctx, u.Path(0), u.Header()); err != nil {
		return nil, err
	}
	if err := checkUpload(ctx, p, u, b.scale.cutFile, src.md5); err != nil {
		return nil, err
	}
	after, err := p.Memory()
	if err != nil {
		return nil, err
	}
	mib := func(n int64) report.Summary { return report.Summarize([]float64{float64(n) / (1 << 20)}) }
	return []report.Result{
		{Name: fmt.Sprintf("most sent twice for one of %d cuts", s.cuts), Unit: "MiB", Plikd: mib(s.worst), Goal: report.AtMost(chunk >> 20)},
		{Name: "all sent twice", Unit: "MiB", Plikd: mib(s.sent.Load() - s.size)},
		{Name: fmt.Sprintf("resident memory more than before, %d MiB in chunks", s.size>>20), Unit: "MiB", Plikd: mib(after.Peak - before.Now)},
	}, p.Delete(ctx, u)
}

// sending is one file on its way.
type sending struct {
	client        *http.Client
	proxy, direct string
	path          string
	size          int64

	sent  atomic.Int64 // bytes that were handed to the line
	cuts  int
	worst int64 // bytes sent twice because of one cut
}

func (s *sending) all(ctx context.Context, path string, header http.Header) error {
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	to, err := begin(ctx, s.direct+path, s.size, header)
	if err != nil {
		return err
	}
	to = s.proxy + to[len(s.direct):]
	h := header.Clone()
	h.Set("Tus-Resumable", "1.0.0")
	for offset := int64(0); offset < s.size; {
		before := s.sent.Load()
		sent := s.chunk(ctx, f, to, offset, h)
		if sent == nil {
			offset += min(chunk, s.size-offset)
			continue
		}
		if ctx.Err() != nil {
			return errors.Join(sent, ctx.Err())
		}
		s.cuts++
		if s.cuts > 10_000 {
			return fmt.Errorf("it does not get through: %w", sent)
		}
		now, err := s.offset(ctx, s.direct+to[len(s.proxy):], h)
		if err != nil {
			return err
		}
		s.worst = max(s.worst, s.sent.Load()-before-(now-offset))
		offset = now
	}
	return nil
}

func (s *sending) chunk(ctx context.Context, f *os.File, to string, offset int64, h http.Header) error {
	n := min(chunk, s.size-offset)
	req, err := http.NewRequestWithContext(ctx, "PATCH", to, &counted{io.NewSectionReader(f, offset, n), &s.sent})
	if err != nil {
		return err
	}
	req.ContentLength, req.Header = n, h.Clone()
	req.Header.Set("Upload-Offset", strconv.FormatInt(offset, 10))
	req.Header.Set("Content-Type", "application/offset+octet-stream")
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusNoContent {
		return errors.New(resp.Status)
	}
	return nil
}

// offset asks without the proxy: how far the server is.
func (s *sending) offset(ctx context.Context, to string, h http.Header) (int64, error) {
	resp, err := send(ctx, "HEAD", to, nil, 0, h.Clone())
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(resp.Header.Get("Upload-Offset"), 10, 64)
}

// counted counts what is read.
type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c *counted) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// breakingProxy passes connections on, each until the client has sent limit bytes.
func breakingProxy(ctx context.Context, target string, limit int64) (net.Listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go pass(ctx, c, target, limit)
		}
	}()
	return l, nil
}

func pass(ctx context.Context, client net.Conn, target string, limit int64) {
	defer client.Close()
	var d net.Dialer
	server, err := d.DialContext(ctx, "tcp", target)
	if err != nil {
		return
	}
	defer server.Close()
	var wg sync.WaitGroup
	wg.Go(func() {
		_, _ = io.CopyN(server, client, limit) // however it ends, the line is cut
		client.Close()
		server.Close()
	})
	_, _ = io.Copy(client, server)
	client.Close()
	server.Close()
	wg.Wait()
}

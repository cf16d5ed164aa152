//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/root-gg/plik/testing/bench/internal/servers"
)

const (
	nginxPut = overNginx + "PUT"
	nginxGet = overNginx + "GET"

	perSecond = "MB/s"
	none      = "none" // the FileDigest without a digest
)

// sender is how a file is sent: client.Put or client.Post.
type sender func(ctx context.Context, url, file string, header http.Header) error

func (b *bench) largeRows() []row {
	post, put := b.client.Post, b.client.Put
	one, four := b.scale.single, b.scale.each
	size := func(n int64) string { return fmt.Sprintf("%d MiB", n>>20) }
	upload := func(name, digest string, send sender, n int, size int64, floor float64) row {
		return row{name, perSecond, floor, b.uploadPlikd(digest, send, n, size), nginxPut, b.uploadNginx(n, size)}
	}
	download := func(name string, n int, size int64, floor float64) row {
		return row{name, perSecond, floor, b.downloadPlikd(n, size), nginxGet, b.downloadNginx(n, size)}
	}
	return []row{
		upload("upload "+size(one)+", multipart", "", post, 1, one, 0.5),
		upload("upload "+size(one)+", PUT", "", put, 1, one, 0.55),
		upload("upload "+size(one)+", PUT, no digest", none, put, 1, one, 1),
		upload("4 uploads "+size(four)+", multipart", "", post, 4, four, 0.45),
		upload("4 uploads "+size(four)+", PUT", "", put, 4, four, 0.45),
		upload("4 uploads "+size(four)+", PUT, no digest", none, put, 4, four, 1),
		download("download "+size(one), 1, one, 0.7),
		download("4 downloads "+size(four), 4, four, 0.9),
	}
}

// uploadPlikd sends n files at once to an upload made for them, looks that they are
// whole, and removes them.
func (b *bench) uploadPlikd(digest string, send sender, n int, size int64) opener {
	return func(ctx context.Context) (*side, error) {
		p, err := b.plikd(ctx, digest)
		if err != nil {
			return nil, err
		}
		src, err := b.source(size)
		if err != nil {
			return nil, err
		}
		want := src.md5
		if digest == none {
			want = ""
		}
		return &side{measure: func(ctx context.Context) (float64, error) {
			u, err := p.Create(ctx, false, b.names(n)...)
			if err != nil {
				return 0, err
			}
			took, err := atOnce(n, func(i int) error { return send(ctx, p.URL+u.Path(i), src.path, u.Header()) })
			if err := errors.Join(err, checkUpload(ctx, p, u, size, want)); err != nil {
				return 0, err
			}
			return megabytes(int64(n)*size, took), p.Delete(ctx, u)
		}}, nil
	}
}

// checkUpload returns an error unless all files of u are stored with that size and digest.
func checkUpload(ctx context.Context, p *servers.Plikd, u *servers.Upload, size int64, md5 string) error {
	now, err := p.Look(ctx, u)
	if err != nil {
		return err
	}
	for _, f := range now.Files {
		if f.Status != "uploaded" || f.Size != size || f.MD5 != md5 {
			return fmt.Errorf("plikd holds %+v instead of %d bytes with MD5 %q", f, size, md5)
		}
	}
	return nil
}

func (b *bench) uploadNginx(n int, size int64) opener {
	return func(ctx context.Context) (*side, error) {
		ng, err := b.yardstick(ctx)
		if err != nil {
			return nil, err
		}
		src, err := b.source(size)
		if err != nil {
			return nil, err
		}
		return &side{measure: func(ctx context.Context) (float64, error) {
			names := b.names(n)
			took, err := atOnce(n, func(i int) error {
				return b.client.Put(ctx, ng.URL+"/"+names[i], src.path, nil)
			})
			for _, name := range names {
				err = errors.Join(err, os.Remove(filepath.Join(ng.Root, name)))
			}
			return megabytes(int64(n)*size, took), err
		}}, nil
	}
}

// downloadPlikd stores one file and fetches it n times at once.
func (b *bench) downloadPlikd(n int, size int64) opener {
	return func(ctx context.Context) (*side, error) {
		p, err := b.plikd(ctx, "")
		if err != nil {
			return nil, err
		}
		u, err := b.store(ctx, p, 1, size)
		if err != nil {
			return nil, err
		}
		return &side{
			measure: b.download(p.URL+u.Path(0), n, size),
			close:   func(ctx context.Context) error { return p.Delete(ctx, u) },
		}, nil
	}
}

func (b *bench) downloadNginx(n int, size int64) opener {
	return func(ctx context.Context) (*side, error) {
		ng, path, err := b.place(ctx, "", size)
		if err != nil {
			return nil, err
		}
		return &side{
			measure: b.download(ng.URL+path, n, size),
			close:   func(context.Context) error { return os.Remove(filepath.Join(ng.Root, path)) },
		}, nil
	}
}

func (b *bench) download(url string, n int, size int64) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		took, err := atOnce(n, func(int) error { return b.client.Get(ctx, url) })
		return megabytes(int64(n)*size, took), err
	}
}

// store makes an upload of n files of that size.
func (b *bench) store(ctx context.Context, p *servers.Plikd, n int, size int64) (*servers.Upload, error) {
	src, err := b.source(size)
	if err != nil {
		return nil, err
	}
	u, err := p.Create(ctx, false, b.names(n)...)
	if err != nil {
		return nil, err
	}
	for i := range n {
		if err := b.client.Put(ctx, p.URL+u.Path(i), src.path, u.Header()); err != nil {
			return nil, err
		}
	}
	return u, checkUpload(ctx, p, u, size, src.md5)
}

// place puts a file of that size into a directory under nginx's root, and returns its
// path in URLs.
func (b *bench) place(ctx context.Context, dir string, size int64) (*servers.Nginx, string, error) {
	ng, err := b.yardstick(ctx)
	if err != nil {
		return nil, "", err
	}
	src, err := b.source(size)
	if err != nil {
		return nil, "", err
	}
	path := dir + "/" + b.name()
	return ng, path, errors.Join(
		os.MkdirAll(filepath.Join(ng.Root, dir), 0o755),
		os.Link(src.path, filepath.Join(ng.Root, path)))
}

func (b *bench) names(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = b.name()
	}
	return names
}

//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/root-gg/plik/testing/bench/internal/servers"
)

// zippedFiles is how many files the zip holds.
const zippedFiles = 64

// derivedRows are measured against plikd itself: what they cost beyond the plain thing.
func (b *bench) derivedRows() []row {
	size, zipped := b.scale.single, b.scale.zipped
	return []row{
		{fmt.Sprintf("stream %d MiB", size>>20), perSecond, 0.6, b.stream(size), "plikd PUT", b.uploadPlikd("", b.client.Put, 1, size)},
		{
			fmt.Sprintf("zip of %d files of %d MiB", zippedFiles, zipped>>20), perSecond, 0.8,
			b.zip(zipped), "plikd GET", b.downloadPlikd(1, zippedFiles*zipped),
		},
	}
}

// stream passes a file from an uploader to a downloader; the time is the downloader's,
// who comes when the uploader is waiting.
func (b *bench) stream(size int64) opener {
	return func(ctx context.Context) (*side, error) {
		p, err := b.plikd(ctx, "")
		if err != nil {
			return nil, err
		}
		src, err := b.source(size)
		if err != nil {
			return nil, err
		}
		return &side{measure: func(ctx context.Context) (float64, error) {
			u, err := p.Create(ctx, true, b.name())
			if err != nil {
				return 0, err
			}
			url := p.URL + u.StreamPath(0)
			var took time.Duration
			_, err = atOnce(2, func(i int) error {
				if i == 0 {
					return b.client.Put(ctx, url, src.path, u.Header())
				}
				if err := awaitUploader(ctx, p, u); err != nil {
					return err
				}
				began := time.Now()
				defer func() { took = time.Since(began) }()
				return b.client.Get(ctx, url)
			})
			return megabytes(size, took), err
		}}, nil
	}
}

// awaitUploader returns when somebody is sending the upload's only file.
func awaitUploader(ctx context.Context, p *servers.Plikd, u *servers.Upload) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		now, err := p.Look(ctx, u)
		if err != nil {
			return err
		}
		if len(now.Files) == 1 && now.Files[0].Status == "uploading" {
			return nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return errors.Join(errors.New("the uploader of the stream did not come"), ctx.Err())
		}
	}
}

// zip fetches all files of an upload as one archive.
func (b *bench) zip(size int64) opener {
	return func(ctx context.Context) (*side, error) {
		p, err := b.plikd(ctx, "")
		if err != nil {
			return nil, err
		}
		u, err := b.store(ctx, p, zippedFiles, size)
		if err != nil {
			return nil, err
		}
		return &side{
			measure: b.download(p.URL+"/archive/"+u.ID+"/archive.zip", 1, zippedFiles*size),
			close:   func(ctx context.Context) error { return p.Delete(ctx, u) },
		}, nil
	}
}

//go:build linux

package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/root-gg/plik/testing/bench/internal/load"
	"github.com/root-gg/plik/testing/bench/internal/scripts"
)

const (
	requests = "/s"
	kib      = scripts.Size
	// smallConns is how many connections send small requests, rangeConns ranges.
	smallConns = 8
	rangeConns = 4
	rangeSize  = 64 * kib
)

func (b *bench) smallRows() []row {
	return []row{
		{"64 KiB ranges", requests, 0, b.rangesPlikd, nginxGet, b.rangesNginx},
		{"1 KiB upload, create and add", requests, 0.1, b.createAndAdd, nginxPut, b.putNginx},
		{"1 KiB upload, one PUT", requests, 0.15, b.quickPut, nginxPut, b.putNginx},
		{"1 KiB download", requests, 0.25, b.getPlikd, nginxGet, b.getNginx},
		{"GET /upload/{id}", requests, 0, b.lookPlikd, "", nil},
	}
}

// rate measures how many operations a second the script gets through.
func (b *bench) rate(addr string, conns int, script scripts.Script) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		outcome, err := load.Run(ctx, load.Plan{Addr: addr, Conns: conns, Duration: b.scale.small, Script: script})
		if err != nil {
			return 0, err
		}
		return outcome.PerSecond(), nil
	}
}

func (b *bench) rangesPlikd(ctx context.Context) (*side, error) {
	p, err := b.plikd(ctx, "")
	if err != nil {
		return nil, err
	}
	u, err := b.store(ctx, p, 1, b.scale.single)
	if err != nil {
		return nil, err
	}
	return &side{
		measure: b.rate(p.Addr, rangeConns, scripts.Ranges(u.Path(0), b.scale.single, rangeSize)),
		close:   func(ctx context.Context) error { return p.Delete(ctx, u) },
	}, nil
}

func (b *bench) rangesNginx(ctx context.Context) (*side, error) {
	ng, path, err := b.place(ctx, "/ranges", b.scale.single)
	if err != nil {
		return nil, err
	}
	return &side{
		measure: b.rate(ng.Addr, rangeConns, scripts.Ranges(path, b.scale.single, rangeSize)),
		close:   func(context.Context) error { return os.Remove(filepath.Join(ng.Root, path)) },
	}, nil
}

func (b *bench) createAndAdd(ctx context.Context) (*side, error) {
	p, err := b.plikd(ctx, "")
	if err != nil {
		return nil, err
	}
	return &side{measure: b.rate(p.Addr, smallConns, scripts.CreateAndAdd(b.name, false))}, nil
}

func (b *bench) quickPut(ctx context.Context) (*side, error) {
	p, err := b.plikd(ctx, "")
	if err != nil {
		return nil, err
	}
	return &side{measure: b.rate(p.Addr, smallConns, scripts.Put("/", b.name, 200))}, nil
}

// putNginx gives each round a directory of its own, and removes it.
func (b *bench) putNginx(ctx context.Context) (*side, error) {
	ng, err := b.yardstick(ctx)
	if err != nil {
		return nil, err
	}
	return &side{measure: func(ctx context.Context) (float64, error) {
		dir := b.name()
		if err := os.Mkdir(filepath.Join(ng.Root, dir), 0o755); err != nil {
			return 0, err
		}
		v, err := b.rate(ng.Addr, smallConns, scripts.Put("/"+dir+"/", b.name, 201))(ctx)
		if err != nil {
			return 0, err
		}
		return v, os.RemoveAll(filepath.Join(ng.Root, dir))
	}}, nil
}

func (b *bench) getPlikd(ctx context.Context) (*side, error) {
	p, err := b.plikd(ctx, "")
	if err != nil {
		return nil, err
	}
	u, err := b.store(ctx, p, 1, kib)
	if err != nil {
		return nil, err
	}
	return &side{
		measure: b.rate(p.Addr, smallConns, scripts.Cycle(scripts.Get(u.Path(0)))),
		close:   func(ctx context.Context) error { return p.Delete(ctx, u) },
	}, nil
}

func (b *bench) getNginx(ctx context.Context) (*side, error) {
	ng, path, err := b.place(ctx, "", kib)
	if err != nil {
		return nil, err
	}
	return &side{
		measure: b.rate(ng.Addr, smallConns, scripts.Cycle(scripts.Get(path))),
		close:   func(context.Context) error { return os.Remove(filepath.Join(ng.Root, path)) },
	}, nil
}

func (b *bench) lookPlikd(ctx context.Context) (*side, error) {
	p, err := b.plikd(ctx, "")
	if err != nil {
		return nil, err
	}
	u, err := b.store(ctx, p, 1, kib)
	if err != nil {
		return nil, err
	}
	return &side{
		measure: b.rate(p.Addr, smallConns, scripts.Cycle(scripts.Get("/upload/"+u.ID))),
		close:   func(ctx context.Context) error { return p.Delete(ctx, u) },
	}, nil
}

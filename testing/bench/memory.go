//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/root-gg/plik/testing/bench/internal/load"
	"github.com/root-gg/plik/testing/bench/internal/report"
	"github.com/root-gg/plik/testing/bench/internal/servers"
)

const (
	mostIdle   = 40.0  // MiB
	mostLoaded = 100.0 // MiB
	// settle is how long the daemon is left alone before it counts as idle.
	settle = 3 * time.Second
)

// memory measures what the daemon holds in RAM: idle after its start, and at the worst
// moment of many transfers both ways.
func (b *bench) memory(ctx context.Context) ([]report.Result, error) {
	p, stop, err := b.launch(ctx, "plikd-memory", "")
	if err != nil {
		return nil, err
	}
	defer stop()
	if err := pause(ctx, settle); err != nil {
		return nil, err
	}
	idle, err := p.Memory()
	if err != nil {
		return nil, err
	}
	if err := b.crowd(ctx, p); err != nil {
		return nil, err
	}
	loaded, err := p.Memory()
	if err != nil {
		return nil, err
	}
	if err := pause(ctx, settle); err != nil {
		return nil, err
	}
	after, err := p.Memory()
	if err != nil {
		return nil, err
	}
	s := b.scale
	return []report.Result{
		resident("resident, idle", idle.Now, mostIdle),
		resident(fmt.Sprintf("most resident, %d uploads and %d downloads of %d MiB", s.transfers, s.transfers, s.transfer>>20), loaded.Peak, mostLoaded),
		resident("resident, after that", after.Now, 0),
	}, nil
}

// resident is a line about memory; most is its ceiling in MiB, 0 for none.
func resident(name string, bytes int64, most float64) report.Result {
	r := report.Result{Name: name, Unit: "MiB", Plikd: report.Summarize([]float64{float64(bytes) / (1 << 20)})}
	if most > 0 {
		r.Goal = report.AtMost(most)
	}
	return r
}

// crowd keeps uploads and downloads going, so many each way at once, for as long as one
// and a half of them take. Uploads begin one after the other and are deleted when they
// are complete, so half their bytes exist at a time.
func (b *bench) crowd(ctx context.Context, p *servers.Plikd) error {
	u, err := b.store(ctx, p, 1, b.scale.transfer)
	if err != nil {
		return err
	}
	n := b.scale.transfers
	client := load.Paced{Rate: float64(b.scale.rate)}
	lasts := time.Duration(float64(b.scale.transfer) / client.Rate * float64(time.Second))
	limited, cancel := context.WithTimeout(ctx, lasts*3/2)
	defer cancel()
	var uploads, downloads atomic.Int64
	_, err = atOnce(2*n, func(i int) error {
		if i >= n {
			return repeat(limited, &downloads, func() error { return client.Get(limited, p.URL+u.Path(0)) })
		}
		if pause(limited, lasts*time.Duration(i)/time.Duration(n)) != nil {
			return errors.New("an upload did not get to begin")
		}
		return repeat(limited, &uploads, func() error { return b.uploadPaced(limited, p, client) })
	})
	if err != nil {
		return err
	}
	if uploads.Load() < int64(n) || downloads.Load() < int64(n) {
		return fmt.Errorf("only %d uploads and %d downloads were under way", uploads.Load(), downloads.Load())
	}
	return ctx.Err()
}

// repeat does f until ctx ends, which is no error, and counts the calls.
func repeat(ctx context.Context, calls *atomic.Int64, f func() error) error {
	for ctx.Err() == nil {
		calls.Add(1)
		if err := f(); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (b *bench) uploadPaced(ctx context.Context, p *servers.Plikd, client load.Paced) error {
	u, err := p.Create(ctx, false, b.name())
	if err != nil {
		return err
	}
	if err := client.Put(ctx, p.URL+u.Path(0), u.Header(), b.scale.transfer); err != nil {
		return err
	}
	return p.Delete(ctx, u)
}

// pause waits for d, or until ctx ends, which is an error.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

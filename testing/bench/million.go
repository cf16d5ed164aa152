//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/root-gg/plik/server/metadata/metadatatest"
	"github.com/root-gg/plik/testing/bench/internal/load"
	"github.com/root-gg/plik/testing/bench/internal/report"
	"github.com/root-gg/plik/testing/bench/internal/scripts"
	"github.com/root-gg/plik/testing/bench/internal/servers"
)

// mostSlower is how many times longer a request may take on a full database.
const mostSlower = 1.5

// ownUploads is how many uploads with a file each daemon is given to look at.
const ownUploads = 200

// task is one request whose latency is compared.
type task struct {
	name   string
	script scripts.Script
}

// contender is a daemon and the tasks on its database.
type contender struct {
	plikd *servers.Plikd
	tasks []task
}

// millions compares latencies, one request at a time, between a daemon with many
// uploads in its database and one with few.
func (b *bench) millions(ctx context.Context) (results []report.Result, err error) {
	full, stop, err := b.fullDaemon(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	empty, stop, err := b.contender(ctx, "plikd-empty", nil)
	if err != nil {
		return nil, err
	}
	defer stop()
	for i, t := range full.tasks {
		some, err := b.compareLatency(ctx, t, empty.tasks[i], full.plikd.Addr, empty.plikd.Addr)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		results = append(results, some...)
	}
	return results, nil
}

// compareLatency measures the two in turn: the median and the 99th percentile.
func (b *bench) compareLatency(ctx context.Context, full, empty task, fullAddr, emptyAddr string) ([]report.Result, error) {
	var medians, tails [2][]float64
	for range b.rounds {
		for side, plan := range []load.Plan{{Addr: fullAddr, Script: full.script}, {Addr: emptyAddr, Script: empty.script}} {
			plan.Conns, plan.Ops = 1, b.scale.operations
			outcome, err := load.Run(ctx, plan)
			if err != nil {
				return nil, err
			}
			medians[side] = append(medians[side], milliseconds(report.Percentile(outcome.Latencies, 50)))
			tails[side] = append(tails[side], milliseconds(report.Percentile(outcome.Latencies, 99)))
		}
	}
	line := func(what string, rounds [2][]float64) report.Result {
		return report.Result{
			Name: fmt.Sprintf("%s, %d uploads, %s", full.name, b.scale.uploads, what), Unit: "ms",
			Plikd: report.Summarize(rounds[0]), Yardstick: "empty", Base: report.Summarize(rounds[1]),
			Goal: report.AtMost(mostSlower),
		}
	}
	return []report.Result{line("median", medians), line("p99", tails)}, nil
}

func milliseconds(d time.Duration) float64 { return d.Seconds() * 1000 }

// fullDaemon starts a daemon on a database that was filled.
func (b *bench) fullDaemon(ctx context.Context) (*contender, func(), error) {
	const name = "plikd-full"
	dir := filepath.Join(b.tmp, name)
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, nil, err
	}
	began := time.Now()
	if err := metadatatest.Fill(ctx, servers.Database(dir), b.scale.uploads); err != nil {
		return nil, nil, err
	}
	fmt.Fprintf(b.out, "  filled in %.0f s\n", time.Since(began).Seconds())
	var ids []string
	for i := 0; i < b.scale.uploads; i += b.scale.uploads / b.scale.operations {
		ids = append(ids, string(metadatatest.UploadID(i)))
	}
	return b.contender(ctx, name, ids)
}

// contender starts a daemon in the directory of that name. It looks at the uploads ids; none: at some that it
// is given through the API.
func (b *bench) contender(ctx context.Context, name string, ids []string) (*contender, func(), error) {
	p, stop, err := b.launch(ctx, name, "")
	if err != nil {
		return nil, nil, err
	}
	var looks, downloads []load.Request
	for range ownUploads {
		u, err := b.store(ctx, p, 1, kib)
		if err != nil {
			stop()
			return nil, nil, errors.Join(err, ctx.Err())
		}
		downloads = append(downloads, scripts.Get(u.Path(0)))
		if ids == nil {
			looks = append(looks, scripts.Get("/upload/"+u.ID))
		}
	}
	for _, id := range ids {
		looks = append(looks, scripts.Get("/upload/"+id))
	}
	return &contender{plikd: p, tasks: []task{
		{"GET /upload/{id}", scripts.Cycle(looks...)},
		{"add a file of 1 KiB", scripts.CreateAndAdd(b.name, true)},
		{"1 KiB upload, one PUT", scripts.Put("/", b.name, 200)},
		{"1 KiB download", scripts.Cycle(downloads...)},
	}}, stop, nil
}

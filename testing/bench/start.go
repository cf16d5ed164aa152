//go:build linux

package main

import (
	"context"

	"github.com/root-gg/plik/testing/bench/internal/report"
)

// slowestStart is the most seconds from exec to the first answer.
const slowestStart = 0.3

// starts measures the time from exec to the first 200 of GET /config: with nothing
// there, so that the database is made, and with what a first run left.
func (b *bench) starts(ctx context.Context) ([]report.Result, error) {
	var fresh, again []float64
	for range b.scale.starts {
		name := "start-" + b.name()
		for _, figures := range []*[]float64{&fresh, &again} {
			p, stop, err := b.launch(ctx, name, "")
			if err != nil {
				return nil, err
			}
			stop()
			*figures = append(*figures, p.Ready.Seconds())
		}
	}
	goal := report.AtMost(slowestStart)
	return []report.Result{
		{Name: "start to first answer, new database", Unit: "s", Plikd: report.Summarize(fresh), Goal: goal},
		{Name: "start to first answer", Unit: "s", Plikd: report.Summarize(again), Goal: goal},
	}, nil
}

//go:build linux

package main

import (
	"context"
	"fmt"
	"runtime"
	"syscall"
	"time"

	"github.com/root-gg/plik/testing/bench/internal/servers"
)

// disturbance is the share of the processors that something else may have during a
// round; above it the round does not count.
const disturbance = 0.05

// usage is the processor time used so far, by whom.
type usage struct {
	all, ours time.Duration
	at        time.Time
}

func (b *bench) usage() (usage, error) {
	now := usage{at: time.Now()}
	var err error
	if now.all, err = servers.MachineCPU(); err != nil {
		return now, err
	}
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} { // children: those that have ended
		var r syscall.Rusage
		if err := syscall.Getrusage(who, &r); err != nil {
			return now, fmt.Errorf("getrusage: %w", err)
		}
		now.ours += time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	for p := range b.running {
		used, err := p.CPU()
		if err != nil {
			return now, err
		}
		now.ours += used
	}
	return now, nil
}

// foreign is the share of the processors that others had since before.
func (u usage) foreign(before usage) float64 {
	others := (u.all - before.all) - (u.ours - before.ours)
	return others.Seconds() / u.at.Sub(before.at).Seconds() / float64(runtime.NumCPU())
}

// undisturbed does measure until nothing else got in its way, and fewer times when
// patience runs out. It returns the last figure, and the share that others had.
func (b *bench) undisturbed(ctx context.Context, patience *time.Duration, measure func(context.Context) (float64, error)) (figure, foreign float64, err error) {
	for {
		before, err := b.usage()
		if err != nil {
			return 0, 0, err
		}
		if figure, err = measure(ctx); err != nil {
			return 0, 0, err
		}
		after, err := b.usage()
		if err != nil {
			return 0, 0, err
		}
		foreign = after.foreign(before)
		if foreign <= disturbance || *patience <= 0 {
			return figure, foreign, nil
		}
		*patience -= after.at.Sub(before.at) + time.Second
		if err := pause(ctx, time.Second); err != nil {
			return 0, 0, err
		}
	}
}

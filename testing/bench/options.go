//go:build linux

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/root-gg/plik/testing/bench/internal/load"
	"github.com/root-gg/plik/testing/bench/internal/report"
)

type options struct {
	rounds int
	only   *regexp.Regexp
	json   string
	dir    string // a tmpfs
	plikd  string // a binary; empty: build one
	buffer string // nginx's client_body_buffer_size
	client load.Client
	// patience is how long a row may go on repeating rounds that were disturbed.
	patience time.Duration
	control  bool // nginx against itself

	million, memory, start, cuts, command, all, quick bool

	scale scale
}

// scale is how much is moved: the real figures, or those of the smoke run.
type scale struct {
	single, each   int64 // bytes of one large transfer, and of one of four at once
	zipped         int64 // bytes of each file of the zip
	small          time.Duration
	uploads        int   // in the "million" database
	operations     int   // a round measures there
	transfers      int   // at once, each way, when memory is measured
	transfer, rate int64 // bytes of one of them, and bytes a second
	starts         int
	cutFile, cut   int64 // bytes of a file sent through a line that breaks after so many
}

var (
	realScale = scale{
		single: 1 << 30, each: 512 << 20, zipped: 16 << 20, small: 2 * time.Second,
		uploads: 1_000_000, operations: 2000, transfers: 64, transfer: 256 << 20, rate: 5 << 20, starts: 10,
		cutFile: 2 << 30, cut: 50_000_000,
	}
	quickScale = scale{
		single: 64 << 20, each: 32 << 20, zipped: 1 << 20, small: 300 * time.Millisecond,
		uploads: 10_000, operations: 200, transfers: 8, transfer: 8 << 20, rate: 4 << 20, starts: 3,
		cutFile: 64 << 20, cut: 10_000_000,
	}
)

func parse(args []string, out io.Writer) (options, error) {
	var o options
	var only, client string
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.SetOutput(out)
	f.IntVar(&o.rounds, "n", 5, "rounds: each row is the median of so many")
	f.StringVar(&only, "only", "", "run only the rows of the speed table whose name matches this regular expression")
	f.StringVar(&o.json, "json", "", "also write the results to this file")
	f.StringVar(&o.dir, "dir", "/dev/shm", "where the files and databases go; a tmpfs with 8 GiB free")
	f.StringVar(&o.plikd, "plikd", "", "measure this plikd instead of building one")
	f.StringVar(&o.buffer, "nginx-buffer", "16k", "nginx's client_body_buffer_size")
	f.StringVar(&client, "client", "curl", "client of the large transfers: curl or lean")
	f.DurationVar(&o.patience, "patience", 30*time.Second, "how long a row repeats rounds while something else uses the processors")
	f.BoolVar(&o.control, "control", false, "measure nginx against itself: how far the ratios may be trusted")
	f.BoolVar(&o.million, "million", false, "measure with a million uploads in the database, instead of the speed table")
	f.BoolVar(&o.memory, "memory", false, "measure resident memory, instead of the speed table")
	f.BoolVar(&o.start, "start", false, "measure the time to the first answer, instead of the speed table")
	f.BoolVar(&o.cuts, "cuts", false, "measure what is sent twice over a line that breaks, instead of the speed table")
	f.BoolVar(&o.command, "command", false, "measure memory and start of the command plik, instead of the speed table")
	f.BoolVar(&o.all, "all", false, "the speed table, -million, -memory, -start, -cuts and -command")
	f.BoolVar(&o.quick, "quick", false, "a smoke run of one small round: the figures mean nothing")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	var err error
	if o.only, err = regexp.Compile("(?i)" + only); err != nil {
		return o, fmt.Errorf("-only: %w", err)
	}
	switch client {
	case "curl":
		o.client = load.Curl{}
	case "lean":
		o.client = load.Lean{}
	default:
		return o, fmt.Errorf("-client %s: there is curl and lean", client)
	}
	if f.NArg() > 0 || o.rounds < 1 {
		return o, fmt.Errorf("bad arguments %q with -n %d: see -help", f.Args(), o.rounds)
	}
	o.scale = realScale
	if o.quick {
		o.scale, o.rounds, o.patience = quickScale, 1, 0
	}
	return o, nil
}

// section is a part of the benchmark that is asked for by a flag.
type section struct {
	name string
	run  func(*bench, context.Context) ([]report.Result, error)
}

func (o options) sections() []section {
	var list []section
	if o.all || !o.million && !o.memory && !o.start && !o.cuts && !o.command {
		list = append(list, section{"speed", (*bench).speed})
	}
	if o.all || o.million {
		list = append(list, section{fmt.Sprintf("%d uploads in the database", o.scale.uploads), (*bench).millions})
	}
	if o.all || o.memory {
		list = append(list, section{"resident memory", (*bench).memory})
	}
	if o.all || o.start {
		list = append(list, section{"start", (*bench).starts})
	}
	if o.all || o.cuts {
		list = append(list, section{"a line that breaks", (*bench).cutLine})
	}
	if o.all || o.command {
		list = append(list, section{"the command", (*bench).commands})
	}
	return list
}

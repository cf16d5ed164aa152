//go:build linux

// Bench measures plikd beside nginx on this machine and prints what it found; see
// docs/performance.md for what is measured and how.
//
//	go run ./testing/bench              speed, about ten minutes
//	go run ./testing/bench -only zip    some rows of it
//	go run ./testing/bench -all         speed, -million, -memory, -start, -cuts and -command
//	go run ./testing/bench -quick       a smoke run: the figures mean nothing
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/root-gg/plik/testing/bench/internal/report"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		err = run(ctx, o, os.Stdout)
	}
	switch {
	case errors.Is(err, flag.ErrHelp):
	case ctx.Err() != nil:
		fmt.Fprintln(os.Stderr, "bench: interrupted")
		os.Exit(1)
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what o asks for and prints it on out. A goal that is missed is not an
// error; something that did not work is.
func run(ctx context.Context, o options, out io.Writer) error {
	b, err := open(ctx, o, out)
	if err != nil {
		return err
	}
	defer b.close()
	describe(out)
	var results []report.Result
	for _, section := range o.sections() {
		fmt.Fprintf(out, "%s ...\n", section.name)
		some, err := section.run(b, ctx)
		if err != nil {
			return fmt.Errorf("%s: %w", section.name, err)
		}
		results = append(results, some...)
	}
	fmt.Fprintln(out)
	if err := report.WriteTable(out, results); err != nil {
		return err
	}
	if o.json == "" {
		return nil
	}
	file, err := os.Create(o.json)
	if err != nil {
		return err
	}
	if err := report.WriteJSON(file, results); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}

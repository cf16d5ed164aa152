//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/root-gg/plik/testing/bench/internal/report"
)

// row is one line of the speed table: the same work on plikd and on a yardstick.
type row struct {
	name, unit string
	floor      float64 // of the ratio; 0: none
	plikd      opener
	yardstick  string // what base is
	base       opener // nil: nothing to compare with
}

// opener prepares one side of a row: starts the server, puts the files in place.
type opener func(ctx context.Context) (*side, error)

// side measures one round, and cleans up what opening it left.
type side struct {
	measure func(ctx context.Context) (float64, error)
	close   func(ctx context.Context) error // nil: nothing to do
}

// overNginx is the beginning of the names of the yardsticks that are nginx.
const overNginx = "nginx "

func (b *bench) rows() []row {
	var list []row
	list = append(list, b.largeRows()...)
	list = append(list, b.smallRows()...)
	list = append(list, b.derivedRows()...)
	list = append(list, b.resumableRow())
	list = append(list, b.commandRows()...)
	return list
}

// speed runs the rows one after the other.
func (b *bench) speed(ctx context.Context) ([]report.Result, error) {
	var results []report.Result
	for _, r := range b.rows() {
		if !b.only.MatchString(r.name) {
			continue
		}
		if b.control {
			if !strings.HasPrefix(r.yardstick, overNginx) {
				continue
			}
			r.plikd, r.floor = r.base, 0
		}
		result, err := b.runRow(ctx, r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.name, err)
		}
		results = append(results, result)
	}
	if len(results) == 0 {
		return nil, fmt.Errorf("no row matches %q", b.only)
	}
	return results, nil
}

// runRow measures both sides in turn, so that what else happens on the machine meets
// both alike.
func (b *bench) runRow(ctx context.Context, r row) (result report.Result, err error) {
	openers := []opener{r.plikd}
	if r.base != nil {
		openers = append(openers, r.base)
	}
	sides := make([]*side, len(openers))
	for i, open := range openers {
		if sides[i], err = open(ctx); err != nil {
			return result, err
		}
		defer func() {
			if sides[i].close != nil {
				err = errors.Join(err, sides[i].close(ctx))
			}
		}()
	}
	figures := make([][]float64, 2)
	patience, disturbed := b.patience, 0
	for range b.rounds {
		for i, s := range sides {
			v, foreign, err := b.undisturbed(ctx, &patience, s.measure)
			if err != nil {
				return result, err
			}
			if foreign > disturbance {
				disturbed++
			}
			figures[i] = append(figures[i], v)
		}
	}
	result = report.Result{
		Name: r.name, Unit: r.unit, Yardstick: r.yardstick,
		Plikd: report.Summarize(figures[0]), Base: report.Summarize(figures[1]), Disturbed: disturbed,
	}
	if r.floor > 0 {
		result.Goal = report.AtLeast(r.floor)
	}
	fmt.Fprintf(b.out, "  %-40s %s %s", r.name, report.Number(result.Plikd.Median), r.unit)
	if r.base != nil {
		fmt.Fprintf(b.out, ", %s %s, ratio %.2f", r.yardstick, report.Number(result.Base.Median), result.Ratio())
	}
	if disturbed > 0 {
		fmt.Fprintf(b.out, " (%d of %d measurements disturbed)", disturbed, b.rounds*len(sides))
	}
	fmt.Fprintln(b.out)
	return result, nil
}

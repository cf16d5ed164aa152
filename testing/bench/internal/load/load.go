//go:build linux

// Package load holds the clients of the benchmark: one for many small requests, two
// for large transfers. They are lean, because they share the processor with the
// server they measure: what the client spends hides differences between servers.
package load

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Request is one request of a script, ready to be sent.
type Request struct {
	Bytes  []byte // the whole request, head and body, at most 64 KiB; valid until the answer
	Status int    // the answer that is right; 0: any 2xx
	Keep   bool   // hand the body of the answer to the next step
	Silent bool   // its time does not count
	Last   bool   // its answer ends the operation
}

// Step returns what a connection sends next, given the answer to what it sent before
// (the zero Response the first time).
type Step func(prev Response) (Request, error)

// Plan is a load to put on a server.
type Plan struct {
	Addr     string // host:port, IPv4
	Conns    int
	Duration time.Duration // no operation starts later; 0: Ops decides
	Ops      int           // how many operations to start; 0: Duration decides
	Script   func(conn int) Step
}

// Outcome is what became of a Plan.
type Outcome struct {
	Elapsed   time.Duration   // first request to last answer
	Latencies []time.Duration // one for each operation, in the order they ended
}

// PerSecond is the operations done in a second.
func (o Outcome) PerSecond() float64 {
	return float64(len(o.Latencies)) / o.Elapsed.Seconds()
}

// errStalled is returned when no answer comes for stallAfter.
var errStalled = errors.New("the server stopped answering")

const stallAfter = 20 * time.Second

// Run carries out the plan: Conns keep-alive connections, one request under way on
// each, all driven by the calling goroutine. An answer that is wrong ends the run.
func Run(ctx context.Context, p Plan) (Outcome, error) {
	if p.Conns < 1 || p.Duration <= 0 && p.Ops < 1 {
		return Outcome{}, errors.New("load: a plan needs connections, and a duration or a number of operations")
	}
	l := &loop{plan: p}
	defer l.close()
	if err := l.open(); err != nil {
		return Outcome{}, fmt.Errorf("connect to %s: %w", p.Addr, err)
	}
	if err := l.run(ctx); err != nil {
		return Outcome{}, fmt.Errorf("load on %s: %w", p.Addr, err)
	}
	return Outcome{Elapsed: l.last.Sub(l.began), Latencies: l.latencies}, nil
}

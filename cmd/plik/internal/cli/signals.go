package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// errInterrupted is why the work ends when the user says so.
var errInterrupted error = interruption{}

type interruption struct{}

func (interruption) Error() string { return "interrupted" }
func (interruption) Unwrap() error { return context.Canceled }

// interruptible returns a context that Ctrl-C, SIGTERM or SIGHUP end. A second signal ends the process at once. stop
// gives the signals back.
func interruptible(ctx context.Context) (_ context.Context, stop func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	signals := make(chan os.Signal, 2)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) { // as nohup has it
			signal.Notify(signals, s)
		}
	}
	over := make(chan struct{})
	go func() {
		select {
		case <-signals:
			cancel(errInterrupted)
		case <-over:
			return
		}
		select {
		case <-signals:
			os.Exit(exitInterrupted)
		case <-over:
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		close(over)
		cancel(nil)
	}
}

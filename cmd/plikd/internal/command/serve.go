package command

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"

	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/buildinfo"
)

// serve runs the server until a signal. A second signal ends the process at once.
func (a *app) serve(ctx context.Context) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	if a.port != 0 {
		c.ListenPort = a.port
		if _, err := c.Resolve(); err != nil {
			return err
		}
	}
	collectLess()
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	defer signal.Stop(signals)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		<-signals
		cancel()
		<-signals
		os.Exit(exitFailure) // asked twice: at once
	}()

	log := a.logger(c)
	s, err := server.New(ctx, server.Options{Config: c, Log: log, Build: buildinfo.Get()})
	if err != nil {
		return fmt.Errorf("unable to start Plik server : %w", err)
	}
	if err := s.Run(ctx); err != nil {
		return fmt.Errorf("unable to start Plik server : %w", err)
	}
	return nil
}

// collectLess lets the heap grow to three times what is in use before it is collected, rather than
// twice: what is in use is small, and small downloads are a tenth faster. GOGC, when set, wins.
func collectLess() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(200)
	}
}

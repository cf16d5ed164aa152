package command

import (
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/buildinfo"
)

func (a *app) serveCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "serve", Short: "Serve (what plikd without a command does)", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return fail(a.serve(cmd.Context())) },
	}
	a.listen(cmd)
	return cmd
}

// listen gives a command that serves its flags.
func (a *app) listen(cmd *cobra.Command) {
	cmd.Flags().IntVar(&a.port, "port", 0, "port to listen on, instead of the configured one")
}

// serve runs the server until ctx ends.
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
	log := a.logger(c)
	s, err := server.New(ctx, server.Options{Config: c, Log: log, Build: buildinfo.Get()})
	if err != nil {
		return fmt.Errorf("unable to start Plik server : %w", err)
	}
	defer onHangup(s.ReopenAudit)() // logrotate has moved the file
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

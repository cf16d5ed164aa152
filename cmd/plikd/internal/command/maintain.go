package command

import (
	"context"
	"fmt"
	"time"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/cleaner"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/fsck"
	"github.com/root-gg/plik/server/logs"
)

// withBackends opens the configured stores for one job. The daemon may be running beside it.
func (a *app) withBackends(ctx context.Context, do func(*config.Config, *server.Backends, *logrus.Logger) error) error {
	c, err := a.load()
	if err != nil {
		return err
	}
	// A command beside the daemon must not start anew from nothing, as the daemon may be told to.
	delete(c.MetadataBackendConfig, "EraseFirst")
	log := logs.New(a.err, c.LogLevel, c.LogFormat == "json") // out is for results
	b, err := server.OpenBackends(ctx, c, log, time.Now)
	if err != nil {
		return err
	}
	defer b.Close()
	return do(c, b, log)
}

func (a *app) cleanCommand() *cobra.Command {
	return &cobra.Command{
		Use: "clean", Short: "Delete what has expired or was removed, now", Args: cobra.NoArgs,
		Long: "Delete what has expired or was removed, now. The running daemon does the same every few minutes.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return fail(a.withBackends(cmd.Context(), func(_ *config.Config, b *server.Backends, log *logrus.Logger) error {
				k, err := cleaner.New(cleaner.Options{Store: b.Metadata, Backend: b.Data, Log: logrus.NewEntry(log)})
				if err != nil {
					return err
				}
				r, err := k.Pass(cmd.Context())
				fmt.Fprintln(a.out, r)
				return err
			}))
		},
	}
}

func (a *app) fsckCommand() *cobra.Command {
	o := fsck.Options{MinAge: time.Hour}
	cmd := &cobra.Command{
		Use: "fsck", Short: "Compare what the database says with what is stored", Args: cobra.NoArgs,
		Long: `Compare what the database says with what is stored: files without bytes, bytes without a file, leftovers
of interrupted uploads. It may run beside the daemon. Exit code 1 when something is found and not repaired.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return fail(a.withBackends(cmd.Context(), func(_ *config.Config, b *server.Backends, _ *logrus.Logger) error {
				o.Store, o.Backend = b.Metadata, b.Data
				o.Report = func(f fsck.Finding) { fmt.Fprintln(a.out, f) }
				sum, err := fsck.Run(cmd.Context(), o)
				fmt.Fprintf(a.out, "%d files and %d objects checked, %d problems found, %d repaired, %d objects left alone because they are younger than %s\n",
					sum.Files, sum.Objects, sum.Found, sum.Repaired, sum.Young, o.MinAge)
				if err != nil {
					return err
				}
				if left := sum.Found - sum.Repaired; left > 0 && o.Repair {
					return fmt.Errorf("%d problems could not be repaired", left)
				} else if left > 0 {
					return fmt.Errorf("%d problems found, run plikd fsck --repair to remove them", left)
				}
				return nil
			}))
		},
	}
	cmd.Flags().BoolVar(&o.Repair, "repair", false, "remove what is found")
	cmd.Flags().BoolVar(&o.AllowEmpty, "allow-empty", false, "repair even though nothing at all is stored, as after a loss of all data")
	cmd.Flags().DurationVar(&o.MinAge, "min-age", o.MinAge, "leave alone what is younger: it may be arriving right now")
	return cmd
}

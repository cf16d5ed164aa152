package command

import (
	"context"
	"errors"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/uploads"
)

// tools are what commands work with. The daemon may be running beside them.
type tools struct {
	*server.Backends
	config   *config.Config
	log      *logrus.Logger
	accounts *accounts.Service
	uploads  *uploads.Service
	audit    *audit.Log
}

// withTools opens the configured stores for one job.
func (a *app) withTools(ctx context.Context, do func(*tools) error) error {
	return fail(a.withBackends(ctx, func(c *config.Config, b *server.Backends, log *logrus.Logger) error {
		svc, err := server.NewServices(c, b, log)
		if err != nil {
			return err
		}
		t := &tools{Backends: b, config: c, log: log, accounts: svc.Accounts, uploads: svc.Uploads}
		t.audit, err = audit.Open(c.AuditLog, audit.Options{
			Stdout: a.err, Stderr: a.err, // stdout is for results here
			OnError: func(err error) { log.WithError(err).Error("what was done is not in the audit log") },
		})
		if err != nil {
			return err
		}
		defer t.audit.Close()
		return do(t)
	}))
}

var errNoAccounts = errors.New("Authentication is disabled ! Set FeatureAuthentication in the configuration") //lint:ignore ST1005 a phrase operators know

// withAccounts is withTools for users and tokens.
func (a *app) withAccounts(ctx context.Context, do func(*tools) error) error {
	return a.withTools(ctx, func(t *tools) error {
		if !t.config.FeatureAuthentication.Enabled() {
			return errNoAccounts
		}
		return do(t)
	})
}

// note writes down what was done at the console.
func (t *tools) note(action, target string) {
	t.audit.Record(audit.Event{Action: action, Actor: "console", Target: target, Result: audit.OK})
}

// pageSize is how much of a list is read at a time.
const pageSize = 1000

// each returns what walks through all the items of a list, oldest first.
func each[T any](list func(core.Page) (core.List[T], error)) func(show func(T) error) error {
	return func(show func(T) error) error {
		p := core.Page{Limit: pageSize, Asc: true}
		for {
			l, err := list(p)
			if err != nil {
				return err
			}
			for _, item := range l.Items {
				if err := show(item); err != nil {
					return err
				}
			}
			if l.After == "" {
				return nil
			}
			p.After = l.After
		}
	}
}

// group is a command that only has others below it.
func group(use, short string, below ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	g.AddCommand(below...)
	return g
}

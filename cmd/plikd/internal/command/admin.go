package command

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/cleaner"
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
		if c.AuditLog != "stdout" { // which is for results here
			if t.audit, err = audit.Open(c.AuditLog, audit.Options{}); err != nil {
				return err
			}
			defer t.audit.Close()
		}
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

// clean deletes the bytes of what was just removed.
func (a *app) clean(ctx context.Context, t *tools) error {
	k, err := cleaner.New(cleaner.Options{Store: t.Metadata, Backend: t.Data, Log: logrus.NewEntry(t.log)})
	if err != nil {
		return err
	}
	r, err := k.Pass(ctx)
	if err == nil {
		fmt.Fprintln(a.err, r)
	}
	return err
}

// confirm asks before something that cannot be undone. No is an orderly end.
func (a *app) confirm(yes bool, question string, args ...any) (bool, error) {
	if yes {
		return true, nil
	}
	fmt.Fprintf(a.err, question+" ? [y/N]\n", args...)
	line, err := bufio.NewReader(a.in).ReadString('\n')
	if err != nil && (!errors.Is(err, io.EOF) || line == "") {
		//lint:ignore ST1005 a phrase operators know
		return false, fmt.Errorf("Unable to ask for confirmation : %w, use --yes where nobody can answer", err)
	}
	switch strings.ToLower(strings.TrimSpace(line)) {
	case "y", "yes":
		return true, nil
	}
	return false, nil
}

// printJSON prints v, indented.
func (a *app) printJSON(v any) error {
	out, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.out, string(out))
	return err
}

// pageSize is how much of a list is read at a time.
const pageSize = 500

// each calls show for all the items of a list, oldest first.
func each[T any](list func(core.Page) (core.List[T], error), show func(T) error) error {
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

// group is a command that only has others below it.
func group(use, short string, below ...*cobra.Command) *cobra.Command {
	g := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	g.AddCommand(below...)
	return g
}

// terminalText makes what users chose harmless for a terminal.
func terminalText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '?'
		}
		return r
	}, s)
}

package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/history"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/plik"
	"github.com/root-gg/plik/plik/api"
)

func lsCommand() command {
	return command{
		name: "ls", usage: "[options]", short: "List the uploads that were made here, or those of your account",
		long: "Uploads that are over are forgotten. Each line has id, creation, expiry, state and names of files.",
		options: args.Set{
			{Short: "A", Long: "account", Help: "List the uploads of the account of the token (scope read or full)"},
			{Long: "search", Value: "TEXT", Help: "Those with TEXT in names of files, with --account in comments too"},
			{Long: "limit", Value: "N", Help: "N at most"},
			optServer(), optToken(), optProfile(), optInsecure(), optJSON(), optQuiet(), optDebug(), optHelp(),
		},
		run: (*app).ls,
	}
}

func (a *app) ls(ctx context.Context, p *args.Parsed) error {
	if len(p.Operands) > 0 {
		return usage("plik ls takes no names, see plik show and --search")
	}
	s, err := a.load(ctx, p, false)
	if err != nil {
		return err
	}
	limit := 0
	if v := p.Text("limit"); v != "" {
		if n, err := fmt.Sscanf(v, "%d", &limit); n != 1 || err != nil || limit < 1 {
			return usage(fmt.Sprintf("--limit : %q is no such number", v))
		}
	}
	if p.On("account") {
		return a.lsAccount(ctx, s, p.Text("search"), limit)
	}
	return a.lsHere(s, p, limit)
}

// lsHere lists what the history has.
func (a *app) lsHere(s *settings, p *args.Parsed, limit int) error {
	store, err := history.Open(a.getenv)
	if err != nil {
		return err
	}
	all, err := store.List()
	if err != nil {
		return err
	}
	var shown []*history.Entry
	now := time.Now()
	for _, e := range all {
		if e.Expired(now) {
			if err := store.Forget(e.Server, e.ID); err != nil {
				return err
			}
			continue
		}
		if p.Text("server") != "" && e.Server != s.URL || !named(e, p.Text("search")) || limit > 0 && len(shown) == limit {
			continue
		}
		shown = append(shown, e)
	}
	if s.json {
		return a.json(entryDocuments(shown))
	}
	for _, e := range shown {
		if s.Quiet {
			fmt.Fprintln(a.out, e.URL)
			continue
		}
		state := "sent"
		switch {
		case e.Resumable():
			state = "resumable"
		case !e.Done:
			state = "incomplete"
		}
		names := make([]string, len(e.Files))
		for i, f := range e.Files {
			names[i] = f.Name
		}
		a.lsLine(e.ID, e.CreatedAt, e.ExpireAt, state, names)
	}
	return a.out.err
}

func named(e *history.Entry, part string) bool {
	if part == "" {
		return true
	}
	for _, f := range e.Files {
		if strings.Contains(strings.ToLower(f.Name), strings.ToLower(part)) {
			return true
		}
	}
	return false
}

func (a *app) lsLine(id string, created time.Time, expire *time.Time, state string, names []string) {
	end := "never"
	if expire != nil {
		end = expire.Local().Format("2006-01-02 15:04")
	}
	const most = 5
	if more := len(names) - most; more > 0 {
		names = append(names[:most:most], fmt.Sprintf("and %d more", more))
	}
	fmt.Fprintf(a.out, "%s  %s  %-16s  %-10s  %s\n", term.Line(id), created.Local().Format("2006-01-02 15:04"), end, state, term.Line(strings.Join(names, ", ")))
}

// lsAccount lists what the server has of the user.
func (a *app) lsAccount(ctx context.Context, s *settings, search string, limit int) error {
	c, err := a.client(ctx, s)
	if err != nil {
		return err
	}
	all := []*api.Upload{}
	o := plik.ListOptions{Search: search, Limit: 100}
	if limit > 0 {
		o.Limit = min(limit, 100)
	}
	for {
		page, err := c.ListUploads(ctx, o)
		if err != nil {
			return fmt.Errorf("unable to list the uploads : %w", err)
		}
		for _, u := range page.Results {
			if limit > 0 && len(all) == limit {
				break
			}
			all = append(all, u)
		}
		if page.After == nil || *page.After == "" || *page.After == o.After || limit > 0 && len(all) == limit {
			break
		}
		o.After = *page.After
	}
	if s.json {
		return a.json(all)
	}
	for _, u := range all {
		if s.Quiet {
			fmt.Fprintln(a.out, s.URL+"/#/?id="+u.ID)
			continue
		}
		state, names := "sent", []string{}
		for _, f := range u.Files {
			names = append(names, f.Name)
			if f.Status == plik.StatusMissing || f.Status == plik.StatusUploading {
				state = "incomplete"
			}
		}
		a.lsLine(u.ID, u.CreatedAt, u.ExpireAt, state, names)
	}
	return a.out.err
}

package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/term"
	"github.com/root-gg/plik/cmd/plik/internal/update"
	"github.com/root-gg/plik/server/buildinfo"
)

func updateCommand() command {
	return command{
		name: "update", usage: "[options]", short: "Replace this program with the one that the server offers",
		long: "What is installed has to be signed for this program. Nothing is ever updated otherwise than by this command.",
		options: args.Set{
			{Long: "check", Help: "Only say whether there is another version"},
			{Short: "y", Long: "yes", Help: "Do not ask"},
			{Long: "unsigned", Help: "Take what is not signed, over https"},
			{Long: "downgrade", Help: "Take an older version, too"},
			optServer(), optProfile(), optInsecure(), optQuiet(), optDebug(), optHelp(),
		},
		run: func(a *app, ctx context.Context, p *args.Parsed) error {
			s, err := a.load(ctx, p, false)
			if err != nil {
				return err
			}
			return a.update(ctx, s, updateChoice{p.On("check"), p.On("yes"), p.On("unsigned"), p.On("downgrade")})
		},
	}
}

// updateChoice is what the user says of an update.
type updateChoice struct{ check, yes, unsigned, downgrade bool }

func (a *app) update(ctx context.Context, s *settings, choice updateChoice) error {
	if err := a.tryUpdate(ctx, s, choice); err != nil {
		//lint:ignore ST1005 a phrase users know
		return fmt.Errorf("Unable to update Plik client : \n%w", err)
	}
	return nil
}

func (a *app) tryUpdate(ctx context.Context, s *settings, choice updateChoice) error {
	c, err := a.client(ctx, s)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err == nil {
		program, err = filepath.EvalSymlinks(program)
	}
	if err != nil {
		return fmt.Errorf("unable to find this program : %w", err)
	}
	u := &update.Updater{
		Client: c, Insecure: s.Insecure, Unsigned: choice.unsigned, Downgrade: choice.downgrade,
		Current: buildinfo.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH, Path: program,
	}
	offer, err := u.Check(ctx)
	if err != nil {
		return err
	}
	if offer.UpToDate {
		if !s.Quiet {
			fmt.Fprintf(a.out, "Plik client %s is up to date\n", u.Current)
		}
		return a.out.err
	}
	question := "Update Plik client to match server version"
	if offer.Version != "" {
		question = fmt.Sprintf("Update Plik client from %s to %s", u.Current, term.Line(offer.Version))
	}
	if choice.check {
		_, err := fmt.Fprintln(a.out, question+" with plik update")
		return err
	}
	a.notes(ctx, s, u, offer)
	if !choice.yes {
		if !term.Is(a.in) {
			return errors.New("there is nobody to ask, use plik update --yes")
		}
		if yes, err := a.asker().Confirm(ctx, question+" ?", true); err != nil || !yes {
			return err
		}
	}
	if err := u.Apply(ctx, offer); err != nil {
		return err
	}
	if !s.Quiet {
		fmt.Fprintf(a.out, "Plik client successfully updated to %s\n", term.Line(offer.Version))
	}
	return a.out.err
}

// notes shows the release notes up to the offer. One that is missing keeps nobody from updating.
func (a *app) notes(ctx context.Context, s *settings, u *update.Updater, offer *update.Offer) {
	if s.Quiet {
		return
	}
	for _, name := range offer.Notes {
		text, err := u.Note(ctx, name)
		if err != nil {
			a.note("note: Unable to get release notes for version %s : %s", name, err)
			continue
		}
		a.note("Plik %s\n\n%s", name, text)
	}
}

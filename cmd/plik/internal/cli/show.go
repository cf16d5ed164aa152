package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/term"
)

// targetOptions are those of commands about one upload.
func targetOptions() args.Set {
	return args.Set{
		optAskPassword(), optPassword(), optServer(), optToken(), optProfile(), optInsecure(), optJSON(), optQuiet(), optDebug(), optHelp(),
	}
}

func showCommand() command {
	return command{
		name: "show", usage: "[options] URL|ID", short: "Show an upload and its files",
		options: append(args.Set{{Long: "admin", Help: "Show the address that allows to add and delete, too"}}, targetOptions()...),
		run:     (*app).show,
	}
}

func (a *app) show(ctx context.Context, p *args.Parsed) error {
	if len(p.Operands) != 1 {
		return usage("Usage:\n  plik show [options] URL|ID")
	}
	s, err := a.load(ctx, p, false)
	if err != nil {
		return err
	}
	s.askPass = p.On("p")
	t, err := a.target(s, p, p.Operands[0])
	if err != nil {
		return err
	}
	_, u, err := a.fetch(ctx, t, true)
	if err != nil {
		return err
	}
	d, err := documentOf(t.Server, u)
	if err != nil {
		return err
	}
	if !p.On("admin") {
		d.AdminURL = ""
	}
	if t.entry != nil {
		d.Secure = t.entry.Secure
	}
	switch {
	case s.json:
		return a.json(d)
	case s.Quiet:
		for _, f := range d.Files {
			fmt.Fprintln(a.out, f.URL)
		}
		return a.out.err
	}
	return a.printUpload(d)
}

func (a *app) printUpload(d *document) error {
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(a.out, "%-9s : %s\n", name, term.Line(value))
		}
	}
	line("Upload", d.URL)
	line("Admin", d.AdminURL)
	line("Created", d.CreatedAt.Local().Format(time.RFC1123))
	expires := "never"
	if d.ExpireAt != nil {
		expires = d.ExpireAt.Local().Format(time.RFC1123)
	}
	line("Expires", expires)
	var rules []string
	for _, r := range []struct {
		name string
		on   bool
	}{{"one shot", d.OneShot}, {"removable", d.Removable}, {"stream", d.Stream}, {"extend TTL", d.ExtendTTL}, {"protected", d.Protected}} {
		if r.on {
			rules = append(rules, r.name)
		}
	}
	line("Options", strings.Join(rules, ", "))
	line("Encrypted", d.Secure)
	line("Comments", d.Comments)
	for _, f := range d.Files {
		fmt.Fprintf(a.out, "\n%s\n    %s, %s, %s\n    %s\n", term.Line(f.Name), term.Size(f.Size), term.Line(f.Type), term.Line(f.Status), f.URL)
	}
	return a.out.err
}

func rmCommand() command {
	return command{
		name: "rm", usage: "[options] URL|ID ...", short: "Delete uploads or files",
		long: `The address of a file, or UPLOAD/FILE, deletes that file; the address of a page, or an id, deletes the upload
with all its files. It takes to have made the upload here, its admin address, its owner's token, or that it is removable.`,
		options: targetOptions(), run: (*app).rm,
	}
}

func (a *app) rm(ctx context.Context, p *args.Parsed) error {
	if len(p.Operands) == 0 {
		return usage("Usage:\n  plik rm [options] URL|ID ...")
	}
	s, err := a.load(ctx, p, false)
	if err != nil {
		return err
	}
	s.askPass = p.On("p")
	var failed []error
	for _, text := range p.Operands {
		if err := a.remove(ctx, s, p, text); err != nil {
			if ctx.Err() != nil {
				return err
			}
			failed = append(failed, err)
		}
	}
	switch len(failed) {
	case 0:
		return nil
	case len(p.Operands):
		return joined(failed)
	}
	return coded(exitPartial, joined(failed))
}

func (a *app) remove(ctx context.Context, s *settings, p *args.Parsed, text string) error {
	t, err := a.target(s, p, text)
	if err != nil {
		return err
	}
	_, u, err := a.fetch(ctx, t, true)
	if err != nil {
		return err
	}
	what := "upload " + t.UploadID
	if t.FileID == "" {
		err = u.DeleteContext(ctx)
		if err == nil {
			err = a.forget(t)
		}
	} else {
		f, lost := t.file(u)
		if lost != nil {
			return lost
		}
		what = "file " + term.Line(f.Name)
		err = f.DeleteContext(ctx)
	}
	if err != nil {
		return fmt.Errorf("unable to delete the %s : %w", what, err)
	}
	if !t.s.Quiet && !t.s.json {
		fmt.Fprintf(a.out, "%s has been deleted\n", what)
	}
	return a.out.err
}

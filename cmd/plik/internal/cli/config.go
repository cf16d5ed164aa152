package cli

import (
	"context"
	"fmt"

	"github.com/root-gg/plik/cmd/plik/internal/args"
	"github.com/root-gg/plik/cmd/plik/internal/rc"
	"github.com/root-gg/plik/cmd/plik/internal/term"
)

func configCommand() command {
	return command{
		name: "config", usage: "[options] show|path|get KEY|set KEY VALUE|unset KEY", short: "Show or change the configuration",
		long: `show prints what is in force and where it comes from, path the file, get one value. set and unset change the file.
Secrets are not printed; set KEY - reads a value from standard input, which others cannot see.`,
		options: args.Set{optProfile(), optJSON(), optQuiet(), optHelp()}, run: (*app).config,
	}
}

func (a *app) config(ctx context.Context, p *args.Parsed) error {
	verb := ""
	if len(p.Operands) > 0 {
		verb = p.Operands[0]
	}
	want, ok := map[string]int{"show": 1, "path": 1, "get": 2, "set": 3, "unset": 2}[verb]
	if !ok || len(p.Operands) != want {
		return usage("Usage:\n  plik config show|path|get KEY|set KEY VALUE|unset KEY")
	}
	var k rc.Key
	if want > 1 {
		var err error
		if k, err = rc.FindKey(p.Operands[1]); err != nil {
			return coded(exitUsage, err)
		}
	}
	s, err := a.load(ctx, p, false)
	if err != nil {
		return err
	}
	switch verb {
	case "path":
		_, err = fmt.Fprintln(a.out, a.rcPath(s))
	case "get":
		err = a.configGet(s, k)
	case "set":
		err = a.configSet(ctx, s, k, p.Operands[2])
	case "unset":
		err = rc.Unset(a.rcPath(s), s.loaded.Profile, k.Name)
	default:
		if s.json {
			return a.configJSON(s)
		}
		err = s.loaded.Show(a.out)
	}
	return err
}

func (a *app) configGet(s *settings, k rc.Key) error {
	text := k.Text(s.loaded.Config)
	if k.Secret && text != "" {
		return coded(exitNotAllowed, fmt.Errorf("%s is secret and not printed, it is set in %s", k.Name, s.loaded.Where[k.Name]))
	}
	if s.json {
		return a.json(text)
	}
	_, err := fmt.Fprintln(a.out, term.Line(text))
	return err
}

func (a *app) configSet(ctx context.Context, s *settings, k rc.Key, text string) error {
	if text == "-" {
		var err error
		question := ""
		if term.Is(a.in) {
			question = k.Name + ": "
		}
		ask := a.asker()
		if k.Secret {
			text, err = ask.Secret(ctx, question)
		} else {
			text, err = ask.Line(ctx, question)
		}
		if err != nil {
			return fmt.Errorf("unable to get the value : %w", err)
		}
	}
	if err := rc.Set(a.rcPath(s), s.loaded.Profile, k.Name, text); err != nil {
		return coded(exitUsage, err)
	}
	if where := s.loaded.Where[k.Name]; where == k.Env && !s.Quiet {
		a.note("note: %s is set in the environment and counts more", k.Env)
	}
	return nil
}

func (a *app) configJSON(s *settings) error {
	values := map[string]string{}
	for _, k := range rc.Keys() {
		text := k.Text(s.loaded.Config)
		if k.Secret && text != "" {
			text = "[set]"
		}
		values[k.Name] = text
	}
	return a.json(values)
}

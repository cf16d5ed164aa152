package cli

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/root-gg/plik/cmd/plik/internal/args"
)

// command is one of the words that do something else than upload.
type command struct {
	name    string
	usage   string // what follows the name
	short   string // one line
	long    string // more, may be empty
	options args.Set
	run     func(a *app, ctx context.Context, p *args.Parsed) error
}

// commands returns all of them, in the order of the help.
func commands() []command {
	return []command{
		uploadCommand(), getCommand(), lsCommand(), showCommand(), rmCommand(), addCommand(), resumeCommand(),
		loginCommand(), logoutCommand(), whoamiCommand(), configCommand(), completionCommand(), updateCommand(), versionCommand(),
	}
}

func uploadCommand() command {
	return command{
		name: "upload", usage: "[options] [FILE] ...", short: "Send files, as plik does without a command",
		options: uploadOptions(), run: (*app).upload,
	}
}

// dispatch runs the command that argv begins with. A file that is called like one is sent, as it always was.
func (a *app) dispatch(ctx context.Context, argv []string) error {
	if len(argv) > 0 {
		for _, c := range commands() {
			if c.name != argv[0] {
				continue
			}
			if _, err := os.Lstat(c.name); err == nil && c.name != "upload" {
				fmt.Fprintf(a.err, "note: %s is a file here and is sent; the command of that name works in other directories\n", c.name)
				break
			}
			return a.runCommand(ctx, c, argv[1:])
		}
	}
	p, err := uploadOptions().Parse(argv)
	if err != nil {
		return err
	}
	if p.On("help") {
		return a.help()
	}
	return a.upload(ctx, p)
}

func (a *app) runCommand(ctx context.Context, c command, argv []string) error {
	set := c.options
	p, err := set.Parse(argv)
	if err != nil {
		return usage(fmt.Sprintf("%s\n\nUsage:\n  plik %s %s", err, c.name, c.usage))
	}
	if p.On("help") {
		if c.name == "upload" {
			return a.help()
		}
		return a.commandHelp(c)
	}
	return c.run(a, ctx, p)
}

func (a *app) help() error {
	var b strings.Builder
	b.WriteString("plik\n\n" + usageText + "  plik COMMAND --help\n\nOptions:\n")
	b.WriteString(uploadOptions().Help())
	b.WriteString("\nSwitches of the configuration are turned off with --no-, as in --no-oneshot. Every key of the configuration\n" +
		"has a variable: PLIK_URL, PLIK_TOKEN, PLIK_SECURE_OPTIONS_CIPHER, ...\n\nCommands:\n")
	for _, c := range commands() {
		fmt.Fprintf(&b, "  %-29s%s\n", c.name, c.short)
	}
	b.WriteString(`
Exit codes:
  0 done, 1 failure, 2 wrong usage, 3 some of the files failed, 4 not allowed, 5 not found or expired,
  6 limit or quota, 7 network, 130 interrupted
`)
	_, err := a.out.Write([]byte(b.String()))
	return err
}

func (a *app) commandHelp(c command) error {
	fmt.Fprintf(a.out, "%s\n\nUsage:\n  plik %s %s\n", c.short, c.name, c.usage)
	if c.long != "" {
		fmt.Fprintf(a.out, "\n%s\n", c.long)
	}
	_, err := fmt.Fprintf(a.out, "\nOptions:\n%s", c.options.Help())
	return err
}

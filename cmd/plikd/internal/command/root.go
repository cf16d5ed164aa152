// Package command is the command line of plikd.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server/buildinfo"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/logs"
)

// Exit codes.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2
)

// app is what all commands share.
type app struct {
	in         io.Reader
	out        *results
	err        io.Writer
	log        io.Writer // of the daemon
	configPath string
	port       int
}

// Run runs the command line and returns the exit code. Results go to out, questions and errors to
// errs, each error in one line; answers come from in. Ctrl-C and SIGTERM end it in good order.
func Run(args []string, in io.Reader, out, errs io.Writer) int {
	ctx, stop := interruptible(context.Background())
	defer stop()
	return RunContext(ctx, args, in, out, errs)
}

// RunContext is Run without signals: it ends when ctx does.
func RunContext(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) int {
	a := &app{in: in, out: &results{w: out}, err: errs, log: out}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(a.out)
	root.SetErr(errs)
	err := root.ExecuteContext(ctx)
	if err == nil && a.out.err != nil {
		err = fail(fmt.Errorf("unable to write the result: %w", a.out.err))
	}
	if err == nil {
		return exitOK
	}
	if f, ok := errors.AsType[*failure](err); ok {
		text := oneLine(f.err)
		if errors.Is(f.err, context.Canceled) && !errors.Is(f.err, errInterrupted) && ctx.Err() != nil {
			text = errInterrupted.Error() + ": " + text
		}
		fmt.Fprintln(errs, "plikd: "+text)
		return exitFailure
	}
	fmt.Fprintln(errs, "plikd: "+oneLine(err)+", see plikd --help")
	return exitUsage
}

// failure is an error of the work, not of the command line.
type failure struct{ err error }

func (f *failure) Error() string { return f.err.Error() }

func fail(err error) error {
	if err == nil {
		return nil
	}
	return &failure{err}
}

// oneLine joins the lines of an error that found several problems. It may hold what users chose.
func oneLine(err error) string {
	var lines []string
	for line := range strings.FieldsFuncSeq(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }) {
		lines = append(lines, terminalText(strings.TrimSpace(line)))
	}
	return strings.Join(lines, "; ")
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "plikd",
		Short: "Plik server: hands files from one person to another for a limited time",
		Long: `Plik server: hands files from one person to another for a limited time.

Without a command it serves, configured by --config, $PLIKD_CONFIG, ./plikd.cfg or /etc/plikd.cfg, in
that order, or by its defaults when there is none of them. PLIKD_… variables override single keys.

Exit codes: 0 success, 1 failure, 2 wrong usage.`,
		Args:          cobra.NoArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		Version:       buildinfo.String(),
		// Runs before every command.
		PersistentPreRunE: named,
		RunE:              func(cmd *cobra.Command, _ []string) error { return fail(a.serve(cmd.Context())) },
	}
	root.SetVersionTemplate("plikd version {{.Version}}\n")
	root.Flags().BoolP("version", "v", false, "print the version")
	root.PersistentFlags().StringVar(&a.configPath, "config", "", "configuration file")
	a.listen(root)
	root.AddCommand(
		a.serveCommand(), a.versionCommand(), a.configCommand(), a.cleanCommand(), a.fsckCommand(),
		a.userCommand(), a.tokenCommand(), a.uploadCommand(), a.fileCommand(), a.statsCommand(),
		a.exportCommand(), a.importCommand(), a.migrateCommand(),
	)
	return root
}

// named refuses an empty name of what a command is about: in a script it is a variable that was
// not set, and plikd file delete --file "$ID" would delete everything.
func named(cmd *cobra.Command, _ []string) error {
	for _, name := range []string{"login", "provider", "token", "upload", "file"} {
		if f := cmd.Flags().Lookup(name); f != nil && f.Changed && f.Value.String() == "" {
			return fmt.Errorf("missing %s, --%s is empty", name, name)
		}
	}
	return nil
}

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "Print the version", Args: cobra.NoArgs,
		Run: func(*cobra.Command, []string) { fmt.Fprintln(a.out, "plikd version "+buildinfo.String()) },
	}
}

// load reads the configuration; warnings go to stderr.
func (a *app) load() (*config.Config, error) {
	path, err := config.Find(a.configPath, os.Getenv)
	if err != nil {
		return nil, err
	}
	c, warnings, err := config.Load(path, os.Environ())
	for _, w := range warnings {
		fmt.Fprintln(a.err, "plikd: warning: "+w.String())
	}
	if err != nil {
		//lint:ignore ST1005 a phrase operators know
		return nil, fmt.Errorf("Unable to load config : %w", err)
	}
	return c, nil
}

func (a *app) logger(c *config.Config) *logrus.Logger {
	return logs.New(a.log, c.LogLevel, c.LogFormat == "json")
}

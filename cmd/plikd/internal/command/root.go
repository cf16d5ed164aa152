// Package command is the command line of plikd.
package command

import (
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
	out, err   io.Writer
	configPath string
	port       int
}

// Run runs the command line and returns the exit code. Results go to out, questions and errors to
// errs, each error in one line; answers come from in.
func Run(args []string, in io.Reader, out, errs io.Writer) int {
	a := &app{in: in, out: out, err: errs}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errs)
	err := root.Execute()
	if err == nil {
		return exitOK
	}
	var f *failure
	if errors.As(err, &f) {
		if f.err != nil {
			fmt.Fprintln(errs, "plikd: "+oneLine(f.err))
		}
		return exitFailure
	}
	fmt.Fprintln(errs, "plikd: "+oneLine(err)+", see plikd --help")
	return exitUsage
}

// failure is an error of the work, not of the command line. A nil cause was told already.
type failure struct{ err error }

func (f *failure) Error() string { return fmt.Sprint(f.err) }

func fail(err error) error {
	if err == nil {
		return nil
	}
	return &failure{err}
}

// oneLine joins the lines of an error that found several problems.
func oneLine(err error) string {
	return strings.Join(strings.FieldsFunc(err.Error(), func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
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
		RunE:          func(cmd *cobra.Command, _ []string) error { return fail(a.serve(cmd.Context())) },
	}
	root.SetVersionTemplate("plikd version {{.Version}}\n")
	root.Flags().BoolP("version", "v", false, "print the version")
	root.PersistentFlags().StringVar(&a.configPath, "config", "", "configuration file")
	root.Flags().IntVar(&a.port, "port", 0, "port to listen on, instead of the configured one")
	root.AddCommand(
		&cobra.Command{
			Use: "serve", Short: "Serve (what plikd without a command does)", Args: cobra.NoArgs,
			RunE: func(cmd *cobra.Command, _ []string) error { return fail(a.serve(cmd.Context())) },
		},
		a.versionCommand(), a.configCommand(), a.cleanCommand(), a.fsckCommand(),
		a.userCommand(), a.tokenCommand(), a.uploadCommand(), a.fileCommand(), a.statsCommand(),
		a.exportCommand(), a.importCommand(),
	)
	root.Commands()[0].Flags().IntVar(&a.port, "port", 0, "port to listen on, instead of the configured one")
	return root
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
	return logs.New(a.out, c.LogLevel, c.LogFormat == "json")
}

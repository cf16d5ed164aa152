package command

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/dump"
	"github.com/root-gg/plik/server/metadata"
)

// exactlyOne says what is missing, instead of counting arguments.
func exactlyOne(what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		switch len(args) {
		case 0:
			return errors.New("Missing " + what)
		case 1:
			return nil
		}
		return errors.New("too many arguments, one is enough")
	}
}

// formatOf returns the format for a file: the one that is asked for, or the one its name asks for.
func formatOf(path, asked string) (dump.Format, error) {
	name := strings.TrimSuffix(path, ".gz")
	switch {
	case asked == "jsonl", asked == "" && (strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".json")):
		return dump.JSONLines, nil
	case asked == "" || asked == "plik1.3":
		return dump.Gob, nil
	}
	return 0, fmt.Errorf("unknown format %q, use jsonl or plik1.3", asked)
}

func (a *app) exportCommand() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use: "export FILE", Short: "Write all metadata to a file", Args: exactlyOne("metadata export file"),
		Long: `Write all metadata to a file, which holds secrets: hashes of passwords, tokens, the key of sessions. The files
that were uploaded are not in it.

A file named .jsonl or .jsonl.gz is in Plik's own format, which holds everything. Any other name gives the format
of Plik 1.3, which both can import.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := formatOf(args[0], format)
			if err != nil {
				return err
			}
			// Whoever reads our remarks may go away: that must not leave half a file behind.
			signal.Ignore(syscall.SIGPIPE)
			return a.withTools(cmd.Context(), func(t *tools) error {
				fmt.Fprintf(a.out, "Exporting metadata from %s to %s\n", database(t.config), args[0])
				n, err := dump.ExportFile(cmd.Context(), args[0], f, source(cmd.Context(), t.Metadata), dump.ExportOptions{
					Report: a.remark, Progress: a.progress,
				})
				if err != nil {
					return err
				}
				t.note(audit.Export, args[0])
				for _, line := range []struct {
					n    int
					what string
				}{{n.Users, "users"}, {n.Tokens, "tokens"}, {n.Uploads, "uploads"}, {n.Files, "files"}, {n.Settings, "settings"}} {
					fmt.Fprintf(a.out, "exported %d %s\n", line.n, line.what)
				}
				return nil
			})
		},
	}
	cmd.Flags().StringVar(&format, "format", "", "jsonl or plik1.3, instead of what the name says")
	return cmd
}

func (a *app) importCommand() *cobra.Command {
	var ignore bool
	cmd := &cobra.Command{
		Use: "import FILE", Short: "Read metadata from a file of plikd export", Args: exactlyOne("metadata import file"),
		Long: `Read metadata from a file that plikd export or Plik 1.3 wrote. It is all read or, when anything is wrong
or there already, nothing; with --ignore-errors what is wrong or there already is left out.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withTools(cmd.Context(), func(t *tools) error {
				file, err := os.Open(args[0])
				if err != nil {
					return fmt.Errorf("unable to read the metadata: %w", err)
				}
				defer file.Close()
				fmt.Fprintf(a.out, "Importing metadata from %s to %s\n", args[0], database(t.config))
				var r dump.Result
				err = t.Metadata.Import(cmd.Context(), func(im *metadata.Importer) (err error) {
					r, err = dump.Import(cmd.Context(), file, im, dump.ImportOptions{IgnoreErrors: ignore, Report: a.remark, Progress: a.progress})
					return err
				})
				if err != nil {
					return fmt.Errorf("nothing was imported: %w", err)
				}
				t.note(audit.Import, args[0])
				for _, line := range []struct {
					imported, read int
					what           string
				}{
					{r.Imported.Uploads, r.Read.Uploads, "uploads"}, {r.Imported.Files, r.Read.Files, "files"}, {r.Imported.Users, r.Read.Users, "users"},
					{r.Imported.Tokens, r.Read.Tokens, "tokens"}, {r.Imported.Settings, r.Read.Settings, "settings"},
				} {
					fmt.Fprintf(a.out, "imported %d out of %d %s\n", line.imported, line.read, line.what)
				}
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&ignore, "ignore-errors", false, "leave out what is wrong or there already")
	return cmd
}

// remark tells what is worth knowing of a dump.
func (a *app) remark(text string) { fmt.Fprintln(a.err, "plikd: "+terminalText(text)) }

// progress tells that there is some, every now and then.
func (a *app) progress(kind string, n int) {
	if n%100_000 == 0 {
		fmt.Fprintf(a.err, "plikd: %d %ss\n", n, kind)
	}
}

// database names the database for people, without the secrets of its address.
func database(c *config.Config) string {
	driver, _ := c.MetadataBackendConfig["Driver"].(string)
	if driver == "" {
		driver = "sqlite3"
	}
	if path, _ := c.MetadataBackendConfig["ConnectionString"].(string); driver == "sqlite3" {
		if path == "" {
			path = "plik.db"
		}
		return driver + " " + path
	}
	return driver
}

// source is all there is in the database.
func source(ctx context.Context, m *metadata.Store) dump.Source {
	return dump.Source{
		Users: m.EachUser(ctx), Tokens: m.EachToken(ctx), Uploads: m.EachUpload(ctx), Files: m.EachFile(ctx),
		Settings: settings(m.EachSetting(ctx)),
	}
}

func settings(rows iter.Seq2[metadata.Setting, error]) iter.Seq2[dump.Setting, error] {
	return func(yield func(dump.Setting, error) bool) {
		for s, err := range rows {
			if !yield(dump.Setting(s), err) {
				return
			}
		}
	}
}

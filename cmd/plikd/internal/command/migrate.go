package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server"
	"github.com/root-gg/plik/server/config"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/metadata"
	"github.com/root-gg/plik/server/relocate"
)

// silence is for how long a daemon that was not stopped in good order counts as running.
const silence = 90 * time.Second

type migration struct {
	*app
	toData, toMetadata, journal string
	workers                     int
	finish                      bool
}

func (a *app) migrateCommand() *cobra.Command {
	m := &migration{app: a, workers: 4}
	cmd := &cobra.Command{
		Use: "migrate", Short: "Move bytes and metadata to other stores", Args: cobra.NoArgs,
		Long: `Move the bytes of all files to another data backend, the metadata to another database, or both.

--to-data and --to-metadata name a configuration file: where its DataBackend, its MetadataBackendConfig are.

Without --finish it copies bytes while plikd goes on serving; it can be interrupted and run again, and copies
only what is not there yet. Each file is read back and compared. Then stop plikd and run it with --finish, which
copies the rest, and the metadata into an empty database. Then start plikd with the new configuration. The old
stores are left as they are. Half-sent uploads have to begin anew; users log in again when the database changes.`,
		Example: `  plikd --config old.cfg migrate --to-data new.cfg --to-metadata new.cfg
  systemctl stop plikd
  plikd --config old.cfg migrate --to-data new.cfg --to-metadata new.cfg --finish`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if m.toData == "" && m.toMetadata == "" {
				return errors.New("missing --to-data or --to-metadata")
			}
			if m.toData == "" && !m.finish {
				return errors.New("metadata is copied with --finish, while plikd is stopped")
			}
			if m.workers < 1 {
				return errors.New("--workers is 1 or more")
			}
			return fail(a.withBackends(cmd.Context(), func(_ *config.Config, b *server.Backends, log *logrus.Logger) error {
				return m.run(cmd.Context(), b, log)
			}))
		},
	}
	cmd.Flags().StringVar(&m.toData, "to-data", "", "configuration file that names the new data backend")
	cmd.Flags().StringVar(&m.toMetadata, "to-metadata", "", "configuration file that names the new database")
	cmd.Flags().StringVar(&m.journal, "journal", "plik-migration.jsonl", "where to note what was copied; keep it secret, it may hold keys of files")
	cmd.Flags().IntVar(&m.workers, "workers", m.workers, "files that are copied at once")
	cmd.Flags().BoolVar(&m.finish, "finish", false, "plikd is stopped: copy the rest and the metadata")
	return cmd
}

func (m *migration) run(ctx context.Context, b *server.Backends, log *logrus.Logger) error {
	if m.finish {
		if err := stopped(ctx, b.Metadata, time.Now()); err != nil {
			return err
		}
	}
	var journal *relocate.Journal
	if m.toData != "" {
		var err error
		if journal, err = m.bytes(ctx, b); err != nil {
			return err
		}
		defer journal.Close()
	}
	if !m.finish {
		fmt.Fprintln(m.out, "Stop plikd and run this again with --finish.")
		return nil
	}
	if err := m.metadata(ctx, b.Metadata, journal, log); err != nil {
		return err
	}
	fmt.Fprintln(m.out, "Done. Start plikd with the new configuration; plikd fsck checks it.")
	return nil
}

// stopped fails while a daemon works on the database.
func stopped(ctx context.Context, s *metadata.Store, now time.Time) error {
	instances, err := s.Instances(ctx)
	if err != nil {
		return err
	}
	for _, i := range instances {
		if now.Sub(i.SeenAt) < silence {
			return fmt.Errorf("plikd is running as process %d, on this machine or another: stop it first (one that crashed counts as running for %s)", i.PID, silence)
		}
	}
	return nil
}

// target reads the configuration file of a new store.
func (m *migration) target(path string) (*config.Config, error) {
	c, warnings, err := config.Load(path, nil)
	for _, w := range warnings {
		fmt.Fprintln(m.err, "plikd: warning: "+w.String())
	}
	if err != nil {
		return nil, fmt.Errorf("unable to load %s: %w", path, err)
	}
	return c, nil
}

// bytes copies what is not in the new store yet. The caller closes the journal.
func (m *migration) bytes(ctx context.Context, b *server.Backends) (*relocate.Journal, error) {
	c, err := m.target(m.toData)
	if err != nil {
		return nil, err
	}
	to, err := server.OpenData(ctx, c.DataBackend, c.DataBackendConfig, time.Now)
	if err != nil {
		return nil, fmt.Errorf("the new data backend: %w", err)
	}
	defer server.CloseData(to)
	journal, err := relocate.OpenJournal(m.journal, place(c))
	if err != nil {
		return nil, err
	}
	o := relocate.Options{
		Store: b.Metadata, From: b.Data, To: to, Journal: journal, Workers: m.workers,
		Problem: func(f *core.File, cause error) {
			m.remark(fmt.Sprintf("file %s of upload %s was not copied: %v", f.ID, f.UploadID, cause))
		},
		Progress: m.everySecond(),
	}
	sum, err := relocate.Copy(ctx, o)
	fmt.Fprintf(m.out, "%d files, %d copied and verified now (%s), %d failed\n", sum.Files, sum.Copied, humanize.Bytes(uint64(sum.Bytes)), sum.Failed)
	if err == nil && sum.Failed > 0 && m.finish {
		err = fmt.Errorf("%d files could not be copied, nothing was switched over; delete them with plikd file delete, or mend the store, and run this again", sum.Failed)
	}
	if err == nil && m.finish {
		var gone int
		if gone, err = relocate.Finish(ctx, o); gone > 0 {
			fmt.Fprintf(m.out, "%d files that were removed meanwhile were removed from the new store\n", gone)
		}
	}
	if err != nil {
		return nil, errors.Join(err, journal.Close())
	}
	return journal, nil
}

// place names a data backend without its secrets: a journal is of one.
func place(c *config.Config) string {
	parts := []string{c.DataBackend}
	for _, key := range []string{"Directory", "Endpoint", "AuthUrl", "Tenant", "Bucket", "Container", "Prefix", "Folder"} {
		if v, ok := c.DataBackendConfig[key].(string); ok && v != "" {
			parts = append(parts, v)
		}
	}
	return strings.Join(parts, " ")
}

// everySecond tells how far the copy is.
func (m *migration) everySecond() func(relocate.Sum) {
	last := time.Now()
	return func(s relocate.Sum) {
		if time.Since(last) >= time.Second {
			last = time.Now()
			fmt.Fprintf(m.err, "plikd: %d files, %d copied, %s\n", s.Files, s.Copied, humanize.Bytes(uint64(s.Bytes)))
		}
	}
}

// metadata brings over the rows, or, when they stay, what the new data backend wants of them.
func (m *migration) metadata(ctx context.Context, from *metadata.Store, journal *relocate.Journal, log *logrus.Logger) error {
	if m.toMetadata == "" {
		changed, err := relocate.SetDetails(ctx, from.EachFile(ctx), from, journal)
		fmt.Fprintf(m.out, "%d files have other details in the database\n", changed)
		return err
	}
	c, err := m.target(m.toMetadata)
	if err != nil {
		return err
	}
	if erase, _ := c.MetadataBackendConfig["EraseFirst"].(bool); erase {
		return errors.New("the new configuration has EraseFirst: plikd would empty the database at its start")
	}
	to, err := server.OpenMetadata(ctx, c.MetadataBackendConfig, log, time.Now)
	if err != nil {
		return fmt.Errorf("the new database: %w", err)
	}
	defer to.Close()
	if err := empty(ctx, to); err != nil {
		return err
	}
	rows := relocate.Rows{
		Users: from.EachUser(ctx), Tokens: from.EachToken(ctx), Uploads: from.EachUpload(ctx), Files: from.EachFile(ctx),
		Settings: func(yield func(key, value string, err error) bool) {
			for s, err := range from.EachSetting(ctx) {
				if !yield(s.Key, s.Value, err) {
					return
				}
			}
		},
	}
	var n relocate.Counts
	err = to.Import(ctx, func(im *metadata.Importer) (err error) {
		n, err = relocate.CopyRows(ctx, rows, im, journal, server.SignatureKey)
		return err
	})
	if err != nil {
		return fmt.Errorf("nothing was written to the new database: %w", err)
	}
	fmt.Fprintf(m.out, "%d users, %d tokens, %d uploads, %d files and %d settings copied\n", n.Users, n.Tokens, n.Uploads, n.Files, n.Settings)
	if n.Unfinished > 0 {
		fmt.Fprintf(m.out, "%d of the files were half sent and have to be sent anew\n", n.Unfinished)
	}
	return nil
}

// empty fails if the database has anything that could be lost.
func empty(ctx context.Context, s *metadata.Store) error {
	for _, err := range s.EachUser(ctx) {
		return errors.Join(err, errNotEmpty)
	}
	for _, err := range s.EachUpload(ctx) {
		return errors.Join(err, errNotEmpty)
	}
	for _, err := range s.EachSetting(ctx) {
		return errors.Join(err, errNotEmpty)
	}
	return nil
}

var errNotEmpty = errors.New("the new database is not empty: name another one, or empty it")

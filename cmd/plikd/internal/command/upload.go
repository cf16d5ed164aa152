package command

import (
	"errors"
	"fmt"
	"time"

	humanize "github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server/core"
)

func (a *app) uploadCommand() *cobra.Command {
	return group("upload", "List, show and delete uploads", a.uploadList(), a.uploadShow(), a.uploadDelete())
}

// uploadLine is an upload as --json prints it. It holds no secret.
type uploadLine struct {
	ID        core.UploadID `json:"id"`
	User      core.UserID   `json:"user"`
	UploadIP  string        `json:"uploadIp"`
	TTL       int           `json:"ttl"`
	ExtendTTL bool          `json:"extend_ttl"`
	Stream    bool          `json:"stream"`
	OneShot   bool          `json:"oneShot"`
	Removable bool          `json:"removable"`
	Protected bool          `json:"protectedByPassword"`
	Comments  string        `json:"comments"`
	CreatedAt time.Time     `json:"createdAt"`
	ExpireAt  time.Time     `json:"expireAt,omitzero"`
	DeletedAt time.Time     `json:"deletedAt,omitzero"`
	Files     []fileLine    `json:"files"`
	URL       string        `json:"url,omitempty"`
}

func uploadJSON(u *core.Upload) uploadLine {
	l := uploadLine{
		ID: u.ID, User: u.User, UploadIP: u.RemoteIP, TTL: u.TTL, ExtendTTL: u.ExtendTTL, Stream: u.Stream,
		OneShot: u.OneShot, Removable: u.Removable, Protected: u.ProtectedByPassword, Comments: u.Comments,
		CreatedAt: u.CreatedAt, ExpireAt: u.ExpireAt, DeletedAt: u.DeletedAt, Files: []fileLine{},
	}
	for _, f := range u.Files {
		l.Files = append(l.Files, fileJSON(f))
	}
	return l
}

func (a *app) uploadList() *cobra.Command {
	var f userFlags
	var query string
	var human bool
	cmd := &cobra.Command{
		Use: "list", Short: "List uploads: id, owner, files, size, created, expires", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withTools(cmd.Context(), func(t *tools) error {
				filter := core.UploadFilter{Anyone: true, Query: query}
				if f.login != "" {
					filter.User = core.NewUserID(f.provider, f.login)
				}
				all := []uploadLine{}
				err := each(func(p core.Page) (core.List[*core.Upload], error) {
					return t.accounts.Uploads(cmd.Context(), filter, p)
				}, func(u *core.Upload) error {
					if f.json {
						all = append(all, uploadJSON(u))
						return nil
					}
					_, err := fmt.Fprintln(a.out, uploadText(u, human))
					return err
				})
				if err != nil || !f.json {
					return err
				}
				return a.printJSON(all)
			})
		},
	}
	f.identify(cmd)
	cmd.Flags().StringVar(&query, "query", "", "only those with this in a file name or the comments")
	cmd.Flags().BoolVar(&human, "human", true, "sizes for people")
	cmd.Flags().BoolVar(&f.json, "json", false, "print them as a JSON list")
	return cmd
}

func uploadText(u *core.Upload, human bool) string {
	owner, files, size, expires := string(u.User), 0, int64(0), "never"
	if owner == "" {
		owner = "-"
	}
	for _, f := range u.Files {
		if f.Status == core.Uploaded {
			files, size = files+1, size+f.Size
		}
	}
	if !u.ExpireAt.IsZero() {
		expires = u.ExpireAt.UTC().Format(time.RFC3339)
	}
	text := fmt.Sprint(size)
	if human {
		text = humanize.Bytes(uint64(size))
	}
	return fmt.Sprintf("%s %s %d %s %s %s", u.ID, terminalText(owner), files, text, u.CreatedAt.UTC().Format(time.RFC3339), expires)
}

func (a *app) uploadShow() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use: "show", Short: "Print an upload and its files as JSON", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withTools(cmd.Context(), func(t *tools) error {
				if id == "" {
					return errors.New("missing upload id, name it with --upload")
				}
				u, err := t.Metadata.AnyUpload(cmd.Context(), core.UploadID(id))
				if err != nil {
					return err
				}
				if u.Files, err = t.Metadata.UploadFiles(cmd.Context(), u.ID); err != nil {
					return err
				}
				line := uploadJSON(u)
				line.URL = t.uploadURL(u.ID)
				return a.printJSON(line)
			})
		},
	}
	cmd.Flags().StringVar(&id, "upload", "", "id of the upload")
	cmd.Flags().Bool("json", false, "print JSON, which it does anyway")
	return cmd
}

func (a *app) uploadDelete() *cobra.Command {
	var id string
	var yes bool
	cmd := &cobra.Command{
		Use: "delete", Short: "Delete an upload", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withTools(cmd.Context(), func(t *tools) error {
				if id == "" {
					return errors.New("missing upload id, name it with --upload")
				}
				if _, err := t.Metadata.AnyUpload(cmd.Context(), core.UploadID(id)); err != nil {
					return err
				}
				return a.deleteUpload(cmd, t, id, yes)
			})
		},
	}
	cmd.Flags().StringVar(&id, "upload", "", "id of the upload")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (a *app) statsCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "stats", Short: "Count users, uploads, files and bytes", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withTools(cmd.Context(), func(t *tools) error {
				st, err := t.Metadata.Stats(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return a.printJSON(struct {
						Users            int   `json:"users"`
						Uploads          int   `json:"uploads"`
						AnonymousUploads int   `json:"anonymousUploads"`
						Files            int   `json:"files"`
						TotalSize        int64 `json:"totalSize"`
						AnonymousSize    int64 `json:"anonymousTotalSize"`
					}{st.Users, st.Uploads, st.AnonymousUploads, st.Files, st.TotalSize, st.AnonymousSize})
				}
				fmt.Fprintf(a.out, "users    %d\nuploads  %d, %d of them anonymous\nfiles    %d\nsize     %s, %s of it anonymous\n",
					st.Users, st.Uploads, st.AnonymousUploads, st.Files,
					humanize.Bytes(uint64(st.TotalSize)), humanize.Bytes(uint64(st.AnonymousSize)))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print them as JSON")
	return cmd
}

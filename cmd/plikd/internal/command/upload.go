package command

import (
	"context"
	"errors"
	"fmt"
	"time"

	humanize "github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server/audit"
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
				list := listing[*core.Upload]{
					text:   func(u *core.Upload) string { return uploadText(u, human) },
					object: func(u *core.Upload) any { return uploadJSON(u) },
				}
				return list.print(a, f.json, each(func(p core.Page) (core.List[*core.Upload], error) {
					return t.accounts.Uploads(cmd.Context(), filter, p)
				}))
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
	return fmt.Sprintf("%s %s %d %s %s %s", u.ID, owner, files, text, u.CreatedAt.UTC().Format(time.RFC3339), expires)
}

func (a *app) uploadShow() *cobra.Command {
	var id string
	cmd := &cobra.Command{
		Use: "show", Short: "Print an upload and its files as JSON", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if id == "" {
				return errors.New("missing upload id, name it with --upload")
			}
			return a.withTools(cmd.Context(), func(t *tools) error {
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
			if id == "" {
				return errors.New("missing upload id, name it with --upload")
			}
			return a.withTools(cmd.Context(), func(t *tools) error {
				if _, err := t.Metadata.AnyUpload(cmd.Context(), core.UploadID(id)); err != nil {
					return err
				}
				return a.remove(cmd.Context(), t, yes, t.uploadRemoval(cmd.Context(), id))
			})
		},
	}
	cmd.Flags().StringVar(&id, "upload", "", "id of the upload")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

func (t *tools) uploadRemoval(ctx context.Context, id string) removal {
	return removal{
		question: "remove this upload " + id, action: audit.UploadDelete, target: id,
		do: func() (string, error) {
			err := t.uploads.RemoveUpload(ctx, &core.Upload{ID: core.UploadID(id)})
			if err != nil && core.KindOf(err) == core.KindNotFound {
				return "", nil // it is gone, as was asked for
			}
			return "upload " + id + " has been deleted", err
		},
	}
}

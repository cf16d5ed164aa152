package command

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	humanize "github.com/dustin/go-humanize"
	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server/audit"
	"github.com/root-gg/plik/server/core"
)

func (a *app) fileCommand() *cobra.Command {
	return group("file", "List, show and delete files", a.fileList(), a.fileShow(), a.fileDelete())
}

// fileLine is a file as --json prints it.
type fileLine struct {
	UploadID  core.UploadID `json:"uploadId"`
	ID        core.FileID   `json:"id"`
	Name      string        `json:"fileName"`
	Status    core.Status   `json:"status"`
	MD5       string        `json:"fileMd5"`
	Type      string        `json:"fileType"`
	Size      int64         `json:"fileSize"`
	Reference string        `json:"reference"`
	CreatedAt time.Time     `json:"createdAt"`
	UploadURL string        `json:"uploadUrl,omitempty"`
	URL       string        `json:"url,omitempty"`
}

func fileJSON(f *core.File) fileLine {
	return fileLine{
		UploadID: f.UploadID, ID: f.ID, Name: f.Name, Status: f.Status, MD5: f.MD5, Type: f.Type,
		Size: f.Size, Reference: f.Reference, CreatedAt: f.CreatedAt,
	}
}

// eachFile calls show for one file, those of an upload, or all.
func eachFile(ctx context.Context, t *tools, upload, file string, show func(*core.File) error) error {
	if file != "" {
		f, err := t.Metadata.File(ctx, core.FileID(file))
		if core.KindOf(err) == core.KindNotFound && err != nil {
			//lint:ignore ST1005 a phrase operators know
			return fmt.Errorf("File %s not found", terminalText(file))
		}
		if err != nil {
			return err
		}
		return show(f)
	}
	if upload != "" {
		files, err := t.Metadata.UploadFiles(ctx, core.UploadID(upload))
		for _, f := range files {
			if err := show(f); err != nil {
				return err
			}
		}
		return err
	}
	var after core.FileID
	for {
		files, err := t.Metadata.Files(ctx, after, pageSize)
		if err != nil || len(files) == 0 {
			return err
		}
		for _, f := range files {
			if err := show(f); err != nil {
				return err
			}
			after = f.ID
		}
	}
}

func (a *app) fileList() *cobra.Command {
	var upload, file string
	var human, asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List files: upload, file, size, status, type, name", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withTools(cmd.Context(), func(t *tools) error {
				all := []fileLine{}
				err := eachFile(cmd.Context(), t, upload, file, func(f *core.File) error {
					if asJSON {
						all = append(all, fileJSON(f))
						return nil
					}
					size := fmt.Sprint(f.Size)
					if human {
						size = humanize.Bytes(uint64(max(0, f.Size)))
					}
					_, err := fmt.Fprintf(a.out, "%s %s %s %s %s %s\n", f.UploadID, f.ID, size, f.Status, terminalText(f.Type), terminalText(f.Name))
					return err
				})
				if err != nil || !asJSON {
					return err
				}
				return a.printJSON(all)
			})
		},
	}
	cmd.Flags().StringVar(&upload, "upload", "", "only those of this upload")
	cmd.Flags().StringVar(&file, "file", "", "only this one")
	cmd.Flags().BoolVar(&human, "human", true, "sizes for people")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print them as a JSON list")
	return cmd
}

func (a *app) fileShow() *cobra.Command {
	var file string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show", Short: "Print a file as JSON, and its URLs", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withTools(cmd.Context(), func(t *tools) error {
				if file == "" {
					//lint:ignore ST1005 a phrase operators know
					return errors.New("Missing file id, name it with --file")
				}
				return eachFile(cmd.Context(), t, "", file, func(f *core.File) error {
					line := fileJSON(f)
					uploadURL, fileURL := t.uploadURL(f.UploadID), t.fileURL(f)
					if asJSON {
						line.UploadURL, line.URL = uploadURL, fileURL
						return a.printJSON(line)
					}
					if err := a.printJSON(line); err != nil {
						return err
					}
					_, err := fmt.Fprintf(a.out, "Upload URL : %s\nFile URL : %s\n", uploadURL, fileURL)
					return err
				})
			})
		},
	}
	cmd.Flags().StringVar(&file, "file", "", "id of the file")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print nothing but JSON, with the URLs in it")
	return cmd
}

// site is where clients find the server, as far as the configuration tells.
func (t *tools) site() string {
	c := t.config
	if c.PublicBase != nil {
		return c.PublicBase.String() + c.Path
	}
	scheme, host := "http", c.ListenAddress
	if c.SslEnabled {
		scheme = "https"
	}
	if host == "0.0.0.0" || host == "" || host == "::" {
		host = "127.0.0.1"
	}
	return fmt.Sprintf("%s://%s:%d%s", scheme, host, c.ListenPort, c.Path)
}

func (t *tools) uploadURL(id core.UploadID) string { return t.site() + "/#/?id=" + string(id) }

func (t *tools) fileURL(f *core.File) string {
	base := t.site()
	if t.config.DownloadDomain != "" {
		base = t.config.DownloadDomain
	}
	return base + "/file/" + string(f.UploadID) + "/" + string(f.ID) + "/" + url.PathEscape(f.Name)
}

func (a *app) fileDelete() *cobra.Command {
	var upload, file string
	var yes bool
	cmd := &cobra.Command{
		Use: "delete", Short: "Delete a file, an upload, or everything", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withTools(cmd.Context(), func(t *tools) error {
				ctx := cmd.Context()
				switch {
				case file != "":
					return eachFile(ctx, t, "", file, func(f *core.File) error {
						return a.removing(cmd, t, yes, func() error { return t.uploads.RemoveFile(ctx, f) },
							audit.UploadDelete, string(f.UploadID), "Do you really want to remove this file %s %s", f.ID, terminalText(f.Name))
					})
				case upload != "":
					return a.deleteUpload(cmd, t, upload, yes)
				}
				return a.removing(cmd, t, yes, func() error {
					_, _, err := t.Metadata.RemoveAllUploads(ctx, time.Now().UTC())
					return err
				}, audit.UploadsDelete, "all", "Do you really want to remove ALL uploads")
			})
		},
	}
	cmd.Flags().StringVar(&upload, "upload", "", "id of the upload")
	cmd.Flags().StringVar(&file, "file", "", "id of the file")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// removing asks, removes, and cleans up after it.
func (a *app) removing(cmd *cobra.Command, t *tools, yes bool, remove func() error, action, target, question string, args ...any) error {
	ok, err := a.confirm(yes, question, args...)
	if err != nil || !ok {
		return err
	}
	if err := remove(); err != nil {
		return err
	}
	t.note(action, target)
	return a.clean(cmd.Context(), t)
}

func (a *app) deleteUpload(cmd *cobra.Command, t *tools, id string, yes bool) error {
	return a.removing(cmd, t, yes, func() error {
		err := t.uploads.RemoveUpload(cmd.Context(), &core.Upload{ID: core.UploadID(id)})
		if core.KindOf(err) == core.KindNotFound {
			return nil // it is gone, as was asked for
		}
		return err
	}, audit.UploadDelete, id, "Do you really want to remove this upload %s", terminalText(id))
}

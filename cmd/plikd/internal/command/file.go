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
			return fmt.Errorf("File %s not found", file)
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
				files := listing[*core.File]{
					text:   func(f *core.File) string { return fileText(f, human) },
					object: func(f *core.File) any { return fileJSON(f) },
				}
				return files.print(a, asJSON, func(show func(*core.File) error) error {
					return eachFile(cmd.Context(), t, upload, file, show)
				})
			})
		},
	}
	cmd.Flags().StringVar(&upload, "upload", "", "only those of this upload")
	cmd.Flags().StringVar(&file, "file", "", "only this one")
	cmd.Flags().BoolVar(&human, "human", true, "sizes for people")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print them as a JSON list")
	return cmd
}

func fileText(f *core.File, human bool) string {
	size := fmt.Sprint(f.Size)
	if human {
		size = humanize.Bytes(uint64(max(0, f.Size)))
	}
	return fmt.Sprintf("%s %s %s %s %s %s", f.UploadID, f.ID, size, f.Status, f.Type, f.Name)
}

func (a *app) fileShow() *cobra.Command {
	var file string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show", Short: "Print a file as JSON, and its URLs", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if file == "" {
				//lint:ignore ST1005 a phrase operators know
				return errors.New("Missing file id, name it with --file")
			}
			return a.withTools(cmd.Context(), func(t *tools) error {
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
						return a.remove(ctx, t, yes, removal{
							question: fmt.Sprintf("remove this file %s %s", f.ID, f.Name), action: audit.UploadDelete, target: string(f.UploadID),
							do: func() (string, error) {
								return fmt.Sprintf("file %s has been deleted", f.ID), t.uploads.RemoveFile(ctx, f)
							},
						})
					})
				case upload != "":
					return a.remove(ctx, t, yes, t.uploadRemoval(ctx, upload))
				}
				return a.remove(ctx, t, yes, removal{
					question: "remove ALL uploads", action: audit.UploadsDelete, target: "all",
					do: func() (string, error) {
						n, _, err := t.Metadata.RemoveAllUploads(ctx, time.Now().UTC())
						return fmt.Sprintf("%d uploads have been deleted", n), err
					},
				})
			})
		},
	}
	cmd.Flags().StringVar(&upload, "upload", "", "id of the upload")
	cmd.Flags().StringVar(&file, "file", "", "id of the file")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

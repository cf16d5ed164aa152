package command

import (
	"fmt"

	humanize "github.com/dustin/go-humanize"
	"github.com/spf13/cobra"
)

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

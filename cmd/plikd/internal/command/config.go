package command

import (
	"fmt"

	"github.com/spf13/cobra"
)

func (a *app) configCommand() *cobra.Command {
	group := &cobra.Command{Use: "config", Short: "Check or print the configuration", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	group.AddCommand(
		&cobra.Command{
			Use: "check", Short: "Tell every problem of the configuration", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				if _, err := a.load(); err != nil {
					return fail(err)
				}
				fmt.Fprintln(a.out, "the configuration is fine")
				return nil
			},
		},
		&cobra.Command{
			Use: "print", Short: "Print the configuration in effect, secrets masked", Args: cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				c, err := a.load()
				if err != nil {
					return fail(err)
				}
				return fail(c.Print(a.out))
			},
		},
	)
	return group
}

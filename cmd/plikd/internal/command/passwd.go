package command

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/root-gg/plik/server/accounts"
	"github.com/root-gg/plik/server/core"
	"github.com/root-gg/plik/server/password"
)

func (a *app) userPasswd() *cobra.Command {
	var f userFlags
	var generate bool
	cmd := &cobra.Command{
		Use: "passwd", Short: "Give a local user a new password and end all sessions", Args: cobra.NoArgs,
		Long: "Give a local user a new password, read from the terminal or from standard input, and end all the user's sessions.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withUser(cmd.Context(), &f, "User %s not found", func(t *tools, u *core.User) error {
				if u.Provider != accounts.Local {
					return errors.New("only local users have a password here")
				}
				secret := password.Generate()
				if !generate {
					var err error
					if secret, err = a.readPassword(cmd.Context(), string(u.ID)); err != nil {
						return err
					}
				}
				if _, err := t.change(cmd.Context(), u.ID, accounts.UserChange{Password: &secret}); err != nil {
					return err
				}
				if generate {
					fmt.Fprintf(a.out, "Generated password for user %s is %s\n", terminalText(u.Login), secret)
				}
				return nil
			})
		},
	}
	f.identify(cmd)
	cmd.Flags().BoolVar(&generate, "generate", false, "make a password up and print it")
	return cmd
}

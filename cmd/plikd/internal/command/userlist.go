package command

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/root-gg/plik/plik/api"
	"github.com/root-gg/plik/server/core"
)

func (a *app) userList() *cobra.Command {
	var provider string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List the users: provider:login, name, e-mail", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withAccounts(cmd.Context(), func(t *tools) error {
				users := listing[*core.User]{text: userText, object: func(u *core.User) any { return userJSON(u) }}
				return users.print(a, asJSON, each(func(p core.Page) (core.List[*core.User], error) {
					return t.accounts.Users(cmd.Context(), core.UserFilter{Provider: provider}, p)
				}))
			})
		},
	}
	cmd.Flags().StringVar(&provider, "provider", "", "only those of this provider")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print them as a JSON list")
	return cmd
}

func userText(u *core.User) string {
	words := []string{string(u.ID)}
	for _, w := range []string{u.Name, u.Email} {
		if w != "" {
			words = append(words, w)
		}
	}
	return strings.Join(words, " ")
}

func (a *app) userShow() *cobra.Command {
	var f userFlags
	cmd := &cobra.Command{
		Use: "show", Short: "Print a user as JSON", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withUser(cmd.Context(), &f, "User %s not found", func(_ *tools, u *core.User) error {
				return a.printJSON(userJSON(u))
			})
		},
	}
	f.identify(cmd)
	cmd.Flags().BoolVar(&f.json, "json", false, "print JSON, which it does anyway")
	return cmd
}

func userJSON(u *core.User) *api.User {
	return &api.User{
		ID: string(u.ID), Provider: u.Provider, Login: u.Login, Name: u.Name, Email: u.Email, Admin: u.Admin,
		MaxFileSize: u.MaxFileSize, MaxUserSize: u.MaxUserSize, MaxTTL: u.MaxTTL, CreatedAt: u.CreatedAt,
	}
}
